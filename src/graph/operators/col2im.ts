/** Col2Im: windows added up into the image that they were cut from; the last half of a transposed convolution, without its product with weights. */
import { FoveaError } from '../../protocol/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Tensor } from '../graph.ts';
import { formatShape, staticDim } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import { largestKernel, transposeAttributes } from './convolution.ts';
import type { NodeContext, Operator } from './operator.ts';
import type { Window } from './window.ts';
import { channelsOf, mismatch, positionLimit, readWindow, windowAttributes } from './window.ts';

/**
 * Weights (channels·taps,1,...kernel) of a grouped convolution that cuts windows out: one channel for each of their elements.
 * @throws FoveaError `shape-mismatch` for enormous ones
 */
function cuttingKernels(channels: number, kernel: readonly number[]): Tensor {
  const taps = product(kernel);
  if (channels * taps * taps > largestKernel) throw new FoveaError('shape-mismatch', `An image of ${channels} channels has windows of [${kernel.join(', ')}].`);
  const data = new Float32Array(channels * taps * taps);
  for (let row = 0; row < channels * taps; row++) data[row * taps + (row % taps)] = 1;
  return tensorOf('float32', data, [channels * taps, 1, ...kernel]);
}

/** Sizes from one of the shape inputs. @throws FoveaError `shape-mismatch` where they are open or nobody's */
function sizesOf({ node, dims }: NodeContext, index: number, what: string): number[] {
  const sizes = (dims(index) ?? []).map((dim) => staticDim(dim, `The ${what} at ${node.op} (node "${node.name}")`));
  if (sizes.length === 0 || sizes.some((size) => size < 1) || product(sizes) > positionLimit) {
    throw mismatch(node, `has the ${what} [${sizes.slice(0, 8).join(', ')}]`);
  }
  return sizes;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, size) => a * size, 1);
}

/** The windows, and the channels of the image that they are added up into. */
function read(context: NodeContext): { window: Window; channels: number } {
  const { node } = context;
  const [image, kernel] = [sizesOf(context, 1, 'image'), sizesOf(context, 2, 'block')];
  const columns = context.shape(0);
  if (columns.length !== 3) throw mismatch(node, `gets columns of shape ${formatShape(columns)}`);
  const channels = channelsOf(node, columns) / product(kernel);
  const window = readWindow(node, [columns[0], channels, ...image], kernel);
  if (!Number.isInteger(channels) || columns[2] !== product(window.output)) {
    throw mismatch(node, `cannot make an image of [${image.join(', ')}] from columns of shape ${formatShape(columns)} and blocks of [${kernel.join(', ')}]`);
  }
  return { window, channels };
}

/**
 * Windows added up into an image.
 * @param columns (N,channels·taps,windows): the elements of each window as channels
 * @param window whose `input` is the image
 * @returns (N,channels,...image)
 */
export function addWindows(b: GraphBuilder, columns: string, channels: number, window: Window): string {
  const { begin, dilations, end, input, kernel, output, strides } = window;
  if (isRight(window)) return b.add('Col2Im', [columns, b.ints(input), b.ints(kernel)], { strides, dilations, pads: [...begin, ...end] });
  const [batch, rows] = b.shape(columns);
  const kernels = b.constant(cuttingKernels(channels, kernel));
  return b.add('ConvTranspose', [b.reshape(columns, [batch, rows, ...output]), kernels], transposeAttributes(window, channels));
}

/** Whether ONNX Runtime adds such windows up rightly: version 1.30 misplaces dilated ones in images of one or three axes. */
function isRight({ dilations, kernel }: Window): boolean {
  return kernel.length === 2 || dilations.every((dilation) => dilation === 1);
}

export const col2imOperators: readonly Operator[] = [
  {
    op: 'Col2Im',
    infer(context) {
      const { channels, window } = read(context);
      return [{ type: context.type(0), shape: [context.shape(0)[0], channels, ...window.input] }];
    },
    rewrite(context) {
      const { channels, window } = read(context);
      return isRight(window) ? undefined : [addWindows(context.b, context.node.inputs[0], channels, window)];
    },
    gradient(context) {
      const { b, gradients: [gradient], shape, wants } = context;
      if (gradient === undefined || !wants(0)) return [];
      const { channels, window } = read(context);
      const kernels = b.constant(cuttingKernels(channels, window.kernel));
      return [b.reshape(b.add('Conv', [gradient, kernels], { ...windowAttributes(window), group: channels }), shape(0))];
    },
  },
];
