/** Reductions over axes, and cumulative sums. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute } from '../attributes.ts';
import type { Dim, Shape, Tensor } from '../graph.ts';
import { countElements, formatShape, multiplyDims, resolveAxis } from '../shape.ts';
import { numbersOf, stridesOf, tensorOf } from '../tensor.ts';
import { asFloat, knownNumbers, label, scaled } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator, RewriteContext } from './operator.ts';

/** The axes, an input since opset 13 (ReduceSum) or 18, an attribute before. */
function axesOf(context: NodeContext): readonly number[] {
  const rank = context.shape(0).length;
  const given = numbersAttribute(context.node, 'axes') ?? (context.has(1) ? knownNumbers(context, 1) : []);
  if (!given) throw new FoveaError('shape-mismatch', `${label(context)} takes its axes from values, which are not known before the program runs.`);
  if (given.length === 0 && numberAttribute(context.node, 'noop_with_empty_axes', 0) !== 0) return [];
  const axes = given.length === 0 ? context.shape(0).map((_, axis) => axis) : given.map((axis) => resolveAxis(axis, rank, label(context)));
  if (new Set(axes).size !== axes.length) throw new FoveaError('graph-invalid', `${label(context)} names an axis twice.`, 'The model file is damaged.');
  return rank === 0 ? [] : axes;
}

function reducedShape(context: NodeContext, axes: readonly number[], keep: boolean): Shape {
  const shape = context.shape(0);
  return keep ? shape.map((dim, axis): Dim => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));
}

function keeps(context: NodeContext): boolean {
  return numberAttribute(context.node, 'keepdims', 1) !== 0;
}

/** Gathers each group of elements that become one, in row-major order, and reduces it. */
function reduceTensor(tensor: Tensor, axes: readonly number[], dims: readonly number[], reduce: (group: number[]) => number): Tensor {
  const kept = tensor.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const own = stridesOf(tensor.dims);
  const groups = Array.from({ length: kept.reduce((a, c) => a * c, 1) }, (): number[] => []);
  const values = numbersOf(tensor);
  for (let i = 0; i < values.length; i++) {
    let to = 0;
    for (let axis = 0; axis < own.length; axis++) to += (Math.floor(i / own[axis]) % tensor.dims[axis]) * strides[axis];
    groups[to].push(values[i]);
  }
  return tensorOf(tensor.type, groups.map(reduce), dims);
}

const sum = (group: readonly number[]): number => group.reduce((a, c) => a + c, 0);
const shifted = (group: readonly number[]): number => {
  const most = group.reduce((a, c) => Math.max(a, c), -Infinity);
  return Number.isFinite(most) ? most + Math.log(sum(group.map((value) => Math.exp(value - most)))) : most;
};

/** What the gradient of a reduction is made from; `gradient` and `output` have the reduced axes as axes of size 1. */
interface Reduced {
  readonly context: GradientContext;
  readonly gradient: string;
  readonly output: string;
  readonly axes: readonly number[];
}

/** @param dims the reduction of sizes */
function reduction(
  op: string, reduce: (group: number[]) => number, gradient: (reduced: Reduced) => string, dims?: (entries: readonly Dim[]) => Dim | undefined,
): Operator {
  return {
    op,
    infer: (context) => {
      const shape = reducedShape(context, axesOf(context), keeps(context));
      const entries = dims && context.shape(0).length === 1 ? context.dims(0) : undefined;
      const entry = entries && axesOf(context).length === 1 ? dims!(entries) : undefined;
      return [{ type: context.type(0), shape, dims: entry === undefined ? undefined : [entry] }];
    },
    evaluate: (context, [input]) => {
      const axes = axesOf(context);
      return [reduceTensor(input!, axes, reducedShape(context, axes, keeps(context)) as number[], reduce)];
    },
    rewrite: (context) => rewriteAxes(context),
    gradient: (context) => {
      const { b, outputs } = context;
      const axes = axesOf(context);
      const kept = reducedShape(context, axes, true);
      return [gradient({ context, axes, gradient: b.reshape(context.gradients[0]!, kept), output: b.reshape(outputs[0], kept) })];
    },
  };
}

/** Brings axes to where `graphOpset` has them. */
function rewriteAxes(context: RewriteContext): readonly string[] | undefined {
  const { b, node } = context;
  const axes = axesOf(context);
  const keepdims = numberAttribute(node, 'keepdims', 1);
  if (axes.length === 0 && context.shape(0).length > 0) {
    if (['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'].includes(node.op)) return [node.inputs[0]];
    throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it reduces no axis.');
  }
  return node.attributes.axes === undefined ? undefined : [b.add(node.op, [node.inputs[0], b.ints(axes)], { keepdims })];
}

/** Repeated along the reduced axes. */
function spread({ context: { b, inputs } }: Reduced, tensor: string): string {
  return b.expandLike(tensor, inputs[0]);
}

function meanGradient(reduced: Reduced): string {
  const { context: { b, shape, node }, gradient, axes } = reduced;
  const count = countElements(axes.map((axis) => shape(0)[axis]));
  if (typeof count !== 'number') throw new UnsupportedOperatorError(node.op, node.name, 'gradient', 'it is a mean over the batch.');
  return spread(reduced, scaled(b, gradient, 1 / count));
}

/** Shared among equal extrema. */
function extremumGradient({ context: { b, inputs: [x] }, gradient, output, axes }: Reduced): string {
  const mask = asFloat(b, b.add('Equal', [x, output]));
  const count = b.add('ReduceSum', [mask, b.ints(axes)], { keepdims: 1 });
  return b.add('Mul', [mask, b.add('Div', [gradient, count])]);
}

/** The product of all other elements: where one element is zero it alone has a gradient, where several are none has. */
function productGradient({ context: { b, inputs: [x] }, gradient, axes }: Reduced): string {
  const zero = asFloat(b, b.add('Equal', [x, b.scalar(0)]));
  const filled = b.add('Add', [x, zero]);
  const product = b.add('ReduceProd', [filled, b.ints(axes)], { keepdims: 1 });
  const zeros = b.add('ReduceSum', [zero, b.ints(axes)], { keepdims: 1 });
  const has = (count: number): string => asFloat(b, b.add('Equal', [zeros, b.scalar(count)]));
  const others = b.add('Add', [b.add('Div', [has(0), filled]), b.add('Mul', [has(1), zero])]);
  return b.add('Mul', [b.add('Mul', [gradient, product]), others]);
}

/** 1/sum, from its logarithm. */
function logSumGradient({ context: { b }, gradient, output }: Reduced): string {
  return b.add('Mul', [gradient, b.add('Exp', [b.add('Neg', [output])])]);
}

function argExtremum(op: string): Operator {
  return {
    op,
    infer: (context) => {
      const axis = resolveAxis(numberAttribute(context.node, 'axis', 0), context.shape(0).length, label(context));
      return [{ type: 'int64', shape: reducedShape(context, [axis], keeps(context)) }];
    },
    gradient: () => [],
  };
}

/** The axis of a CumSum. */
function cumulativeAxis(context: NodeContext): number {
  const axis = knownNumbers(context, 1);
  if (!axis) throw new FoveaError('shape-mismatch', `${label(context)} takes its axis from values, which are not known before the program runs.`);
  if (axis.length !== 1) throw new FoveaError('graph-invalid', `${label(context)} names ${axis.length} axes.`, 'The model file is damaged.');
  return resolveAxis(axis[0], context.shape(0).length, label(context));
}

const cumSum: Operator = {
  op: 'CumSum',
  infer: (context) => {
    if (context.shape(0).length === 0) throw new FoveaError('shape-mismatch', `${label(context)} is given ${formatShape(context.shape(0))}.`);
    cumulativeAxis(context);
    return [{ type: context.type(0), shape: context.shape(0) }];
  },
  evaluate: (context, [input]) => {
    const axis = cumulativeAxis(context);
    const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) => numberAttribute(context.node, name, 0) !== 0);
    const stride = stridesOf(input!.dims)[axis];
    const length = input!.dims[axis];
    const values = Float64Array.from(numbersOf(input!));
    for (let first = 0; first < values.length; first++) {
      if (Math.floor(first / stride) % length !== 0) continue;
      let total = 0;
      for (let i = 0; i < length; i++) {
        const at = first + (reverse ? length - 1 - i : i) * stride;
        const value = values[at];
        values[at] = exclusive ? total : total + value;
        total += value;
      }
    }
    return [tensorOf(input!.type, values, input!.dims)];
  },
  gradient: ({ b, gradients: [gradient], inputs, node }) => [
    b.add('CumSum', [gradient!, inputs[1]], { exclusive: numberAttribute(node, 'exclusive', 0), reverse: 1 - numberAttribute(node, 'reverse', 0) }),
  ],
};

export const reductionOperators: readonly Operator[] = [
  reduction('ReduceSum', sum, (reduced) => spread(reduced, reduced.gradient)),
  reduction('ReduceMean', (group) => sum(group) / group.length, meanGradient),
  reduction('ReduceMax', (group) => group.reduce((a, c) => Math.max(a, c), -Infinity), extremumGradient),
  reduction('ReduceMin', (group) => group.reduce((a, c) => Math.min(a, c), Infinity), extremumGradient),
  reduction('ReduceProd', (group) => group.reduce((a, c) => a * c, 1), productGradient,
    (entries) => entries.reduce<Dim | undefined>((a, c) => (a === undefined ? undefined : multiplyDims(a, c)), 1)),
  reduction('ReduceL1', (group) => sum(group.map(Math.abs)), ({ context: { b, inputs: [x] }, gradient }) => b.add('Mul', [b.add('Sign', [x]), gradient])),
  // At the origin, where the norm has no derivative, 0.
  reduction('ReduceL2', (group) => Math.sqrt(sum(group.map((value) => value * value))), ({ context: { b, inputs: [x] }, gradient, output }) => (
    b.add('Mul', [x, b.add('Div', [gradient, b.add('Max', [output, b.scalar(1e-30)])])]))),
  reduction('ReduceSumSquare', (group) => sum(group.map((value) => value * value)),
    ({ context: { b, inputs: [x] }, gradient }) => b.add('Mul', [x, scaled(b, gradient, 2)])),
  reduction('ReduceLogSum', (group) => Math.log(sum(group)),
    (reduced) => spread(reduced, logSumGradient(reduced))),
  reduction('ReduceLogSumExp', shifted, ({ context: { b, inputs: [x] }, gradient, output }) => (
    b.add('Mul', [b.add('Exp', [b.add('Sub', [x, output])]), gradient]))),
  argExtremum('ArgMax'),
  argExtremum('ArgMin'),
  cumSum,
];
