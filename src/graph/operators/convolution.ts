/** Convolution and its transpose, over any number of spatial axes. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute, Node, Shape, Tensor } from '../graph.ts';
import { formatShape, sameDim, staticDim } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo } from './operator.ts';
import type { Window } from './window.ts';
import { extent, invalid, mismatch, readWindow, spatialSizes, windowAttribute, windowAttributes } from './window.ts';

/** Weights that are made up here have no more elements. */
export const largestKernel = 1 << 26;

/** Sizes of the kernel, from the weights (M,C/group,...); the attribute kernel_shape must agree. */
function kernelOf(context: NodeContext): number[] {
  const { node } = context;
  const weights = context.shape(1);
  if (weights.length !== context.shape(0).length || weights.length < 3) {
    throw mismatch(node, `gets an input of shape ${formatShape(context.shape(0))} and weights of shape ${formatShape(weights)}`);
  }
  const kernel = weights.slice(2).map((dim) => staticDim(dim, `The kernel of ${node.op} (node "${node.name}")`));
  const stated = numbersAttribute(node, 'kernel_shape', []);
  if (kernel.some((size) => size < 1) || (stated.length > 0 && kernel.join() !== stated.join())) {
    throw mismatch(node, `has weights of shape ${formatShape(weights)} but the kernel_shape [${stated.slice(0, 8).join(', ')}]`);
  }
  return kernel;
}

function groupsOf(node: Node): number {
  const group = numberAttribute(node, 'group', 1);
  if (!Number.isInteger(group) || group < 1) throw invalid(node, `has ${group} groups`);
  return group;
}

/** Checks channels against weights of shape (rows,columns,...), whose rows are divided among the groups. */
function checkChannels(context: NodeContext, rows: number, channels: number, columns: number | undefined, produced: number): void {
  const { node } = context;
  const group = groupsOf(node);
  if (rows % group !== 0 || channels % group !== 0 || (columns !== undefined && channels !== columns * group)) {
    const [input, weights] = [context.shape(0), context.shape(1)].map(formatShape);
    throw mismatch(node, `gets an input of shape ${input} and weights of shape ${weights}, which do not go together in ${group} groups`);
  }
  if (context.has(2) && !(context.shape(2).length === 1 && sameDim(context.shape(2)[0], produced))) {
    throw mismatch(node, `has a bias of shape ${formatShape(context.shape(2))} for ${produced} channels`);
  }
}

function inferConv(context: NodeContext): readonly OutputInfo[] {
  const { node } = context;
  const kernel = kernelOf(context);
  const [rows, columns, channels] = [context.shape(1)[0], context.shape(1)[1], context.shape(0)[1]].map((dim) =>
    staticDim(dim, `A number of channels at ${node.op} (node "${node.name}")`));
  checkChannels(context, rows, channels, columns, rows);
  const window = readWindow(node, context.shape(0), kernel);
  return [{ type: context.type(0), shape: [context.shape(0)[0], rows, ...window.output] }];
}

/** The window of a ConvTranspose as that of the Conv it is the transpose of: `input` is the larger image. */
function transposedWindow(context: NodeContext): Window & { readonly padding: readonly number[] } {
  const { node } = context;
  const kernel = kernelOf(context);
  const output = spatialSizes(node, context.shape(0));
  const rank = kernel.length;
  const strides = windowAttribute(node, 'strides', rank, 1, 1);
  const dilations = windowAttribute(node, 'dilations', rank, 1, 1);
  const pads = windowAttribute(node, 'pads', 2 * rank, 0, 0);
  const padding = windowAttribute(node, 'output_padding', rank, 0, 0).slice();
  const stated = numbersAttribute(node, 'output_shape', []);
  const auto = textAttribute(node, 'auto_pad', 'NOTSET');
  const wanted = stated.length === 0 ? undefined : windowAttribute({ ...node, attributes: { s: stated.slice(-rank) } }, 's', rank, 1, 1);
  const begin = pads.slice(0, rank);
  const end = pads.slice(rank);
  const input = output.map((size, axis) => {
    const full = strides[axis] * (size - 1) + padding[axis] + extent({ kernel, dilations }, axis);
    const same = auto.startsWith('SAME');
    const target = wanted?.[axis] ?? (same ? size * strides[axis] : undefined);
    if (target === undefined) {
      if (auto === 'VALID') [begin[axis], end[axis]] = [0, 0];
      return full - begin[axis] - end[axis];
    }
    const total = Math.max(0, full - target);
    begin[axis] = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    end[axis] = total - begin[axis];
    padding[axis] += Math.max(0, target - full);
    return target;
  });
  if (padding.some((rest, axis) => rest >= Math.max(strides[axis], dilations[axis]))) {
    throw mismatch(node, `cannot make an output of [${input.join(', ')}] from an input of shape ${formatShape(context.shape(0))}`);
  }
  if (input.some((size) => size < 1)) throw mismatch(node, `has paddings that leave nothing of its output for an input of shape ${formatShape(context.shape(0))}`);
  return { kernel, strides, dilations, begin, end, input, output, padding };
}

function inferConvTranspose(context: NodeContext): readonly OutputInfo[] {
  const { node } = context;
  const window = transposedWindow(context);
  const [rows, columns, channels] = [context.shape(1)[0], context.shape(1)[1], context.shape(0)[1]].map((dim) =>
    staticDim(dim, `A number of channels at ${node.op} (node "${node.name}")`));
  const produced = columns * groupsOf(node);
  if (channels !== rows) throw mismatch(node, `gets ${channels} channels, but has weights of shape ${formatShape(context.shape(1))}`);
  checkChannels(context, rows, channels, undefined, produced);
  return [{ type: context.type(0), shape: [context.shape(0)[0], produced, ...window.input] }];
}

/**
 * Weights (M,C/group,...) of a convolution as those of the convolution that carries its gradient back: (C,M/group,...), each kernel turned around.
 */
function turnWeights(weights: Tensor, group: number): Tensor {
  const [rows, columns, ...kernel] = weights.dims;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const rowsPerGroup = rows / group;
  const source = weights.data as Float32Array;
  const turned = new Float32Array(source.length);
  for (let g = 0; g < group; g++) {
    for (let row = 0; row < rowsPerGroup; row++) {
      for (let column = 0; column < columns; column++) {
        const from = ((g * rowsPerGroup + row) * columns + column) * taps;
        const to = ((g * columns + column) * rowsPerGroup + row) * taps;
        // A row-major kernel read backwards is turned around along all axes at once.
        for (let tap = 0; tap < taps; tap++) turned[to + tap] = source[from + taps - 1 - tap];
      }
    }
  }
  return { type: 'float32', dims: [columns * group, rowsPerGroup, ...kernel], data: turned };
}

/** Attributes of a ConvTranspose that carries the gradient of a Conv, or of a pooling whose last window may reach over the padding, back. */
export function transposeAttributes(window: Window, group: number): Record<string, Attribute> {
  const rest = window.input.map((size, axis) =>
    size + window.begin[axis] + window.end[axis] - window.strides[axis] * (window.output[axis] - 1) - extent(window, axis));
  const end = window.end.map((pad, axis) => pad + Math.max(0, -rest[axis]));
  return { ...windowAttributes({ ...window, end }), group, output_padding: rest.map((size) => Math.max(0, size)) };
}

/** ∂score/∂input of a convolution with weights (M,C/group,...), from ∂score/∂output. */
export function convolutionGradient(b: GraphBuilder, gradient: string, weights: string, window: Window, group: number): string {
  const constant = b.constantOf(weights);
  const { begin, dilations, end, input, kernel, output, strides } = window;
  const unstrided = strides.every((stride) => stride === 1);
  // A gradient with zeros between its elements, as many as the stride left out, is that of a convolution without stride.
  const spaced = output.map((size, axis) => size * strides[axis]);
  const before = begin.map((pad, axis) => extent(window, axis) - 1 - pad);
  const after = (unstrided ? end.map((pad, axis) => extent(window, axis) - 1 - pad)
    : input.map((size, axis) => size - spaced[axis] - before[axis] + extent(window, axis) - 1));
  const depthwise = constant?.dims[1] === 1 && constant.dims[0] === group && kernel.length === 2;
  if (constant && (unstrided || depthwise) && [...before, ...after].every((pad) => pad >= 0)) {
    const image = unstrided ? gradient : insertZeros(b, gradient, strides, spaced);
    const turned = b.constant(turnWeights(constant, group));
    return b.add('Conv', [image, turned], { kernel_shape: kernel, dilations, group, pads: [...before, ...after] });
  }
  // One that picks pixels: the zeros may come after the product, which is then over as many pixels as were picked.
  if (constant && kernel.length === 2 && extent(window, 0) === 1 && extent(window, 1) === 1 && spaced.every((size, axis) => size === input[axis])) {
    return insertZeros(b, b.add('Conv', [gradient, b.constant(turnWeights(constant, group))], { group }), strides, spaced);
  }
  const transposed = b.add('ConvTranspose', [gradient, weights], transposeAttributes(window, group));
  // A convolution that changes nothing brings the result back into the runtime's blocked layout, once for all that is added to it.
  const channels = constant && group === 1 ? constant.dims[1] : 1;
  if (channels < 16) return transposed;
  return b.add('Conv', [transposed, b.constant(uniformKernel(channels, kernel.map(() => 1), 1))], { group: channels });
}

/** Each element repeated along the spatial axes. */
export function enlarge(b: GraphBuilder, image: string, factors: readonly number[]): string {
  return b.add('Resize', [image, '', b.constant(tensorOf('float32', [1, 1, ...factors]))],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
}

/**
 * Zeros between the elements of an image. Repeating and masking runs on all threads, which pays for depthwise convolutions; their ConvTranspose
 * adds up its result on one.
 */
function insertZeros(b: GraphBuilder, image: string, strides: readonly number[], sizes: readonly number[]): string {
  const repeated = enlarge(b, image, strides);
  const [rows, columns] = sizes;
  const mask = Float32Array.from({ length: rows * columns }, (_, i) =>
    (Math.floor(i / columns) % strides[0] === 0 && (i % columns) % strides[1] === 0 ? 1 : 0));
  return b.add('Mul', [repeated, b.constant({ type: 'float32', dims: [1, 1, rows, columns], data: mask })]);
}

/**
 * The channels of an image in parts, where a convolution makes it: as convolutions with parts of its weights, which cost no more together and
 * leave out a Split, which the runtime's blocked layout does not know.
 * @param sizes channels of each part
 */
export function splitChannels(b: GraphBuilder, image: string, sizes: readonly number[]): readonly string[] | undefined {
  const node = b.producer(image);
  const weights = node?.op === 'Conv' && node.inputs.length === 2 ? b.constantOf(node.inputs[1]) : undefined;
  // Channels are laid out in blocks of up to 16.
  if (!node || !weights || groupsOf(node) !== 1 || sizes.some((size) => size % 16 !== 0)) return undefined;
  const data = weights.data as Float32Array;
  const row = data.length / weights.dims[0];
  let first = 0;
  return sizes.map((size) => {
    const part = data.slice(first * row, (first + size) * row);
    first += size;
    return b.add('Conv', [node.inputs[0], b.constant({ ...weights, dims: [size, ...weights.dims.slice(1)], data: part })], node.attributes);
  });
}

/** ∂score/∂bias: the gradient summed over everything but the channels. */
function biasGradient({ b, gradients: [gradient], shape }: GradientContext): string {
  const axes = shape(0).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return b.add('ReduceSum', [gradient as string, b.ints(axes)], { keepdims: 0 });
}

function refuseWeights({ node, wants }: GradientContext): void {
  if (wants(1)) throw new UnsupportedOperatorError(node.op, node.name, 'gradient', 'its weights depend on the input.');
}

/** The image without the last elements of each spatial axis. */
function crop(b: GraphBuilder, image: string, surplus: readonly number[]): string {
  const axes = surplus.flatMap((count, axis) => (count > 0 ? [axis] : []));
  if (axes.length === 0) return image;
  const shape: Shape = b.shape(image);
  const ends = axes.map((axis) => staticDim(shape[axis + 2], 'A spatial size') - surplus[axis]);
  return b.add('Slice', [image, b.ints(axes.map(() => 0)), b.ints(ends), b.ints(axes.map((axis) => axis + 2))]);
}

/** Whether paddings are stated otherwise than by `pads`. */
function derivesPads(node: Node): boolean {
  return textAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET' || numbersAttribute(node, 'output_shape', []).length > 0;
}

export const convolutionOperators: readonly Operator[] = [
  {
    op: 'Conv',
    infer: inferConv,
    rewrite(context) {
      const { b, node, shape } = context;
      if (!derivesPads(node)) return undefined;
      return [b.add('Conv', node.inputs, { ...windowAttributes(readWindow(node, shape(0), kernelOf(context))), group: groupsOf(node) })];
    },
    gradient(context) {
      const { b, gradients: [gradient], inputs, node, shape, wants } = context;
      if (gradient === undefined) return [];
      refuseWeights(context);
      const window = readWindow(node, shape(0), kernelOf(context));
      return [
        wants(0) ? convolutionGradient(b, gradient, inputs[1], window, groupsOf(node)) : undefined,
        undefined,
        wants(2) ? biasGradient(context) : undefined,
      ];
    },
  },
  {
    op: 'ConvTranspose',
    infer: inferConvTranspose,
    rewrite(context) {
      const { b, node } = context;
      if (!derivesPads(node)) return undefined;
      const window = transposedWindow(context);
      return [b.add('ConvTranspose', node.inputs, { ...windowAttributes(window), output_padding: window.padding, group: groupsOf(node) })];
    },
    gradient(context) {
      const { b, gradients: [gradient], inputs, node, wants } = context;
      if (gradient === undefined) return [];
      refuseWeights(context);
      const window = transposedWindow(context);
      // The rows added by an output_padding of a whole stride or more would be windows of their own.
      const image = (): string => crop(b, gradient, window.padding.map((count, axis) => (count >= window.strides[axis] ? count : 0)));
      return [
        wants(0) ? b.add('Conv', [image(), inputs[1]], { ...windowAttributes(window), group: groupsOf(node) }) : undefined,
        undefined,
        wants(2) ? biasGradient(context) : undefined,
      ];
    },
  },
];

/** Weights that add up or scale: a depthwise kernel of the same value everywhere. @throws FoveaError `shape-mismatch` for an enormous kernel */
export function uniformKernel(channels: number, kernel: readonly number[], value: number): Tensor {
  const dims = [channels, 1, ...kernel];
  const size = dims.reduce((a, b) => a * b, 1);
  if (size > largestKernel) throw new FoveaError('shape-mismatch', `A pooling of ${channels} channels has windows of [${kernel.join(', ')}].`);
  return tensorOf('float32', new Float32Array(size).fill(value), dims);
}
