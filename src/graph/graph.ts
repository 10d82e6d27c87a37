/**
 * A model as a graph with ONNX operator semantics, wherever it came from. Graphs are plain data: readers build them, `normalise`
 * and `differentiate` return new ones, runtimes compile them.
 */

/** Element types by their ONNX names. */
export type ElementType =
  | 'float32' | 'float64' | 'float16' | 'bfloat16'
  | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool' | 'string';

/** float16 and bfloat16 are kept as their bits in a Uint16Array; bool as 0 or 1 in a Uint8Array. */
export type TensorData =
  | Float32Array | Float64Array | Uint16Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint32Array | BigUint64Array;

/** Dense values in row-major order: `data.length` is the product of `dims` (1 for a scalar, `dims` = []). */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/**
 * One dimension: a number; a multiple of the batch size `{ batch: k }`, meaning k·N (k ≥ 1, N unknown until a program runs);
 * or a name, for a size that the file leaves open (normalise replaces all names by numbers or multiples of the batch).
 */
export type Dim = number | { readonly batch: number } | string;

/** The plain batch dimension N. */
export const N: Dim = { batch: 1 };

/** undefined where even the rank is unknown. */
export type Shape = readonly Dim[];

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape | undefined;
}

/** Attribute values: numbers (int and float alike), text, lists, tensors, subgraphs. int64 attributes are converted to numbers. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor | Graph;

export interface Node {
  /** ONNX operator type, e.g. "Conv". */
  readonly op: string;
  /** '' for the standard domain. */
  readonly domain: string;
  /** Unique within the graph where the source gives names; used in messages only. */
  readonly name: string;
  /** Tensor names; '' for an omitted optional input. */
  readonly inputs: readonly string[];
  /** Tensor names; '' for an omitted optional output. */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly name: string;
  /** Version of the standard operator set whose semantics the nodes have. After `normalise`: `graphOpset`. */
  readonly opset: number;
  /** Real inputs only (initialisers that old files list as inputs are not among them). */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Types and shapes of intermediate tensors, as far as known; complete after `normalise`. */
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** Free text carried by the file (ONNX metadata_props), for preprocessing hints and labels. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The operator set that normalised graphs use. */
export const graphOpset = 18;
