/** Pooling over windows and over whole images. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, textAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute, Node, Shape, Tensor } from '../graph.ts';
import { tensorOf } from '../tensor.ts';
import { convolutionGradient, enlarge, uniformKernel } from './convolution.ts';
import { above } from './elementwise.ts';
import { longestWindow, maxPoolGradient } from './max-pool-gradient.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';
import type { Window } from './window.ts';
import { channelsOf, neededEnd, readPool, spatialSizes, windowAttributes } from './window.ts';

function inferPool(context: NodeContext): readonly OutputInfo[] {
  const { node, shape, type } = context;
  const { output } = readPool(node, shape(0));
  const pooled: Shape = [shape(0)[0], shape(0)[1], ...output];
  return node.outputs.map((_, i): OutputInfo => ({ type: i === 0 ? type(0) : 'int64', shape: pooled }));
}

function inferGlobalPool({ node, shape, type }: NodeContext): readonly OutputInfo[] {
  return [{ type: type(0), shape: [shape(0)[0], shape(0)[1], ...spatialSizes(node, shape(0)).map(() => 1)] }];
}

/** MaxPool with its index output and a scatter: any window, ties go to the first element of the window. */
function scatterGradient({ b, inputs, gradients: [gradient], shape }: GradientContext, attributes: Readonly<Record<string, Attribute>>): string {
  const [, indices] = b.addAll('MaxPool', [inputs[0]], attributes, { count: 2 });
  const flat = b.ints([-1]);
  const zeros = b.add('Mul', [b.add('Reshape', [inputs[0], flat]), b.scalar(0)]);
  const scattered = b.add('ScatterElements', [zeros, b.add('Reshape', [indices, flat]), b.add('Reshape', [gradient as string, flat])],
    { axis: 0, reduction: 'add' });
  return b.reshape(scattered, shape(0));
}

/** Number of elements that each window's mean is taken over, (1,1,...output). */
function windowCounts(window: Window, withPadding: boolean): Tensor {
  const perAxis = window.output.map((windows, axis) => Array.from({ length: windows }, (_, index) => {
    const start = index * window.strides[axis] - window.begin[axis];
    const first = withPadding ? 0 : Math.max(0, Math.ceil(-start / window.dilations[axis]));
    const size = window.input[axis] + (withPadding ? window.end[axis] : 0);
    return Math.min(window.kernel[axis], Math.ceil((size - start) / window.dilations[axis])) - first;
  }));
  const counts = perAxis.reduce((lead, axis) => lead.flatMap((a) => axis.map((count) => a * count)), [1]);
  return tensorOf('float32', counts, [1, 1, ...window.output]);
}

/** Sums divided by `size` as means, where some windows have fewer elements. */
function evenOut(b: GraphBuilder, means: string, counts: Tensor, size: number): string {
  const data = counts.data as Float32Array;
  if (data.every((count) => count === size)) return means;
  return b.add('Mul', [means, b.constant({ ...counts, data: data.map((count) => size / count) })]);
}

/** Gradient of a mean over windows: each window's gradient, divided by its number of elements, is added to all of them. */
function spread(b: GraphBuilder, gradient: string, window: Window, counts: Tensor, channels: number): string {
  const { begin, input, kernel, output, strides } = window;
  const size = kernel.reduce((a, k) => a * k, 1);
  const even = evenOut(b, gradient, counts, size);
  const tiled = kernel.every((k, axis) => begin[axis] === 0 && output[axis] * k === input[axis] && (k === strides[axis] || output[axis] === 1));
  if (tiled) return enlarge(b, divided(b, even, size, channels), kernel);
  const weights = b.constant(uniformKernel(channels, kernel, 1 / size));
  return convolutionGradient(b, even, weights, window, channels);
}

/** An image divided by a number: by a convolution, since what comes from one is in the runtime's blocked layout, and so is then what follows. */
function divided(b: GraphBuilder, image: string, divisor: number, channels: number): string {
  const kernel = b.shape(image).slice(2).map(() => 1);
  return b.add('Conv', [image, b.constant(uniformKernel(channels, kernel, 1 / divisor))], { group: channels });
}

/** The gradient of a whole image's mean, repeated over the image. */
function spreadGlobally(context: GradientContext): string {
  const { b, gradients: [gradient], inputs, node, shape } = context;
  const sizes = spatialSizes(node, shape(0));
  const channels = channelsOf(node, shape(0));
  const size = sizes.reduce((a, s) => a * s, 1);
  const share = divided(b, gradient as string, size, channels);
  return sizes.length === 2 ? enlarge(b, share, sizes) : b.expandLike(share, inputs[0]);
}

function gradientOfMaxPool(context: GradientContext): string {
  const { b, endsAtZero, gradients: [gradient], outputs, zeroWithTensor } = context;
  if (!endsAtZero(0)) return ofLargest(context, false);
  // The rectifier before the pooling: what it stops is the gradient of windows without a positive element, of which there are fewer.
  const passing = b.add('Mul', [gradient as string, above(b, outputs[0], 0)]);
  const result = ofLargest({ ...context, gradients: [passing] }, true);
  zeroWithTensor.add(result);
  return result;
}

/** Each window's gradient goes to its largest element. @param zeroLoses whether it is zero where that is not positive */
function ofLargest(context: GradientContext, zeroLoses: boolean): string {
  const { b, gradients: [gradient], inputs, node, outputs, shape } = context;
  const window = readPool(node, shape(0));
  if (window.kernel.reduce((a, size) => a + size, 0) <= longestWindow) {
    return maxPoolGradient(b, inputs[0], outputs[0], gradient as string, window, { ceil: numberAttribute(node, 'ceil_mode', 0) !== 0, zeroLoses });
  }
  const { storage_order: _, ...attributes } = node.attributes;
  return scatterGradient(context, attributes);
}

function averagePoolGradient(context: GradientContext): string {
  const { b, gradients: [gradient], node, shape } = context;
  const window = readPool(node, shape(0));
  return spread(b, gradient as string, window, windowCounts(window, numberAttribute(node, 'count_include_pad', 0) !== 0), channelsOf(node, shape(0)));
}

/**
 * The window with paddings of just the size that its last element needs, in place of a rounded up or derived size; undefined where they are
 * that already, or would be refused for being as large as the kernel.
 */
function explicitWindow(node: Node, window: Window): Window | undefined {
  const { kernel } = window;
  const derived = textAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET';
  if (!derived && numberAttribute(node, 'ceil_mode', 0) === 0) return undefined;
  const end = kernel.map((_, axis) => neededEnd(window, axis));
  return end.every((pad, axis) => pad < kernel[axis]) ? { ...window, end } : undefined;
}

function rewriteMaxPool({ b, node, shape }: RewriteContext): readonly string[] | undefined {
  const window = explicitWindow(node, readPool(node, shape(0)));
  if (!window) return undefined;
  const attributes = { ...windowAttributes(window), storage_order: numberAttribute(node, 'storage_order', 0) };
  return b.addAll('MaxPool', node.inputs, attributes, { count: node.outputs.length });
}

/** Dilated windows (since opset 19) become a depthwise convolution and a division by their counts. */
function rewriteAveragePool(context: RewriteContext): readonly string[] | undefined {
  const { b, node, shape } = context;
  const window = readPool(node, shape(0));
  const { dilations, kernel } = window;
  const withPadding = numberAttribute(node, 'count_include_pad', 0) !== 0;
  if (dilations.every((dilation) => dilation === 1)) {
    const explicit = explicitWindow(node, window);
    // Where padding counts, more of it would change the means.
    if (!explicit || (withPadding && explicit.end.some((pad, axis) => pad > window.end[axis]))) return undefined;
    const { dilations: _, ...attributes } = windowAttributes(withPadding ? window : explicit);
    return [b.add('AveragePool', node.inputs, { ...attributes, count_include_pad: withPadding ? 1 : 0 })];
  }
  const channels = channelsOf(node, shape(0));
  const size = kernel.reduce((a, k) => a * k, 1);
  const end = kernel.map((_, axis) => neededEnd(window, axis));
  const mean = b.add('Conv', [node.inputs[0], b.constant(uniformKernel(channels, kernel, 1 / size))],
    { ...windowAttributes({ ...window, end }), group: channels });
  return [evenOut(b, mean, windowCounts(window, withPadding), size)];
}

/** The norm over a whole image. */
function rewriteGlobalLpPool({ b, node, shape }: RewriteContext): readonly string[] {
  const axes = spatialSizes(node, shape(0)).map((_, axis) => axis + 2);
  const p = numberAttribute(node, 'p', 2);
  if (p === 1) return [b.add('ReduceSum', [b.add('Abs', [node.inputs[0]]), b.ints(axes)], { keepdims: 1 })];
  if (p === 2) return [b.add('ReduceL2', [node.inputs[0], b.ints(axes)], { keepdims: 1 })];
  throw new UnsupportedOperatorError(node.op, node.name, 'operator', `its norm is p = ${p}.`);
}

/** The gradient of the one input of an operator with one output. */
function ofInput(gradient: (context: GradientContext) => string): Operator['gradient'] {
  return (context) => (context.gradients[0] === undefined || !context.wants(0) ? [] : [gradient(context)]);
}

export const poolingOperators: readonly Operator[] = [
  { op: 'MaxPool', infer: inferPool, rewrite: rewriteMaxPool, gradient: ofInput(gradientOfMaxPool) },
  { op: 'AveragePool', infer: inferPool, rewrite: rewriteAveragePool, gradient: ofInput(averagePoolGradient) },
  { op: 'GlobalAveragePool', infer: inferGlobalPool, gradient: ofInput(spreadGlobally) },
  {
    op: 'GlobalMaxPool',
    infer: inferGlobalPool,
    gradient: ofInput((context) => scatterGradient(context, { kernel_shape: spatialSizes(context.node, context.shape(0)) })),
  },
  { op: 'GlobalLpPool', infer: inferGlobalPool, rewrite: rewriteGlobalLpPool },
];
