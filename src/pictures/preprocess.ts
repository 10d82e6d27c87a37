/** Pictures as model inputs: fitted, resized and normalised as torchvision does it on Pillow pictures. */
import type { Tensor } from '../graph/graph.ts';
import type { Placement, Preprocessing } from '../protocol/preprocessing.ts';
import type { Picture } from './decode.ts';
import { fitInto, type Fit } from './fit.ts';
import { resample, type Raster } from './resample.ts';

/**
 * A picture as a model's input.
 *
 * Alpha is dropped, not composited: a model is shown what Pillow's `convert('RGB')` shows it, the colours beneath. `grey` is Pillow's
 * `convert('L')` (ITU-R 601-2). With `rgba` the four channels are resized independently.
 * @returns float32 [1,C,H,W], C = 1, 3 or 4, and the part of the picture that the input plane covers
 */
export function preprocess(picture: Picture, preprocessing: Preprocessing): { input: Tensor; placement: Placement } {
  const { width, height, interpolation, channels } = preprocessing;
  const fit = fitInto(picture, preprocessing);
  const order = channelOrder[channels];
  const source: Raster = channels === 'grey' ? greyOf(picture) : { ...picture, channels: 4 };
  const raster = resample(source, fit.size, fit.window, interpolation, order.length);
  const plane = width * height;
  const data = new Float32Array(order.length * plane);
  order.forEach((channel, c) => {
    const { mean, std } = normalisation(preprocessing, c);
    const value = (pixel: number): number => (pixel * preprocessing.scale - mean) / std;
    const target = data.subarray(c * plane, (c + 1) * plane);
    target.fill(value(fit.pad));
    write(target, width, raster, channel, fit, Float32Array.from({ length: 256 }, (_, pixel) => value(pixel)));
  });
  return { input: { type: 'float32', dims: [1, order.length, height, width], data }, placement: fit.placement };
}

/** What a black pixel is in the model's input, per channel; opaque where there is alpha. */
export function blackPixel(preprocessing: Preprocessing): number[] {
  return channelOrder[preprocessing.channels].map((source, c) => {
    const { mean, std } = normalisation(preprocessing, c);
    return ((source === 3 ? 255 : 0) * preprocessing.scale - mean) / std;
  });
}

/** For each channel of the model, where it stands in the pixels that are resized. */
export const channelOrder: Readonly<Record<Preprocessing['channels'], readonly number[]>> = { rgb: [0, 1, 2], bgr: [2, 1, 0], grey: [0], rgba: [0, 1, 2, 3] };

function greyOf({ data, width, height }: Picture): Raster {
  const grey = new Uint8Array(width * height);
  for (let i = 0, from = 0; i < grey.length; i++, from += 4) {
    grey[i] = (data[from] * 19595 + data[from + 1] * 38470 + data[from + 2] * 7471 + 0x8000) >> 16;
  }
  return { data: grey, width, height, channels: 1 };
}

/** Mean and standard deviation of channel c. A single one is for all channels; missing ones are 0 and 1. */
export function normalisation({ mean, std }: Preprocessing, c: number): { mean: number; std: number } {
  return { mean: mean.length === 1 ? mean[0] : mean[c] ?? 0, std: std.length === 1 ? std[0] : std[c] ?? 1 };
}

/** Puts one channel of the raster into a plane of the input, at the fit's place. */
function write(target: Float32Array, width: number, raster: Raster, channel: number, { left, top }: Fit, values: Float32Array): void {
  for (let y = 0, from = channel; y < raster.height; y++) {
    const row = (top + y) * width + left;
    for (let x = 0; x < raster.width; x++, from += raster.channels) target[row + x] = values[raster.data[from]];
  }
}
