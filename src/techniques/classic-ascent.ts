/**
 * Gradient ascent on the picture's own pixels, regularised by shifts, decay, clamping and blur: the recipe that courses teach.
 *
 *     I ← shift(I);  g = ∂(s − λ‖I‖²)/∂I;  I ← I + η·g/‖g‖;  I ← clamp(shift back(I));  every few steps I ← blur(I)
 *
 * In course units (course-units.ts), whatever the model takes; pictures are kept in the model's input space.
 * Cost of a step: a forward and a backward pass. Source: Simonyan et al. 2013; Yosinski et al. 2015 (blur).
 */
import type { Tensor } from '../graph/graph.ts';
import { blurPlane } from './blur.ts';
import type { CourseUnits } from './course-units.ts';
import type { Ascent, Evaluate } from './objective.ts';
import { clampToPixels, eachChannel, type PixelRange } from './pixel-range.ts';
import { RandomStream } from './random.ts';

export interface ClassicSettings {
  readonly stepSize: number;
  readonly normalised: boolean;
  readonly decay: number;
  /** Largest shift, in px. */
  readonly jitter: number;
  readonly blur: number;
  /** Steps from one blur to the next. */
  readonly blurEvery: number;
}

/** Noise around middle grey, clamped to pixels. @param deviation as a part of the range from black to white */
export function noisePictures(seed: number, dims: readonly number[], ranges: readonly PixelRange[], deviation: number): Tensor {
  const [count, ...rest] = dims;
  const size = rest.reduce((a, b) => a * b, 1);
  const pictures: Tensor = { type: 'float32', dims, data: new Float32Array(count * size) };
  const data = pictures.data as Float32Array;
  const none = new Float32Array(size);
  for (let n = 0; n < count; n++) new RandomStream(seed, n).gaussian(none, deviation, data.subarray(n * size, (n + 1) * size));
  eachChannel(pictures, (values, channel) => {
    const { low, high } = ranges[channel];
    for (let i = 0; i < values.length; i++) values[i] = (low + high) / 2 + values[i] * (high - low);
  });
  clampToPixels(pictures, ranges);
  return pictures;
}

/**
 * One step. `pictures` is changed. A picture whose gradient is zero is left to the decay.
 * @param step counts from 0; shifts depend on seed, picture and step alone
 */
export async function classicStep(
  pictures: Tensor, step: number, seed: number, { scale, shift }: CourseUnits, ranges: readonly PixelRange[], evaluate: Evaluate,
  settings: ClassicSettings,
): Promise<Ascent> {
  const [count, channels, height, width] = pictures.dims;
  const data = pictures.data as Float32Array;
  const plane = height * width;
  const shifts = Array.from({ length: count }, (_, n) => {
    const random = new RandomStream(seed ^ shiftStreams, n);
    return { x: random.below(settings.jitter + 1, 2 * step), y: random.below(settings.jitter + 1, 2 * step + 1) };
  });
  const shifted = new Float32Array(data.length);
  eachChannel(pictures, (values, channel, n) => roll(values, shifted.subarray((n * channels + channel) * plane), width, height, shifts[n]));
  const ascent = await evaluate({ ...pictures, data: shifted });

  const { stepSize, decay, normalised } = settings;
  const gradients = ascent.gradients.data as Float32Array;
  const size = channels * plane;
  const squares = new Float64Array(count);
  eachChannel(ascent.gradients, (values, c, n) => {
    const seen = shifted.subarray(n * size + c * plane);
    for (let i = 0; i < plane; i++) {
      values[i] = values[i] * scale[c] - (2 * decay * (seen[i] - shift[c])) / scale[c];
      squares[n] += values[i] * values[i];
    }
  });
  eachChannel({ ...pictures, data: shifted }, (values, c, n) => {
    const rate = normalised ? (squares[n] > 0 ? stepSize / Math.sqrt(squares[n]) : 0) : stepSize;
    const start = n * size + c * plane;
    for (let i = 0; i < plane; i++) values[i] += rate * scale[c] * gradients[start + i];
  });
  eachChannel({ ...pictures, data: shifted }, (values, channel, n) => {
    roll(values, data.subarray((n * channels + channel) * plane), width, height, { x: -shifts[n].x, y: -shifts[n].y });
  });
  clampToPixels(pictures, ranges);
  if (step % settings.blurEvery === 0) eachChannel(pictures, (values) => blurPlane(values, width, height, settings.blur));
  return ascent;
}

/** Keeps the shifts apart from the noise that the pictures start from. */
const shiftStreams = 0x5eed;

/** target[y + dy][x + dx] = source[y][x], around the edges. */
function roll(source: Float32Array, target: Float32Array, width: number, height: number, { x, y }: { x: number; y: number }): void {
  const dx = ((x % width) + width) % width;
  const dy = ((y % height) + height) % height;
  for (let row = 0; row < height; row++) {
    const from = row * width;
    const to = ((row + dy) % height) * width;
    target.set(source.subarray(from, from + width - dx), to + dx);
    target.set(source.subarray(from + width - dx, from + width), to);
  }
}
