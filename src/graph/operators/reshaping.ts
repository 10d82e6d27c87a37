/** Operators that give the same elements another shape or order, and those that do nothing at inference. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute } from '../attributes.ts';
import type { Dim, Shape } from '../graph.ts';
import { countElements, divideDims, formatShape, multiplyDims, resolveAxis, sameDim, staticDim } from '../shape.ts';
import { copyView, numbersOf, stridesOf } from '../tensor.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';

function label({ node }: NodeContext): string {
  return `${node.op} (node "${node.name}")`;
}

/** The same elements in another shape; sizes stay known where they are a list or a single one. */
function reshaped(context: NodeContext, shape: Shape): OutputInfo {
  return { type: context.type(0), shape, dims: shape.length <= 1 ? context.dims(0) : undefined };
}

const reshapeGradient = ({ b, inputs, gradients: [gradient] }: GradientContext): (string | undefined)[] => [b.reshape(gradient!, b.shape(inputs[0]))];

/**
 * The shape that a Reshape makes: 0 copies a size, -1 takes what is left.
 * @param file whether the node is as a file has it. There a first size of 1, where the batch has to go somewhere, means the batch: such files
 *   were exported for one sample.
 */
function reshapeTarget(context: NodeContext, file: boolean): Shape {
  const from = context.shape(0);
  const sizes = context.dims(1);
  if (!sizes) throw new FoveaError('shape-mismatch', `${label(context)} takes its sizes from values, which are not known before the program runs.`);
  const copies = numberAttribute(context.node, 'allowzero', 0) === 0;
  const wanted: Dim[] = sizes.map((size, axis) => {
    if (size === 0 && copies) {
      if (axis >= from.length) throw new FoveaError('shape-mismatch', `${label(context)} copies a size that its input ${formatShape(from)} does not have.`);
      return from[axis];
    }
    return size;
  });
  const total = countElements(from);
  const open = wanted.indexOf(-1);
  if (file && wanted[0] === 1 && typeof total === 'object' && !wanted.some((size) => typeof size === 'object')) {
    const others = countElements(wanted.slice(1));
    const first = open < 0 ? others && divideDims(total, others) : from[0];
    if (typeof first === 'object') wanted[0] = first;
  }
  const known = countElements(wanted.filter((_, axis) => axis !== open));
  const rest = total === undefined || known === undefined ? undefined : divideDims(total, known);
  const shape = wanted.map((size, axis) => (axis === open ? rest ?? (known === 0 ? 0 : -1) : size));
  const valid = open < 0 ? total !== undefined && known !== undefined && sameDim(total, known) : rest !== undefined || known === 0;
  if (!valid || shape.some((size) => typeof size === 'number' && (size < 0 || !Number.isInteger(size)))) {
    throw new FoveaError('shape-mismatch', `${label(context)} cannot make ${formatShape(wanted)} of ${formatShape(from)}.`);
  }
  return shape;
}

const reshape: Operator = {
  op: 'Reshape',
  infer: (context) => [reshaped(context, reshapeTarget(context, false))],
  evaluate: (context, [data]) => [{ ...data!, dims: reshapeTarget(context, false) as number[] }],
  rewrite: (context) => {
    // Before opset 5 the sizes were an attribute.
    const attribute = numbersAttribute(context.node, 'shape');
    const inputs = attribute ? [context.node.inputs[0], context.b.ints(attribute)] : context.node.inputs;
    return [context.b.reshape(inputs[0], reshapeTarget(context.b.context({ ...context.node, inputs }), true))];
  },
  gradient: reshapeGradient,
};

function flattened(context: NodeContext): Shape {
  const shape = context.shape(0);
  const axis = numberAttribute(context.node, 'axis', 1);
  const split = axis === shape.length ? axis : resolveAxis(axis, shape.length, label(context));
  return [shape.slice(0, split), shape.slice(split)].map((part) => {
    const count = countElements(part);
    if (count === undefined) throw new FoveaError('shape-mismatch', `${label(context)} flattens sizes that are not known: ${formatShape(shape)}.`);
    return count;
  });
}

/** Axes of Squeeze and Unsqueeze: an input since opset 13, an attribute before. */
function axesOf(context: NodeContext): readonly number[] | undefined {
  const attribute = numbersAttribute(context.node, 'axes');
  if (attribute || !context.has(1)) return attribute;
  const constant = context.constant(1);
  if (!constant) throw new FoveaError('shape-mismatch', `${label(context)} takes its axes from values that are not constant.`);
  return Array.from(numbersOf(constant));
}

function squeezed(context: NodeContext): Shape {
  const shape = context.shape(0);
  const axes = axesOf(context)?.map((axis) => resolveAxis(axis, shape.length, label(context)));
  for (const axis of axes ?? []) {
    if (shape[axis] !== 1) throw new FoveaError('shape-mismatch', `${label(context)} removes axis ${axis} of ${formatShape(shape)}, whose size is not 1.`);
  }
  return shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1));
}

function unsqueezed(context: NodeContext): Shape {
  const shape = context.shape(0);
  const given = axesOf(context) ?? [];
  const rank = shape.length + given.length;
  const axes = new Set(given.map((axis) => resolveAxis(axis, rank, label(context))));
  if (axes.size !== given.length) throw new FoveaError('graph-invalid', `${label(context)} names an axis twice.`);
  const rest = shape.slice();
  return Array.from({ length: rank }, (_, axis): Dim => (axes.has(axis) ? 1 : rest.shift()!));
}

function reshaping(op: string, target: (context: NodeContext) => Shape): Operator {
  return {
    op,
    infer: (context) => [reshaped(context, target(context))],
    evaluate: (context, [data]) => [{ ...data!, dims: target(context) as number[] }],
    rewrite: (context) => [context.b.reshape(context.node.inputs[0], target(context))],
    gradient: reshapeGradient,
  };
}

function permutation(context: NodeContext): readonly number[] {
  const rank = context.shape(0).length;
  const perm = numbersAttribute(context.node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw new FoveaError('graph-invalid', `${label(context)} has the permutation [${perm.join(', ')}] for a tensor of rank ${rank}.`);
  }
  return perm;
}

const transpose: Operator = {
  op: 'Transpose',
  infer: (context) => [{ type: context.type(0), shape: permutation(context).map((axis) => context.shape(0)[axis]) }],
  evaluate: (context, [data]) => {
    const perm = permutation(context);
    const strides = stridesOf(data!.dims);
    return [copyView(data!, perm.map((axis) => data!.dims[axis]), perm.map((axis) => strides[axis]))];
  },
  gradient: (context) => {
    const perm = permutation(context);
    return [context.b.add('Transpose', [context.gradients[0]!], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
  },
};

/** Nodes that pass their input on at inference. */
function passing(op: string): Operator {
  return {
    op,
    infer: (context) => [{ type: context.type(0), shape: context.shape(0), dims: context.dims(0) }],
    evaluate: (_, [data]) => [data!],
    rewrite: ({ node }: RewriteContext) => [node.inputs[0]],
    gradient: ({ gradients }) => [gradients[0]],
  };
}

const dropout: Operator = {
  ...passing('Dropout'),
  rewrite: (context) => {
    const { node } = context;
    if (context.has(2) && (!context.constant(2) || numbersOf(context.constant(2)!)[0] !== 0)) {
      throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it is in training mode; export the model for inference.');
    }
    return [node.inputs[0]];
  },
};

/** (N, C·b², H, W) to (N, C, H·b, W·b) and back; mode DCR takes the block position from the slower part of the channels, CRD from the faster. */
function blocks(context: NodeContext): { block: number; columnFirst: boolean } {
  const block = numberAttribute(context.node, 'blocksize', 0);
  if (!(Number.isInteger(block) && block > 0) || context.shape(0).length !== 4) {
    throw new FoveaError('graph-invalid', `${label(context)} has the block size ${block} for a tensor of shape ${formatShape(context.shape(0))}.`);
  }
  return { block, columnFirst: context.node.attributes.mode === 'CRD' };
}

function exact(dim: Dim | undefined, context: NodeContext): Dim {
  if (dim === undefined) throw new FoveaError('shape-mismatch', `${label(context)}: the block size does not divide ${formatShape(context.shape(0))}.`);
  return dim;
}

const depthToSpace: Operator = {
  op: 'DepthToSpace',
  infer: (context) => {
    const { block } = blocks(context);
    const [n, c, h, w] = context.shape(0);
    return [{ type: context.type(0), shape: [n, exact(divideDims(c, block * block), context), multiplyDims(h, block)!, multiplyDims(w, block)!] }];
  },
  gradient: (context) => {
    const { b, inputs, gradients: [gradient] } = context;
    const { block, columnFirst } = blocks(context);
    if (!columnFirst) return [b.add('SpaceToDepth', [gradient!], { blocksize: block })];
    const [n, c, h, w] = b.shape(inputs[0]);
    const split = b.reshape(gradient!, [n, staticDim(c, 'The number of channels') / (block * block), h, block, w, block]);
    return [b.reshape(b.add('Transpose', [split], { perm: [0, 1, 3, 5, 2, 4] }), [n, c, h, w])];
  },
};

const spaceToDepth: Operator = {
  op: 'SpaceToDepth',
  infer: (context) => {
    const { block } = blocks(context);
    const [n, c, h, w] = context.shape(0);
    const shape = [n, multiplyDims(c, block * block)!, exact(divideDims(h, block), context), exact(divideDims(w, block), context)];
    return [{ type: context.type(0), shape }];
  },
  gradient: (context) => [context.b.add('DepthToSpace', [context.gradients[0]!], { blocksize: blocks(context).block, mode: 'DCR' })],
};

/** Repeats along axes of size 1. */
function expanded(context: NodeContext): Shape {
  const from = context.shape(0);
  const sizes = context.dims(1);
  if (!sizes) throw new FoveaError('shape-mismatch', `${label(context)} takes its sizes from values, which are not known before the program runs.`);
  const rank = Math.max(from.length, sizes.length);
  return Array.from({ length: rank }, (_, axis): Dim => {
    const dim = from[axis - rank + from.length] ?? 1;
    const size = sizes[axis - rank + sizes.length] ?? 1;
    if (dim !== 1 && size !== 1 && !sameDim(dim, size)) {
      throw new FoveaError('shape-mismatch', `${label(context)} cannot expand ${formatShape(from)} to ${formatShape(sizes)}.`);
    }
    return dim === 1 ? size : dim;
  });
}

const expand: Operator = {
  op: 'Expand',
  infer: (context) => [{ type: context.type(0), shape: expanded(context) }],
  evaluate: (context, [data]) => {
    const dims = expanded(context) as number[];
    const lead = dims.length - data!.dims.length;
    const strides = stridesOf(data!.dims);
    return [copyView(data!, dims, dims.map((_, axis) => (axis < lead || data!.dims[axis - lead] === 1 ? 0 : strides[axis - lead])))];
  },
  gradient: ({ b, inputs, gradients: [gradient] }) => [b.sumTo(gradient!, b.shape(inputs[0]))],
};

/** How often each axis is repeated. */
function repeatsOf(context: NodeContext): Shape {
  const [shape, repeats] = [context.shape(0), context.dims(1)];
  const fits = repeats?.length === shape.length
    && repeats.every((count, axis) => (typeof count !== 'number' || count >= 0) && multiplyDims(shape[axis], count) !== undefined);
  if (!repeats || !fits) {
    throw new FoveaError('shape-mismatch', `${label(context)} repeats ${formatShape(shape)} by counts that are not known or do not fit.`);
  }
  return repeats;
}

const tile: Operator = {
  op: 'Tile',
  infer: (context) => [{ type: context.type(0), shape: repeatsOf(context).map((count, axis) => multiplyDims(context.shape(0)[axis], count)!) }],
  gradient: (context) => {
    const { b, inputs, outputs, gradients: [gradient], wants } = context;
    if (!wants(0)) return [];
    const [shape, tiled] = [b.shape(inputs[0]), b.shape(outputs[0])];
    const split = b.reshape(gradient!, shape.flatMap((dim, axis): Dim[] => [divideDims(tiled[axis], dim) ?? 1, dim]));
    return [b.add('ReduceSum', [split, b.ints(shape.map((_, axis) => 2 * axis))], { keepdims: 0 })];
  },
};

export const reshapingOperators: readonly Operator[] = [
  reshape, reshaping('Squeeze', squeezed), reshaping('Unsqueeze', unsqueezed), reshaping('Flatten', flattened), transpose, expand, tile,
  passing('Identity'), dropout, depthToSpace, spaceToDepth,
];
