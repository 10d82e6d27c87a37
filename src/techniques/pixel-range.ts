/** Which model inputs are pictures: the values of black and of white for each channel. */
import type { Tensor } from '../graph/graph.ts';
import { normalisation } from '../pictures/preprocess.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';

export interface PixelRange {
  /** Value of a channel that is 0, and of one that is 255. */
  readonly low: number;
  readonly high: number;
}

/** One for each of the model's channels. */
export function pixelRanges(preprocessing: Preprocessing, channels: number): PixelRange[] {
  return Array.from({ length: channels }, (_, c) => {
    const { mean, std } = normalisation(preprocessing, c);
    return { low: -mean / std, high: (255 * preprocessing.scale - mean) / std };
  });
}

/** Is given a channel's values, shared with the batch. */
type VisitChannel = (values: Float32Array, channel: number, picture: number) => void;

/** Calls back for each channel of each picture of a batch [N,C,H,W]. */
export function eachChannel({ data, dims: [count, channels, height, width] }: Tensor, call: VisitChannel): void {
  const plane = height * width;
  for (let i = 0; i < count * channels; i++) {
    call((data as Float32Array).subarray(i * plane, (i + 1) * plane), i % channels, Math.floor(i / channels));
  }
}

/** Brings every value between black and white. */
export function clampToPixels(pictures: Tensor, ranges: readonly PixelRange[]): void {
  eachChannel(pictures, (values, channel) => {
    const { low, high } = ranges[channel];
    for (let i = 0; i < values.length; i++) {
      if (values[i] < low) values[i] = low;
      else if (values[i] > high) values[i] = high;
    }
  });
}

/** The pictures as 8 bits hold them: every value moved to the nearest of 256 steps from black to white. */
export function roundToPixels(pictures: Tensor, ranges: readonly PixelRange[]): Tensor {
  const rounded: Tensor = { ...pictures, data: (pictures.data as Float32Array).slice() };
  eachChannel(rounded, (values, channel) => {
    const { low, high } = ranges[channel];
    const step = (high - low) / 255;
    for (let i = 0; i < values.length; i++) values[i] = low + step * Math.min(Math.max(Math.round((values[i] - low) / step), 0), 255);
  });
  return rounded;
}

/** As parts of the way from black, 0, to white, 1. */
export function toShares(pictures: Tensor, ranges: readonly PixelRange[]): Float32Array {
  const shares = (pictures.data as Float32Array).slice();
  eachChannel({ ...pictures, data: shares }, (values, channel) => {
    const { low, high } = ranges[channel];
    for (let i = 0; i < values.length; i++) values[i] = (values[i] - low) / (high - low);
  });
  return shares;
}

/** Writes shares between black and white into pictures; inverse of `toShares`. */
export function fromShares(shares: Float32Array, pictures: Tensor, ranges: readonly PixelRange[]): void {
  (pictures.data as Float32Array).set(shares);
  eachChannel(pictures, (values, channel) => {
    const { low, high } = ranges[channel];
    for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * values[i];
  });
}
