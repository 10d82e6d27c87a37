/** Pooling over windows and over whole images. */
import { numberAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute, Shape, Tensor } from '../graph.ts';
import { staticDim } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import { transposeAttributes, uniformKernel } from './convolution.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo } from './operator.ts';
import type { Window } from './window.ts';
import { readPool, spatialSizes } from './window.ts';

function channelsOf({ node, shape }: NodeContext): number {
  return staticDim(shape(0)[1], `The number of channels at ${node.op} (node "${node.name}")`);
}

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
    let count = 0;
    for (let tap = 0; tap < window.kernel[axis]; tap++) {
      const at = index * window.strides[axis] + tap * window.dilations[axis] - window.begin[axis];
      if (withPadding ? at < window.input[axis] + window.end[axis] : at >= 0 && at < window.input[axis]) count++;
    }
    return count;
  }));
  const counts = perAxis.reduce((lead, axis) => lead.flatMap((a) => axis.map((count) => a * count)), [1]);
  return tensorOf('float32', counts, [1, 1, ...window.output]);
}

/** Gradient of a mean over windows: each window's gradient, divided by its number of elements, is added to all of them. */
function spread(b: GraphBuilder, gradient: string, window: Window, counts: Tensor, channels: number): string {
  const size = window.kernel.reduce((a, k) => a * k, 1);
  const uneven = (counts.data as Float32Array).some((count) => count !== size);
  const even = uneven
    ? b.add('Mul', [gradient, b.constant({ ...counts, data: (counts.data as Float32Array).map((count) => size / count) })])
    : gradient;
  const kernel = b.constant(uniformKernel(channels, window.kernel, 1 / size));
  return b.add('ConvTranspose', [even, kernel], transposeAttributes(window, channels));
}

/** The gradient of a whole image's mean, repeated over the image. */
function spreadGlobally({ b, inputs, gradients: [gradient], node, shape }: GradientContext): string {
  const size = spatialSizes(node, shape(0)).reduce((a, s) => a * s, 1);
  return b.expandLike(b.add('Mul', [gradient as string, b.scalar(1 / size)]), inputs[0]);
}

function maxPoolGradient(context: GradientContext): string {
  const { storage_order: _, ...attributes } = context.node.attributes;
  return scatterGradient(context, attributes);
}

function averagePoolGradient(context: GradientContext): string {
  const { b, gradients: [gradient], node, shape } = context;
  const window = readPool(node, shape(0));
  return spread(b, gradient as string, window, windowCounts(window, numberAttribute(node, 'count_include_pad', 0) !== 0), channelsOf(context));
}

/** The gradient of the one input of an operator with one output. */
function ofInput(gradient: (context: GradientContext) => string): Operator['gradient'] {
  return (context) => (context.gradients[0] === undefined || !context.wants(0) ? [] : [gradient(context)]);
}

export const poolingOperators: readonly Operator[] = [
  { op: 'MaxPool', infer: inferPool, gradient: ofInput(maxPoolGradient) },
  { op: 'AveragePool', infer: inferPool, gradient: ofInput(averagePoolGradient) },
  { op: 'GlobalAveragePool', infer: inferGlobalPool, gradient: ofInput(spreadGlobally) },
  {
    op: 'GlobalMaxPool',
    infer: inferGlobalPool,
    gradient: ofInput((context) => scatterGradient(context, { kernel_shape: spatialSizes(context.node, context.shape(0)) })),
  },
];
