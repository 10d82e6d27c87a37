/** Operators that pick elements by index, and put them back: Gather, GatherElements, ScatterElements. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { textAttribute } from '../attributes.ts';
import { formatShape } from '../shape.ts';
import { makeTensor, numbersOf, tensorOf } from '../tensor.ts';
import { axisOf, mismatch, padAxis, withDim, zeros } from './assembling.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

/** Indices of a Gather, counted from the start; undefined if they are not constant. */
function gatherIndices(context: NodeContext, axis: number): number[] | undefined {
  const constant = context.constant(1);
  if (!constant) return undefined;
  const length = context.shape(0)[axis];
  return Array.from(numbersOf(constant), (index) => {
    const resolved = index < 0 && typeof length === 'number' ? index + length : index;
    if (resolved < 0 || (typeof length === 'number' && resolved >= length)) throw mismatch(context, `takes the index ${index} of ${formatShape(context.shape(0))}`);
    return resolved;
  });
}

const gather: Operator = {
  op: 'Gather',
  infer: (context) => {
    const axis = axisOf(context, 0);
    const shape = context.shape(0);
    const indices = gatherIndices(context, axis);
    const known = context.dims(0);
    const taken = context.shape(1);
    const dims = known && indices && taken.length <= 1 ? indices.map((index) => known[index]) : undefined;
    return [{ type: context.type(0), shape: [...shape.slice(0, axis), ...taken, ...shape.slice(axis + 1)], dims }];
  },
  evaluate: (context, [data, indices]) => {
    const axis = axisOf(context, 0);
    const list = gatherIndices(context, axis)!;
    const { dims } = data!;
    const [rows, inner] = [dims.slice(0, axis), dims.slice(axis + 1)].map((part) => part.reduce((a, c) => a * c, 1));
    const out = makeTensor(data!.type, [...dims.slice(0, axis), ...indices!.dims, ...dims.slice(axis + 1)]);
    for (let row = 0; row < rows; row++) {
      list.forEach((index, i) => {
        const from = (row * dims[axis] + index) * inner;
        out.data.set(data!.data.subarray(from, from + inner) as never, (row * list.length + i) * inner);
      });
    }
    return [out];
  },
  gradient: (context) => [gatherGradient(context)],
};

function gatherGradient(context: GradientContext): string {
  const { b, inputs, gradients: [gradient], node } = context;
  const axis = axisOf(context, 0);
  const shape = b.shape(inputs[0]);
  const indices = gatherIndices(context, axis);
  const length = shape[axis];
  if (!indices || typeof length !== 'number') return addedAtIndices(context, axis);
  const flat = b.reshape(gradient!, withDim(shape, axis, indices.length));
  const consecutive = indices.every((index, i) => index === indices[0] + i);
  if (indices.length > 0 && consecutive) return padAxis(b, flat, axis, indices[0], length - indices[0] - indices.length);
  if (indices.length * length > 1 << 24) throw new UnsupportedOperatorError('Gather', node.name, 'gradient', 'it has too many indices.');
  // Scattering with addition is a product with one-hot rows.
  const selection = new Float32Array(indices.length * length);
  indices.forEach((index, i) => { selection[i * length + index] = 1; });
  const last = shape.map((_, i) => i).filter((i) => i !== axis).concat(axis);
  const moved = b.add('Transpose', [flat], { perm: last });
  const scattered = b.add('MatMul', [moved, b.constant(tensorOf('float32', selection, [indices.length, length]))]);
  return b.add('Transpose', [scattered], { perm: last.map((_, i) => last.indexOf(i)) });
}

/** The gradient of a Gather whose indices are not known before the program runs: zeros with the gradient added at the indices. */
function addedAtIndices({ b, inputs: [data, indices], gradients: [gradient] }: GradientContext, axis: number): string {
  const [rank, picked] = [b.shape(data).length, b.shape(indices).length];
  const axes = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);
  // The axes that are picked along come first, so that an index names a whole part.
  const first = [axis, ...axes(axis), ...axes(rank - axis - 1, axis + 1)];
  const parts = b.add('Transpose', [gradient!], { perm: [...axes(picked, axis), ...axes(axis), ...axes(rank - axis - 1, axis + picked)] });
  const moved = b.add('Transpose', [data], { perm: first });
  const at = b.reshape(indices, [...b.shape(indices), 1]);
  const added = b.add('ScatterND', [zeros(b, b.shape(moved), moved), at, parts], { reduction: 'add' });
  return b.add('Transpose', [added], { perm: first.map((_, i) => first.indexOf(i)) });
}

/** out[i][j] = data[indices[i][j]][j] for axis 0, and so on for the others. */
const gatherElements: Operator = {
  op: 'GatherElements',
  infer: (context) => {
    sameRank(context, 1);
    return [{ type: context.type(0), shape: context.shape(1) }];
  },
  gradient: (context) => {
    const { b, inputs, gradients: [gradient] } = context;
    const empty = zeros(b, b.shape(inputs[0]), inputs[0]);
    return [b.add('ScatterElements', [empty, inputs[1], gradient!], { axis: axisOf(context, 0), reduction: 'add' })];
  },
};

/** The data with updates written (or added, reduction "add") at the indices. */
const scatterElements: Operator = {
  op: 'ScatterElements',
  infer: (context) => {
    sameRank(context, 1);
    sameRank(context, 2);
    return [{ type: context.type(0), shape: context.shape(0) }];
  },
  gradient: (context) => {
    const { b, inputs, gradients: [gradient], wants, node } = context;
    const axis = axisOf(context, 0);
    const reduction = textAttribute(node, 'reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') throw new UnsupportedOperatorError('ScatterElements', node.name, 'gradient', `of the reduction "${reduction}".`);
    const overwritten = (): string => b.add('ScatterElements', [gradient!, inputs[1], zeros(b, b.shape(inputs[2]), inputs[2])], { axis });
    return [
      wants(0) ? (reduction === 'add' ? gradient : overwritten()) : undefined,
      undefined,
      wants(2) ? b.add('GatherElements', [gradient!, inputs[1]], { axis }) : undefined,
    ];
  },
};

function sameRank(context: NodeContext, index: number): void {
  const [data, other] = [context.shape(0), context.shape(index)];
  if (data.length !== other.length) throw mismatch(context, `picks from ${formatShape(data)} with ${formatShape(other)}`);
}

export const indexingOperators: readonly Operator[] = [gather, gatherElements, scatterElements];
