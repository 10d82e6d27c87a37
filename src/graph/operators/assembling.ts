/** Operators that take tensors apart and put them together: Concat, Split, Slice. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Dim, Shape } from '../graph.ts';
import { formatShape, resolveAxis, sameDim, staticDim, staticShape } from '../shape.ts';
import { copyView, makeTensor, numbersOf, stridesOf } from '../tensor.ts';
import { sameType } from './elementwise.ts';
import { splitChannels } from './convolution.ts';
import type { NodeContext, Operator, RewriteContext } from './operator.ts';

function label({ node }: NodeContext): string {
  return `${node.op} (node "${node.name}")`;
}

export function mismatch(context: NodeContext, what: string): FoveaError {
  return new FoveaError('shape-mismatch', `${label(context)} ${what}.`);
}

export function axisOf(context: NodeContext, fallback?: number): number {
  const axis = numberAttribute(context.node, 'axis') ?? fallback;
  if (axis === undefined) throw new FoveaError('graph-invalid', `${label(context)} names no axis.`);
  return resolveAxis(axis, context.shape(0).length, label(context));
}

export function withDim(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((old, i) => (i === axis ? dim : old));
}

/** Entries of a constant integer input. */
function constants(context: NodeContext, index: number): number[] {
  const dims = context.dims(index);
  const values = dims ? staticShape(dims) : undefined;
  if (values) return values;
  const constant = context.constant(index);
  if (constant) return Array.from(numbersOf(constant));
  throw mismatch(context, `takes its input ${index} from values, which are not known before the program runs`);
}

/** Zeros of a shape, which may depend on the batch: then `like` is a tensor that has it. */
export function zeros(b: GraphBuilder, shape: Shape, like: string): string {
  return b.add('Expand', [b.scalar(0), b.shapeTensor(shape, like)]);
}

/** The tensor with zeros before and after along one axis. */
export function padAxis(b: GraphBuilder, name: string, axis: number, before: number, after: number): string {
  if (before === 0 && after === 0) return name;
  const rank = b.shape(name).length;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[rank + axis] = after;
  return b.add('Pad', [name, b.ints(pads)], { mode: 'constant' });
}

/** A part of the tensor along one axis. */
function sliceAxis(b: GraphBuilder, name: string, axis: number, start: number, end: number, step = 1): string {
  if (start === 0 && step === 1 && end === b.shape(name)[axis]) return name;
  return b.add('Slice', [name, b.ints([start]), b.ints([end]), b.ints([axis]), b.ints([step])]);
}

function addDims(dims: readonly Dim[], context: NodeContext): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce((a, c) => a + c, 0);
  if (dims.every((dim) => typeof dim === 'object')) return { batch: dims.reduce((sum, dim) => sum + dim.batch, 0) };
  throw mismatch(context, 'joins a size that depends on the batch with one that does not');
}

const concat: Operator = {
  op: 'Concat',
  infer: (context) => {
    const axis = axisOf(context, 1);
    const shapes = context.node.inputs.map((_, i) => context.shape(i));
    for (const shape of shapes) {
      if (shape.length === shapes[0].length && shape.every((dim, i) => i === axis || sameDim(dim, shapes[0][i]))) continue;
      throw mismatch(context, `cannot join ${shapes.map(formatShape).join(' and ')} along axis ${axis}`);
    }
    const parts = context.node.inputs.map((_, i) => context.dims(i));
    const dims = shapes[0].length === 1 && parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    return [{ type: sameType(context), shape: withDim(shapes[0], axis, addDims(shapes.map((shape) => shape[axis]), context)), dims }];
  },
  evaluate: (context, inputs) => {
    const axis = axisOf(context, 1);
    const dims = inputs[0]!.dims.map((dim, i) => (i === axis ? inputs.reduce((sum, input) => sum + input!.dims[axis], 0) : dim));
    const out = makeTensor(inputs[0]!.type, dims);
    const rows = dims.slice(0, axis).reduce((a, c) => a * c, 1);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (const input of inputs) {
        const length = input!.data.length / rows;
        out.data.set(input!.data.subarray(row * length, (row + 1) * length) as never, at);
        at += length;
      }
    }
    return [out];
  },
  gradient: (context) => {
    const { b, inputs, gradients: [gradient], wants, zeroWithTensor } = context;
    const axis = axisOf(context, 1);
    const sizes = inputs.map((input) => b.shape(input)[axis]);
    const lengths = staticShape(sizes);
    if (!lengths) {
      if (sizes.length === 1) return [gradient];
      throw new UnsupportedOperatorError('Concat', context.node.name, 'gradient', 'it joins samples of the batch.');
    }
    if (inputs.filter((_, i) => wants(i)).length > 1) {
      const parts = (axis === 1 ? splitChannels(b, gradient!, lengths) : undefined)
        ?? b.addAll('Split', [gradient!, b.ints(lengths)], { axis }, { count: inputs.length });
      if (zeroWithTensor.has(gradient!)) parts.forEach((part) => zeroWithTensor.add(part));
      return inputs.map((_, i) => (wants(i) ? parts[i] : undefined));
    }
    let start = 0;
    return inputs.map((_, i) => {
      const from = start;
      start += lengths[i];
      return wants(i) ? sliceAxis(b, gradient!, axis, from, start) : undefined;
    });
  },
};

function splitSizes(context: NodeContext): number[] {
  const axis = axisOf(context, 0);
  const length = staticDim(context.shape(0)[axis], `The size that ${label(context)} splits`);
  const given = context.has(1) ? constants(context, 1) : numbersAttribute(context.node, 'split')?.slice();
  const count = context.node.outputs.length;
  // Without sizes: equal parts, the last one smaller (opset 18 allows that).
  const chunk = Math.ceil(length / (numberAttribute(context.node, 'num_outputs') ?? count));
  const sizes = given ?? Array.from({ length: count }, (_, i) => Math.min(chunk, length - i * chunk));
  if (sizes.length === count && sizes.every((size) => size >= 0) && sizes.reduce((a, c) => a + c, 0) === length) return sizes;
  throw mismatch(context, `cannot split the size ${length} into ${count} parts${given ? ` of ${given.join(', ')}` : ''}`);
}

const split: Operator = {
  op: 'Split',
  infer: (context) => {
    const axis = axisOf(context, 0);
    return splitSizes(context).map((size) => ({ type: context.type(0), shape: withDim(context.shape(0), axis, size) }));
  },
  evaluate: (context, [data]) => {
    const axis = axisOf(context, 0);
    const strides = stridesOf(data!.dims);
    let start = 0;
    return splitSizes(context).map((size) => {
      const part = copyView(data!, data!.dims.map((dim, i) => (i === axis ? size : dim)), strides, start * strides[axis]);
      start += size;
      return part;
    });
  },
  rewrite: (context) => {
    if (context.has(1) && context.node.attributes.num_outputs === undefined) return undefined;
    const sizes = context.b.ints(splitSizes(context));
    return context.b.addAll('Split', [context.node.inputs[0], sizes], { axis: axisOf(context, 0) }, { count: context.node.outputs.length });
  },
  gradient: (context) => {
    const { b, outputs, gradients } = context;
    const axis = axisOf(context, 0);
    const given = gradients.flatMap((gradient, i) => (gradient === undefined ? [] : [i]));
    const sizes = splitSizes(context);
    if (given.length === 1) {
      const before = sizes.slice(0, given[0]).reduce((a, c) => a + c, 0);
      const after = sizes.slice(given[0] + 1).reduce((a, c) => a + c, 0);
      return [padAxis(b, gradients[given[0]]!, axis, before, after)];
    }
    const parts = gradients.map((gradient, i) => gradient ?? zeros(b, b.shape(outputs[i]), outputs[i]));
    return [b.add('Concat', parts, { axis })];
  },
};

interface Range {
  readonly axis: number;
  /** First index, then count indices `step` apart. */
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly length: number;
}

/** The axes that a Slice shortens; those that depend on the batch must be taken whole. */
function ranges(context: NodeContext): Range[] {
  const shape = context.shape(0);
  const starts = constants(context, 1);
  const ends = constants(context, 2);
  const axes = context.has(3) ? constants(context, 3) : starts.map((_, axis) => axis);
  const steps = context.has(4) ? constants(context, 4) : starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length || steps.includes(0)) {
    throw new FoveaError('graph-invalid', `${label(context)} has starts, ends, axes and steps that do not fit together.`);
  }
  return axes.flatMap((given, i) => {
    const axis = resolveAxis(given, shape.length, label(context));
    const dim = shape[axis];
    const step = steps[i];
    if (typeof dim !== 'number') {
      if (starts[i] === 0 && step === 1 && ends[i] >= 2 ** 31 - 1) return [];
      throw mismatch(context, 'takes a part of the batch');
    }
    const clamp = (index: number, least: number, most: number): number => Math.min(Math.max(index < 0 ? index + dim : index, least), most);
    const start = step > 0 ? clamp(starts[i], 0, dim) : clamp(starts[i], 0, dim - 1);
    const end = step > 0 ? clamp(ends[i], 0, dim) : clamp(ends[i], -1, dim - 1);
    return [{ axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)), length: dim }];
  });
}

const slice: Operator = {
  op: 'Slice',
  infer: (context) => {
    const parts = ranges(context);
    const shape = parts.reduce((current, part) => withDim(current, part.axis, part.count), context.shape(0));
    const dims = context.dims(0);
    const [part] = parts;
    const taken = dims && shape.length === 1 && part ? Array.from({ length: part.count }, (_, i) => dims[part.start + i * part.step]) : dims;
    return [{ type: context.type(0), shape, dims: taken }];
  },
  evaluate: (context, [data]) => {
    const strides = stridesOf(data!.dims);
    const dims = data!.dims.slice();
    let offset = 0;
    for (const part of ranges(context)) {
      offset += part.start * strides[part.axis];
      dims[part.axis] = part.count;
      strides[part.axis] *= part.step;
    }
    return [copyView(data!, dims, strides, offset)];
  },
  rewrite: ({ node, b }: RewriteContext) => {
    // Before opset 10 everything was an attribute.
    const starts = numbersAttribute(node, 'starts');
    if (!starts) return undefined;
    const axes = numbersAttribute(node, 'axes', starts.map((_, axis) => axis));
    return [b.add('Slice', [node.inputs[0], b.ints(starts), b.ints(numbersAttribute(node, 'ends', [])), b.ints(axes)])];
  },
  gradient: (context) => {
    const { b, gradients: [gradient] } = context;
    return [ranges(context).reduce((current, part) => sliceGradient(b, current, part), gradient!)];
  },
};

/** Puts the slices back where they were taken from, zeros elsewhere. */
function sliceGradient(b: GraphBuilder, gradient: string, { axis, start, step, count, length }: Range): string {
  if (count === 0) return padAxis(b, gradient, axis, 0, length);
  const stride = Math.abs(step);
  const ordered = step > 0 ? gradient : b.add('Slice', [gradient, b.ints([-1]), b.ints([-(2 ** 31)]), b.ints([axis]), b.ints([-1])]);
  const first = step > 0 ? start : start + (count - 1) * step;
  const spread = stride === 1 ? ordered : spreadAxis(b, ordered, axis, stride);
  const span = (count - 1) * stride + 1;
  return padAxis(b, sliceAxis(b, spread, axis, 0, span), axis, first, length - first - span);
}

/** stride − 1 zeros after every entry along an axis. */
function spreadAxis(b: GraphBuilder, name: string, axis: number, stride: number): string {
  const shape = b.shape(name);
  const count = staticDim(shape[axis], 'The length of a slice');
  const apart = b.reshape(name, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  return b.reshape(padAxis(b, apart, axis + 1, 0, stride - 1), withDim(shape, axis, count * stride));
}

export const assemblingOperators: readonly Operator[] = [concat, split, slice];
