/** What operators that work element by element have in common: shape rules, computing on constants, arithmetic on sizes. */
import { FoveaError } from '../../protocol/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import { elementCodes } from '../element-types.ts';
import type { Dim, ElementType, Shape, Tensor } from '../graph.ts';
import { broadcastShapes } from '../shape.ts';
import { copyView, makeTensor, numbersOf, stridesOf, tensorOf } from '../tensor.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo } from './operator.ts';

/** For messages: operator and node. */
export function label({ node }: NodeContext): string {
  return `${node.op} (node "${node.name}")`;
}

/** Type and shape of the first input. */
export function likeInput(context: NodeContext): readonly OutputInfo[] {
  return [{ type: context.type(0), shape: context.shape(0) }];
}

/** Entries of a tensor of rank 0 or 1 that are known: sizes, or the values of a constant. */
function knownEntries(context: NodeContext, index: number): readonly Dim[] | undefined {
  const dims = context.dims(index);
  if (dims) return dims;
  const constant = context.constant(index);
  return constant && constant.dims.length <= 1 && constant.data.length <= 64 ? Array.from(numbersOf(constant)) : undefined;
}

/** The input's entries when each is a number. */
export function knownNumbers(context: NodeContext, index: number): readonly number[] | undefined {
  const constant = context.constant(index);
  if (constant) return Array.from(numbersOf(constant));
  const dims = context.dims(index);
  return dims?.every((dim) => typeof dim === 'number') ? (dims as readonly number[]) : undefined;
}

/** Computes one entry from the operands' entries where these are sizes; undefined where the result depends on what the batch size is. */
export type DimRule = (...entries: Dim[]) => Dim | undefined;

/** Applies a rule to sizes, with broadcasting; undefined unless all entries are known and so are the results. */
export function combineDims(context: NodeContext, inputs: readonly number[], shape: Shape, rule: DimRule): readonly Dim[] | undefined {
  if (shape.length > 1) return undefined;
  const count = shape.length === 0 ? 1 : shape[0];
  const operands = inputs.map((input) => knownEntries(context, input));
  if (typeof count !== 'number' || operands.some((entries) => !entries)) return undefined;
  const result: Dim[] = [];
  for (let i = 0; i < count; i++) {
    const entry = rule(...operands.map((entries) => entries![entries!.length === 1 ? 0 : i]));
    if (entry === undefined) return undefined;
    result.push(entry);
  }
  return result;
}

/** All operands must have one element type. @throws FoveaError `graph-invalid` */
export function sameType(context: NodeContext, first = 0): ElementType {
  const type = context.type(first);
  context.node.inputs.forEach((_, i) => {
    if (i > first && context.has(i) && context.type(i) !== type) {
      throw new FoveaError('graph-invalid', `${label(context)} is given ${type} and ${context.type(i)}.`, 'The model file is damaged.');
    }
  });
  return type;
}

/** The common shape of all operands. @throws FoveaError `graph-invalid` where their number is not that of the operator */
export function broadcastInputs(context: NodeContext, operands = context.node.inputs.length): Shape {
  const { length } = context.node.inputs;
  if (length !== operands) {
    throw new FoveaError('graph-invalid', `${label(context)} has ${length} inputs where it takes ${operands}.`, 'The model file is damaged.');
  }
  return broadcastShapes(context.node.inputs.map((_, i) => context.shape(i)), label(context));
}

/** A constant repeated to a shape that it broadcasts to. */
function broadcastTensor(tensor: Tensor, dims: readonly number[]): Tensor {
  if (tensor.dims.join() === dims.join()) return tensor;
  const own = stridesOf(tensor.dims);
  const lead = dims.length - tensor.dims.length;
  return copyView(tensor, dims, dims.map((_, axis) => (axis < lead || tensor.dims[axis - lead] === 1 ? 0 : own[axis - lead])));
}

/** Computes element by element on constants, with broadcasting. */
export function mapElements(type: ElementType, tensors: readonly Tensor[], compute: (...values: number[]) => number): Tensor {
  const dims = broadcastShapes(tensors.map((tensor) => tensor.dims), 'Constants') as number[];
  const operands = tensors.map((tensor) => numbersOf(broadcastTensor(tensor, dims)));
  const count = makeTensor('bool', dims).data.length;
  const values = new Float64Array(count);
  const [a, b] = operands;
  // One and two operands are nearly all; calls with lists are twenty times slower.
  if (operands.length === 1) for (let i = 0; i < count; i++) values[i] = compute(a[i]);
  else if (operands.length === 2) for (let i = 0; i < count; i++) values[i] = compute(a[i], b[i]);
  else for (let i = 0; i < count; i++) values[i] = compute(...operands.map((operand) => operand[i]));
  return tensorOf(type, values, dims);
}

/** An operator of one operand. */
export function unary(
  op: string, compute: ((value: number, context: NodeContext) => number) | undefined, gradient: Operator['gradient'], more: Partial<Operator> = {},
): Operator {
  return {
    op,
    infer: likeInput,
    evaluate: compute && ((context, [input]) => [mapElements(input!.type, [input!], (value) => compute(value, context))]),
    gradient,
    ...more,
  };
}

/** The gradient g·(what `factor` makes). */
export function times(factor: (context: GradientContext) => string): Operator['gradient'] {
  return (context) => [context.b.add('Mul', [context.gradients[0]!, factor(context)])];
}

/** The scalar plus a tensor. */
export function plus(b: GraphBuilder, tensor: string, value: number): string {
  return value === 0 ? tensor : b.add('Add', [tensor, b.scalar(value)]);
}

/** The scalar times a tensor. */
export function scaled(b: GraphBuilder, tensor: string, value: number): string {
  return value === 1 ? tensor : b.add('Mul', [tensor, b.scalar(value)]);
}

/** Steep enough that every normal float32 beyond a threshold is taken to 0 or 1. */
const steep = 2 ** 100;
/** The greatest threshold whose product with `steep` is finite in float32. */
const farthest = 2 ** 27;

/**
 * 1 where a tensor is above a threshold, 0 elsewhere; exact in float32. A HardSigmoid, since ONNX Runtime keeps it and Mul in the blocked
 * layout of its convolutions, where comparisons and Where force reorders.
 */
export function above(b: GraphBuilder, tensor: string, threshold: number): string {
  if (!(Math.abs(threshold) <= farthest)) return asFloat(b, b.add('Greater', [tensor, b.scalar(threshold)]));
  return b.add('HardSigmoid', [tensor], { alpha: steep, beta: -Math.fround(threshold) * steep });
}

/** 1 where a tensor is below a threshold, 0 elsewhere; see `above`. */
export function below(b: GraphBuilder, tensor: string, threshold: number): string {
  if (!(Math.abs(threshold) <= farthest)) return asFloat(b, b.add('Less', [tensor, b.scalar(threshold)]));
  return b.add('HardSigmoid', [tensor], { alpha: -steep, beta: Math.fround(threshold) * steep });
}

/** A truth value as 0 or 1 in float32. */
export function asFloat(b: GraphBuilder, truth: string): string {
  return b.add('Cast', [truth], { to: elementCodes.float32 });
}
