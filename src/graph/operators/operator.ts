/**
 * What the compiler knows of one ONNX operator: its shape rule, how it is computed on constants, how older and newer forms become
 * the form of `graphOpset`, and its gradient. One file per operator family exports an array of these; registry.ts lists the files.
 */
import type { Dim, ElementType, Graph, Node, Shape, Tensor } from '../graph.ts';
import type { GraphBuilder } from '../builder.ts';

/** What is known of a node's inputs. */
export interface NodeContext {
  readonly node: Node;
  /** Whether the input is given (optional inputs may be left out or named ''). */
  has(index: number): boolean;
  /** @throws FoveaError `graph-invalid` if the input is not given */
  type(index: number): ElementType;
  /** @throws FoveaError `graph-invalid` if the input is not given */
  shape(index: number): Shape;
  /** The value of an input that is constant. */
  constant(index: number): Tensor | undefined;
  /**
   * The entries of an integer input of rank 0 or 1, as far as they are known before a program runs: numbers and multiples of the batch.
   * undefined if one of them is not known.
   */
  dims(index: number): readonly Dim[] | undefined;
}

export interface OutputInfo {
  readonly type: ElementType;
  readonly shape: Shape;
  /** Entries of an integer output of rank 0 or 1 that depend on nothing but sizes. */
  readonly dims?: readonly Dim[];
}

export interface RewriteContext extends NodeContext {
  /** Version of the operator set that the node was written for. */
  readonly opset: number;
  readonly b: GraphBuilder;
  /** Adds a subgraph of the node and returns the tensors that are its outputs. */
  inline(graph: Graph): readonly string[];
}

/**
 * How gradients pass rectifiers: as derivatives; guided backpropagation (Springenberg 2014); deconvolution (Zeiler 2013); `waking`: as
 * derivatives, and through inactive units too where that would raise them, so that ascent can begin at a dead one (Olah 2017).
 */
export type RectifierRule = 'gradient' | 'guided' | 'deconvnet' | 'waking';

export interface GradientContext extends NodeContext {
  readonly b: GraphBuilder;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of the tensors ∂score/∂output, each of its output's shape; undefined where the score does not depend on the output. */
  readonly gradients: readonly (string | undefined)[];
  /** Whether the gradient of this input is asked for. */
  wants(index: number): boolean;
  readonly rectifier: RectifierRule;
  /** Whether the gradient of this input is of no account where the input is zero, because a rectifier made it and lets nothing pass there. */
  endsAtZero(index: number): boolean;
  /** Gradients that are zero wherever the tensor is zero whose gradient they are; a rectifier need not see to it. */
  readonly zeroWithTensor: Set<string>;
}

export interface Operator {
  /** ONNX operator type. */
  readonly op: string;
  /** Default ''. */
  readonly domain?: string;
  /**
   * Types and shapes of the outputs, for the form of the operator that `graphOpset` has.
   * @throws FoveaError `shape-mismatch`, `graph-invalid`; UnsupportedOperatorError for a variant that is not supported
   */
  infer(context: NodeContext): readonly OutputInfo[];
  /** The outputs, computed when all inputs are constant; for shape arithmetic and for weights that are stored in another form. */
  evaluate?(context: NodeContext, inputs: readonly (Tensor | undefined)[]): readonly Tensor[];
  /**
   * Replaces a node of another operator set, or one that is better written with other operators. The builder's new nodes take the place of the node.
   * @returns names of the tensors that stand for the node's outputs; undefined to keep the node as it is
   */
  rewrite?(context: RewriteContext): readonly string[] | undefined;
  /**
   * Adds the nodes of the gradient.
   * @returns for each input the name of a tensor of that input's shape: ∂score/∂input; undefined where it is zero or not wanted.
   *   Without this function the operator cannot be differentiated; a piecewise constant operator returns [].
   * @throws UnsupportedOperatorError (gradient) for a variant that cannot be differentiated
   */
  gradient?(context: GradientContext): readonly (string | undefined)[];
}
