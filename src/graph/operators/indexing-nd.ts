/** Operators whose indices are tuples, one entry for each of the first axes: GatherND, ScatterND. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, textAttribute } from '../attributes.ts';
import type { Shape, Tensor } from '../graph.ts';
import { formatShape, sameDim } from '../shape.ts';
import { makeTensor, numbersOf, tensorOf } from '../tensor.ts';
import { mismatch, zeros } from './assembling.ts';
import type { GradientContext, NodeContext, Operator, RewriteContext } from './operator.ts';

/** Axes of the data that an index names; the rest of them is what is picked. */
function depthOf(context: NodeContext): number {
  const [data, indices] = [context.shape(0), context.shape(1)];
  const depth = indices.at(-1);
  if (typeof depth === 'number' && depth >= 1 && depth <= data.length) return depth;
  throw mismatch(context, `picks from ${formatShape(data)} with indices ${formatShape(indices)}`);
}

function pickedShape(context: NodeContext): Shape {
  return [...context.shape(1).slice(0, -1), ...context.shape(0).slice(depthOf(context))];
}

/** Where each picked part begins in the data, and how long it is. */
function partsOf(context: NodeContext, data: Tensor, indices: Tensor): { starts: number[]; length: number } {
  const depth = depthOf(context);
  const length = data.dims.slice(depth).reduce((a, b) => a * b, 1);
  const values = numbersOf(indices);
  const starts = Array.from({ length: indices.data.length / depth }, (_, part) => {
    let at = 0;
    for (let axis = 0; axis < depth; axis++) {
      const index = values[part * depth + axis];
      const resolved = index < 0 ? index + data.dims[axis] : index;
      if (!(resolved >= 0 && resolved < data.dims[axis])) throw mismatch(context, `takes the index ${index} of ${formatShape(data.dims)}`);
      at = at * data.dims[axis] + resolved;
    }
    return at * length;
  });
  return { starts, length };
}

/** Indices into the axes behind those that data and indices share become ones that name those, too: their own place along each of them. */
function rewriteSharedAxes(context: RewriteContext): readonly string[] | undefined {
  const { b, node, shape } = context;
  const shared = numberAttribute(node, 'batch_dims', 0);
  if (shared === 0) return undefined;
  const [data, indices] = [shape(0), shape(1)];
  const fits = Number.isInteger(shared) && shared > 0 && shared < Math.min(data.length, indices.length)
    && indices.slice(0, shared).every((dim, axis) => sameDim(dim, data[axis]));
  if (!fits) throw mismatch(context, `shares ${shared} axes between ${formatShape(data)} and indices ${formatShape(indices)}`);
  const one = b.constant(tensorOf('int64', [1], indices.map(() => 1)));
  const ones = b.expandLike(one, b.add('Slice', [node.inputs[1], b.ints([0]), b.ints([1]), b.ints([-1])]));
  const places = Array.from({ length: shared }, (_, axis) => b.add('CumSum', [ones, b.constant(tensorOf('int64', [axis], []))], { exclusive: 1 }));
  return [b.add('GatherND', [node.inputs[0], b.add('Concat', [...places, node.inputs[1]], { axis: -1 })])];
}

/** Zeros of the data's shape with the gradient added at the indices. */
function addedAt({ b, inputs, gradients: [gradient] }: GradientContext): string {
  return b.add('ScatterND', [zeros(b, b.shape(inputs[0]), inputs[0]), inputs[1], gradient!], { reduction: 'add' });
}

const gatherNd: Operator = {
  op: 'GatherND',
  infer: (context) => [{ type: context.type(0), shape: pickedShape(context) }],
  rewrite: rewriteSharedAxes,
  evaluate: (context, [data, indices]) => {
    const { starts, length } = partsOf(context, data!, indices!);
    const out = makeTensor(data!.type, pickedShape(context) as number[]);
    starts.forEach((start, part) => out.data.set(data!.data.subarray(start, start + length) as never, part * length));
    return [out];
  },
  gradient: (context) => [addedAt(context)],
};

/** What becomes of what is there and of what is written there; whole numbers of 64 bits too. */
const reductions: ReadonlyMap<string, (there: number, written: number) => number> = new Map([
  ['none', (_, written) => written],
  ['add', (there, written) => there + written],
  ['mul', (there, written) => there * written],
  ['max', (there, written) => (there > written ? there : written)],
  ['min', (there, written) => (there < written ? there : written)],
]);

/** The data with updates written at the indices, or joined with what is there. */
const scatterNd: Operator = {
  op: 'ScatterND',
  infer: (context) => {
    const [updates, picked] = [context.shape(2), pickedShape(context)];
    if (updates.length !== picked.length) throw mismatch(context, `writes ${formatShape(updates)} where ${formatShape(picked)} is picked`);
    return [{ type: context.type(0), shape: context.shape(0) }];
  },
  evaluate: (context, [data, indices, updates]) => {
    const reduction = textAttribute(context.node, 'reduction', 'none');
    const join = reductions.get(reduction);
    // Halves are kept as bits.
    const halves = data!.type === 'float16' || data!.type === 'bfloat16';
    if (!join || (halves && reduction !== 'none')) throw new UnsupportedOperatorError('ScatterND', context.node.name, 'operator', `it reduces constants of type ${data!.type}.`);
    const { starts, length } = partsOf(context, data!, indices!);
    const out = makeTensor(data!.type, data!.dims);
    out.data.set(data!.data as never);
    starts.forEach((start, part) => {
      for (let i = 0; i < length; i++) out.data[start + i] = join(out.data[start + i] as number, updates!.data[part * length + i] as number);
    });
    return [out];
  },
  gradient: (context) => {
    const { b, inputs, gradients: [gradient], wants, node } = context;
    const reduction = textAttribute(node, 'reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') throw new UnsupportedOperatorError('ScatterND', node.name, 'gradient', `of the reduction "${reduction}".`);
    const overwritten = (): string => b.add('ScatterND', [gradient!, inputs[1], zeros(b, b.shape(inputs[2]), inputs[2])]);
    return [
      wants(0) ? (reduction === 'add' ? gradient : overwritten()) : undefined,
      undefined,
      wants(2) ? b.add('GatherND', [gradient!, inputs[1]]) : undefined,
    ];
  },
};

export const tupleIndexingOperators: readonly Operator[] = [gatherNd, scatterNd];
