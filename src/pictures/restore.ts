/** The way back from model inputs to pixels, for pictures that were changed in the model's own space; and to the inputs that pixels stand for. */
import type { Tensor } from '../graph/graph.ts';
import type { Pixels } from '../protocol/engine.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import { channelOrder, normalisation } from './preprocess.ts';

/**
 * A model input as a picture: pixel = (value · std + mean) / scale, rounded and clamped to 0..255. Grey becomes three equal channels;
 * alpha is opaque unless the model has it.
 * @param input float32 [C,H,W] or [1,C,H,W]
 */
export function restorePixels(input: Tensor, preprocessing: Preprocessing): Pixels {
  const [channels, height, width] = input.dims.slice(-3);
  const plane = width * height;
  const values = input.data as Float32Array;
  const data = new Uint8ClampedArray(4 * plane).fill(255);
  for (let c = 0; c < channels; c++) {
    const { mean, std } = normalisation(preprocessing, c);
    const targets = preprocessing.channels === 'grey' ? [0, 1, 2] : [channelOrder[preprocessing.channels][c]];
    for (let i = 0; i < plane; i++) {
      const pixel = (values[c * plane + i] * std + mean) / preprocessing.scale;
      for (const target of targets) data[4 * i + target] = pixel;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Pictures of one size as model inputs [N,C,H,W], exactly those that `restorePixels` turns into them. */
export function inputOfPixels(pictures: readonly Pixels[], preprocessing: Preprocessing): Tensor {
  const [{ width, height }] = pictures;
  const plane = width * height;
  const order = channelOrder[preprocessing.channels];
  const data = new Float32Array(pictures.length * order.length * plane);
  pictures.forEach((pixels, n) => order.forEach((source, c) => {
    const { mean, std } = normalisation(preprocessing, c);
    const start = (n * order.length + c) * plane;
    for (let i = 0; i < plane; i++) data[start + i] = (pixels.data[4 * i + source] * preprocessing.scale - mean) / std;
  }));
  return { type: 'float32', dims: [pictures.length, order.length, height, width], data };
}
