/** Products of matrices. */
import { FoveaError } from '../../protocol/errors.ts';
import { numberAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Dim, Shape } from '../graph.ts';
import { broadcastShapes, countElements, formatShape, sameDim, sameShape } from '../shape.ts';
import { label, sameType, scaled } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

function mismatch(context: NodeContext): FoveaError {
  return new FoveaError('shape-mismatch', `${label(context)} cannot multiply ${formatShape(context.shape(0))} by ${formatShape(context.shape(1))}.`);
}

interface GemmForm {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

function gemmForm({ node }: NodeContext): GemmForm {
  return {
    alpha: numberAttribute(node, 'alpha', 1),
    beta: numberAttribute(node, 'beta', 1),
    transA: numberAttribute(node, 'transA', 0) !== 0,
    transB: numberAttribute(node, 'transB', 0) !== 0,
  };
}

function product(b: GraphBuilder, alpha: number, left: string, transA: boolean, right: string, transB: boolean): string {
  return b.add('Gemm', [left, right], { alpha, transA: Number(transA), transB: Number(transB) });
}

/** α·op(A)·op(B) + β·C with matrices A and B, and C broadcast. */
const gemm: Operator = {
  op: 'Gemm',
  infer: (context) => {
    const { transA, transB } = gemmForm(context);
    const [left, right] = [context.shape(0), context.shape(1)];
    if (left.length !== 2 || right.length !== 2) throw mismatch(context);
    const [rows, inner] = transA ? [left[1], left[0]] : left;
    const [inner2, columns] = transB ? [right[1], right[0]] : right;
    if (!sameDim(inner, inner2)) throw mismatch(context);
    const shape = [rows, columns];
    if (context.has(2) && !sameShape(broadcastShapes([shape, context.shape(2)], label(context)), shape)) {
      throw new FoveaError('shape-mismatch', `${label(context)} adds ${formatShape(context.shape(2))} to ${formatShape(shape)}.`);
    }
    return [{ type: sameType(context), shape }];
  },
  gradient: (context) => {
    const { b, gradients: [g], inputs: [left, right], shape, wants } = context;
    const { alpha, beta, transA, transB } = gemmForm(context);
    const rest = wants(2) ? scaled(b, b.sumTo(g!, shape(2)), beta) : undefined;
    if (left === right && transA !== transB) return [wants(0) ? gramGradient(b, alpha, g!, left, transA) : undefined, undefined, rest];
    return [
      wants(0) ? (transA ? product(b, alpha, right, transB, g!, true) : product(b, alpha, g!, false, right, !transB)) : undefined,
      wants(1) ? (transB ? product(b, alpha, g!, true, left, transA) : product(b, alpha, left, !transA, g!, false)) : undefined,
      rest,
    ];
  },
};

/** Of A·Aᵀ, or of Aᵀ·A: both factors at once, with one product in place of two. */
function gramGradient(b: GraphBuilder, alpha: number, g: string, matrix: string, transA: boolean): string {
  const both = b.add('Add', [g, transposed(b, g)]);
  return transA ? product(b, alpha, matrix, false, both, false) : product(b, alpha, both, false, matrix, false);
}

/** Vectors become matrices of one row (left) or one column (right). */
function asMatrices(context: NodeContext): readonly [Shape, Shape] {
  const [left, right] = [context.shape(0), context.shape(1)];
  if (left.length === 0 || right.length === 0) throw mismatch(context);
  return [left.length === 1 ? [1, ...left] : left, right.length === 1 ? [...right, 1] : right];
}

function stackShape(context: NodeContext): Shape {
  const [left, right] = asMatrices(context);
  if (!sameDim(left[left.length - 1], right[right.length - 2])) throw mismatch(context);
  return [...broadcastShapes([left.slice(0, -2), right.slice(0, -2)], label(context)), left[left.length - 2], right[right.length - 1]];
}

/** Stacks of matrices, as in NumPy. */
const matMul: Operator = {
  op: 'MatMul',
  infer: (context) => {
    const shape = stackShape(context);
    const drop = [context.shape(0).length === 1 ? shape.length - 2 : -1, context.shape(1).length === 1 ? shape.length - 1 : -1];
    return [{ type: sameType(context), shape: shape.filter((_, axis) => !drop.includes(axis)) }];
  },
  gradient: (context) => matMulGradient(context),
};

function matMulGradient(context: GradientContext): (string | undefined)[] {
  const { b, inputs, wants } = context;
  const shapes = asMatrices(context);
  const [left, right] = shapes.map((shape, i) => b.reshape(inputs[i], shape));
  const g = b.reshape(context.gradients[0]!, stackShape(context));
  const back = (found: string, i: number): string => b.reshape(b.sumTo(found, shapes[i]), context.shape(i));
  // With a matrix on the right all matrices on the left are one, and Gemm transposes without a copy of the weights.
  if (shapes[1].length === 2 && countElements(shapes[0].slice(0, -1)) !== undefined) {
    const flatten = (name: string): string => {
      const shape = b.shape(name);
      return b.reshape(name, [countElements(shape.slice(0, -1))!, shape[shape.length - 1]]);
    };
    return [
      wants(0) ? b.reshape(product(b, 1, flatten(g), false, right, true), context.shape(0)) : undefined,
      wants(1) ? b.reshape(product(b, 1, flatten(left), true, flatten(g), false), context.shape(1)) : undefined,
    ];
  }
  return [
    wants(0) ? back(b.add('MatMul', [g, transposed(b, right)]), 0) : undefined,
    wants(1) ? back(b.add('MatMul', [transposed(b, left), g]), 1) : undefined,
  ];
}

function transposed(b: GraphBuilder, name: string): string {
  const axes = b.shape(name).map((_: Dim, axis) => axis);
  const [row, column] = axes.splice(-2);
  return b.add('Transpose', [name], { perm: [...axes, column, row] });
}

export const matrixOperators: readonly Operator[] = [gemm, matMul];
