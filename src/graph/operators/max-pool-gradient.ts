/**
 * The gradient of a max pooling, without the operator's slow index output. A pooling is one along each axis in turn, the last axis first;
 * going back, the first element in row-major order that has the largest value wins, because the first of the largest rows is found before
 * the first of the largest elements in it.
 */
import type { GraphBuilder } from '../builder.ts';
import type { Tensor } from '../graph.ts';
import { countElements } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import { addWindows } from './col2im.ts';
import type { Window } from './window.ts';
import { neededEnd, windowAttributes } from './window.ts';

/** Windows with more elements along their axes are left to the index output: each element costs two operators here. */
export const longestWindow = 32;

/** Below every activation, and finite, since convolutions multiply it by zero. */
const lowest = -3.4028234663852886e38;

interface Step extends Window {
  readonly axis: number;
}

/** The window's part along one axis, with all the padding that its last element needs, for an image that is pooled along the axes behind it. */
function alongAxis(window: Window, axis: number): Step {
  const pick = (values: readonly number[], rest: number): number[] => values.map((value, i) => (i === axis ? value : rest));
  return {
    axis,
    kernel: pick(window.kernel, 1), strides: pick(window.strides, 1), dilations: pick(window.dilations, 1),
    begin: pick(window.begin, 0), end: pick(window.end.map(() => neededEnd(window, axis)), 0),
    input: window.input.map((size, i) => (i > axis ? window.output[i] : size)),
    output: window.input.map((size, i) => (i >= axis ? window.output[i] : size)),
  };
}

/** Depthwise weights that take minus the element at `tap` of each window. */
function minusTap(channels: number, kernel: readonly number[], taps: number, tap: number): Tensor {
  const data = new Float32Array(channels * taps);
  for (let channel = 0; channel < channels; channel++) data[channel * taps + tap] = -1;
  return tensorOf('float32', data, [channels, 1, ...kernel]);
}

/**
 * Pooling along one axis, back.
 *
 * rest_t is the gradient of those windows whose largest value is not among their first t elements: rest_0 = gradient,
 * rest_{t+1} = rest_t·1[y − x_t > 0]. Element t gets rest_t − rest_{t+1}, which is the gradient where it wins and exactly zero elsewhere.
 */
function axisGradient(b: GraphBuilder, x: string, y: string, gradient: string, window: Step, zeroLoses: boolean): string {
  const channels = b.shape(x)[1] as number;
  const taps = window.kernel[window.axis];
  const padded = taps > 1 && !zeroLoses && [...window.begin, ...window.end].some((pad) => pad > 0);
  const pads = [0, 0, ...window.begin, 0, 0, ...window.end];
  const image = padded ? b.add('Pad', [x, b.ints(pads), b.scalar(lowest)]) : x;
  const none = window.begin.map(() => 0);
  const attributes = { ...windowAttributes(padded ? { ...window, begin: none, end: none } : window), group: channels };
  const rests = [gradient];
  for (let tap = 0; tap < taps - 1; tap++) {
    // Convolution, addition and HardSigmoid are one kernel in the runtime's blocked layout; a Slice and a comparison would leave it.
    const minus = b.add('Conv', [image, b.constant(minusTap(channels, window.kernel, taps, tap))], attributes);
    const beaten = b.add('HardSigmoid', [b.add('Add', [minus, y])], { alpha: 2 ** 126, beta: 0 });
    rests.push(b.add('Mul', [rests[tap], beaten]));
  }
  const wins = rests.map((rest, tap) => (tap < taps - 1 ? b.add('Sub', [rest, rests[tap + 1]]) : rest));
  const [batch, , ...sizes] = b.shape(gradient);
  // One image below the other is one channel after the other.
  const stacked = taps === 1 ? gradient : b.add('Concat', wins, { axis: 2 });
  return addWindows(b, b.reshape(stacked, [batch, channels * taps, countElements(sizes) as number]), channels, window);
}

/**
 * ∂score/∂x of y = MaxPool(x), from ∂score/∂y.
 * @param ceil whether the last window may reach over the end of the padding
 * @param zeroLoses whether windows whose largest element is zero or less have no gradient: then a convolution's padding, zeros, never wins
 */
export function maxPoolGradient(
  b: GraphBuilder, x: string, y: string, gradient: string, window: Window, { ceil, zeroLoses }: { ceil: boolean; zeroLoses: boolean },
): string {
  const axes = window.kernel.flatMap((size, axis) => (size > 1 || window.strides[axis] > 1 ? [axis] : []));
  const steps = axes.map((axis) => alongAxis(window, axis));
  /** images[i] is pooled along all axes from axes[i] on; the last is the operand itself. */
  const images = [x];
  for (const step of steps.slice(1).reverse()) {
    const end = step.end.map((_, axis) => (axis === step.axis ? window.end[axis] : 0));
    // Paddings as large as the kernel are refused by the runtime; a ceiling reaches as far.
    images.unshift(b.add('MaxPool', [images[0]], { ...windowAttributes({ ...step, end }), ceil_mode: ceil ? 1 : 0 }));
  }
  return steps.reduce((incoming, step, i) => axisGradient(b, images[i], i === 0 ? y : images[i - 1], incoming, step, zeroLoses), gradient);
}
