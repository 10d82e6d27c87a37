/** Serialized ONNX messages by field number, for files that no exporter would write. */
import protobuf from 'protobufjs/light.js';

/** A field: whole numbers as varints, texts and bytes length-delimited. */
export type FieldValue = number | string | Uint8Array;

/** A message of fields in the given order. */
export function message(...fields: readonly (readonly [id: number, value: FieldValue])[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [id, value] of fields) {
    if (typeof value === 'number') writer.uint32(id << 3).int64(value);
    else if (typeof value === 'string') writer.uint32((id << 3) | 2).string(value);
    else writer.uint32((id << 3) | 2).bytes(value);
  }
  return Uint8Array.from(writer.finish());
}

/** Values as a packed run of varints. */
export function varints(...values: readonly number[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const value of values) writer.int64(value);
  return Uint8Array.from(writer.finish());
}

/** ValueInfoProto of a tensor; a size that is undefined is left out of the file, a shape that is undefined too. */
export function valueInfo(name: string, elementType: number, dims: readonly (number | string | undefined)[] | undefined): Uint8Array {
  const dim = (size: number | string | undefined): Uint8Array =>
    (size === undefined ? message() : typeof size === 'number' ? message([1, size]) : message([2, size]));
  const shape = dims && message(...dims.map((size) => [1, dim(size)] as const));
  return message([1, name], [2, message([1, message([1, elementType], ...(shape ? [[2, shape] as const] : []))])]);
}

export interface ModelParts {
  readonly opset?: number;
  /** Serialized NodeProto; default: y = Relu(x). */
  readonly nodes?: readonly Uint8Array[];
  /** Serialized TensorProto. */
  readonly initializers?: readonly Uint8Array[];
  readonly inputs?: readonly Uint8Array[];
  readonly outputs?: readonly Uint8Array[];
  /** Further fields of the graph and of the model. */
  readonly graphFields?: readonly (readonly [number, FieldValue])[];
  readonly modelFields?: readonly (readonly [number, FieldValue])[];
}

/** NodeProto; `more` are further fields, e.g. attributes. */
export function node(
  op: string, inputs: readonly string[], outputs: readonly string[], ...more: readonly (readonly [number, FieldValue])[]
): Uint8Array {
  return message(...inputs.map((name) => [1, name] as const), ...outputs.map((name) => [2, name] as const), [4, op], ...more);
}

/** A ModelProto with input x and output y, float32 [2]. */
export function modelBytes(parts: ModelParts = {}): Uint8Array {
  const graph = message(
    ...(parts.nodes ?? [node('Relu', ['x'], ['y'])]).map((bytes) => [1, bytes] as const),
    [2, 'test'],
    ...(parts.initializers ?? []).map((bytes) => [5, bytes] as const),
    ...(parts.inputs ?? [valueInfo('x', 1, [2])]).map((bytes) => [11, bytes] as const),
    ...(parts.outputs ?? [valueInfo('y', 1, [2])]).map((bytes) => [12, bytes] as const),
    ...(parts.graphFields ?? []),
  );
  return message([1, 8], ...(parts.modelFields ?? []), [7, graph], [8, message([1, ''], [2, parts.opset ?? 17])]);
}

/** Field numbers of TensorProto. */
export const tensor = {
  dims: 1, type: 2, float: 4, int32: 5, int64: 7, name: 8, raw: 9, double: 10, uint64: 11, external: 13, location: 14,
} as const;
