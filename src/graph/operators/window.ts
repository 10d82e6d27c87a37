/** The sliding window that convolutions and poolings share: its attributes read and checked, its padding made explicit. */
import { FoveaError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../attributes.ts';
import type { Attribute, Node, Shape } from '../graph.ts';
import { formatShape, staticDim } from '../shape.ts';

/** One entry for each spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before the first and after the last element. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** Spatial sizes of input and output. */
  readonly input: readonly number[];
  readonly output: readonly number[];
}

/** Larger strides, dilations, paddings and numbers of channels than this are a damaged file's. */
const limit = 1 << 16;
/** So are images of more positions. */
export const positionLimit = 1 << 24;

export function invalid(node: Node, problem: string): FoveaError {
  return new FoveaError('graph-invalid', `${node.op} (node "${node.name}") ${problem}.`, 'The model file is damaged or was written by a faulty exporter.');
}

export function mismatch(node: Node, problem: string): FoveaError {
  return new FoveaError('shape-mismatch', `${node.op} (node "${node.name}") ${problem}.`, 'The model file is damaged or was written by a faulty exporter.');
}

/** The spatial sizes of an image batch (N,C,...). @throws FoveaError where there is no spatial axis or a size is open */
export function spatialSizes(node: Node, shape: Shape): number[] {
  if (shape.length < 3) throw mismatch(node, `needs an input with spatial axes, but gets one of shape ${formatShape(shape)}`);
  return shape.slice(2).map((dim) => staticDim(dim, `A spatial size at ${node.op} (node "${node.name}")`));
}

/** The number of channels of an image batch (N,C,...). @throws FoveaError `shape-mismatch` where it is open or more than any network has */
export function channelsOf(node: Node, shape: Shape): number {
  const channels = staticDim(shape[1], `The number of channels at ${node.op} (node "${node.name}")`);
  if (channels > limit) throw mismatch(node, `has ${channels} channels`);
  return channels;
}

/** A list attribute with one whole number for each axis. @throws FoveaError `graph-invalid` */
export function windowAttribute(node: Node, name: string, length: number, fallback: number, least: number): readonly number[] {
  const values = numbersAttribute(node, name);
  if (values === undefined || values.length === 0) return Array.from({ length }, () => fallback);
  if (values.length !== length || values.some((value) => !Number.isInteger(value) || value < least || value > limit)) {
    throw invalid(node, `has the attribute ${name} = [${values.slice(0, 8).join(', ')}], where ${length} whole numbers from ${least} on are needed`);
  }
  return values;
}

/** Distance from a dilated kernel's first to its last element, plus one. */
export function extent({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>, axis: number): number {
  return (kernel[axis] - 1) * dilations[axis] + 1;
}

/** Padding that the last window reaches over the input's end. */
export function neededEnd(window: Window, axis: number): number {
  return Math.max(0, (window.output[axis] - 1) * window.strides[axis] + extent(window, axis) - window.input[axis] - window.begin[axis]);
}

/**
 * Reads the window of a Conv or a pooling.
 * @param kernel sizes of the kernel
 * @param ceil whether the last window may reach over the end of the padded input
 * @throws FoveaError `graph-invalid`, `shape-mismatch`
 */
export function readWindow(node: Node, shape: Shape, kernel: readonly number[], ceil = false): Window {
  const input = spatialSizes(node, shape);
  const rank = input.length;
  if (kernel.length !== rank) throw mismatch(node, `has a kernel of ${kernel.length} axes for an input of shape ${formatShape(shape)}`);
  const strides = windowAttribute(node, 'strides', rank, 1, 1);
  const dilations = windowAttribute(node, 'dilations', rank, 1, 1);
  const pads = windowAttribute(node, 'pads', 2 * rank, 0, 0);
  const auto = textAttribute(node, 'auto_pad', 'NOTSET');
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER', ''].includes(auto)) throw invalid(node, `has the unknown auto_pad "${auto}"`);
  const begin: number[] = [];
  const end: number[] = [];
  const output = input.map((size, axis) => {
    const reach = extent({ kernel, dilations }, axis);
    const stride = strides[axis];
    if (auto.startsWith('SAME')) {
      const windows = Math.ceil(size / stride);
      const total = Math.max(0, (windows - 1) * stride + reach - size);
      begin.push(auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2));
      end.push(total - begin[axis]);
      return windows;
    }
    begin.push(auto === 'VALID' ? 0 : pads[axis]);
    end.push(auto === 'VALID' ? 0 : pads[axis + rank]);
    const steps = (size + begin[axis] + end[axis] - reach) / stride;
    const windows = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that starts in the padding behind the input sees nothing and does not count.
    return ceil && (windows - 1) * stride >= size + begin[axis] ? windows - 1 : windows;
  });
  if (output.some((size) => size < 1)) {
    throw mismatch(node, `has a window of [${kernel.join(', ')}] that does not fit into its input of shape ${formatShape(shape)}`);
  }
  if (output.reduce((a, size) => a * size, 1) > positionLimit) throw mismatch(node, `makes an image of [${output.join(', ')}]`);
  return { kernel, strides, dilations, begin, end, input, output };
}

/** The attributes of a Conv with this window, paddings explicit; AveragePool has no dilations in `graphOpset`. */
export function windowAttributes({ kernel, strides, dilations, begin, end }: Window): Record<string, Attribute> {
  return { kernel_shape: kernel, strides, dilations, pads: [...begin, ...end] };
}

/** Reads the window of a pooling from its attribute kernel_shape. @throws FoveaError `graph-invalid`, `shape-mismatch` */
export function readPool(node: Node, shape: Shape): Window {
  const rank = spatialSizes(node, shape).length;
  channelsOf(node, shape);
  if (numbersAttribute(node, 'kernel_shape') === undefined) throw invalid(node, 'lacks its attribute kernel_shape');
  const kernel = windowAttribute(node, 'kernel_shape', rank, 1, 1);
  const window = readWindow(node, shape, kernel, numberAttribute(node, 'ceil_mode', 0) !== 0);
  if (kernel.some((size, axis) => Math.max(window.begin[axis], window.end[axis]) >= size)) {
    throw invalid(node, 'has a padding as large as its window');
  }
  return window;
}
