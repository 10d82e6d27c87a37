/**
 * Resizing exactly as Pillow does it (and so torchvision's transforms on pictures, timm and Hugging Face processors): separable
 * filters whose support grows with the shrink factor, 8-bit pixels, fixed-point weights of 22 bits, rounded after each pass.
 * A model's logits depend on this to the second digit, so it is not left to a picture library with kernels of its own.
 * Source: Pillow, src/libImaging/Resample.c and Geometry.c. The horizontal pass comes first, as in Pillow 3.3 to 12, with which today's
 * models were made; Pillow 13 turns the order round for pictures that shrink much more in height, which moves single pixels by one.
 */
import type { Preprocessing } from '../protocol/preprocessing.ts';

/** Pixels with interleaved channels, 8 bits, row-major: channels · width · height bytes. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A part of the resized picture, in its pixels; inside it. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Filter {
  /** Reach to either side, in pixels of the coarser grid. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

const filters: Readonly<Record<Exclude<Preprocessing['interpolation'], 'nearest'>, Filter>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/**
 * The part of a picture, resized to `size`, that lies in the window: the same bytes as resizing it whole and cropping, at the cost of
 * the window alone.
 * @param kept how many channels of each pixel are resized; the rest (alpha, say) is left behind
 */
export function resample(
  source: Raster, size: { width: number; height: number }, window: Window, interpolation: Preprocessing['interpolation'], kept = source.channels,
): Raster {
  const columns = taps(source.width, size.width, window.left, window.width, interpolation);
  const rows = taps(source.height, size.height, window.top, window.height, interpolation);
  // Only the rows that the second pass reads go through the first.
  const top = Math.min(...rows.first);
  const bottom = Math.max(...rows.first.map((first, i) => first + rows.counts[i]));
  return passVertically(passHorizontally(source, kept, columns, top, bottom), rows, top);
}

/** For each output pixel along an axis: the first source pixel, how many follow, and their weights times 2^22. */
interface Taps {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  /** `stride` weights for each output pixel. */
  readonly weights: Int32Array;
  readonly stride: number;
}

const precision = 22;
/** Added before the bits below are cut off, so that sums are rounded. */
const half = 1 << (precision - 1);

function taps(from: number, to: number, start: number, count: number, interpolation: Preprocessing['interpolation']): Taps {
  return interpolation === 'nearest' ? nearestTaps(from, to, start, count) : filterTaps(from, to, start, count, filters[interpolation]);
}

/** Positions are summed up step by step, as in Pillow: where they fall between two pixels, rounding decides which is taken. */
function nearestTaps(from: number, to: number, start: number, count: number): Taps {
  const scale = from / to;
  const first = new Int32Array(count);
  for (let i = 0, position = scale * 0.5; i < start + count; i++, position += scale) {
    if (i >= start) first[i - start] = Math.min(Math.trunc(position), from - 1);
  }
  return { first, counts: new Int32Array(count).fill(1), weights: new Int32Array(count).fill(1 << precision), stride: 1 };
}

function filterTaps(from: number, to: number, start: number, count: number, filter: Filter): Taps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < count; i++) {
    const center = (start + i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(center - support + 0.5));
    counts[i] = Math.min(from, Math.trunc(center + support + 0.5)) - first[i];
    let sum = 0;
    for (let k = 0; k < counts[i]; k++) sum += exact[k] = filter.weight((k + first[i] - center + 0.5) / stretch);
    for (let k = 0; k < counts[i]; k++) weights[i * stride + k] = roundAway((exact[k] / sum) * (1 << precision));
  }
  return { first, counts, weights, stride };
}

/** To the nearest whole number, halves away from zero. */
function roundAway(value: number): number {
  return Math.trunc(value + (value < 0 ? -0.5 : 0.5));
}

/**
 * Rows top..bottom of the source, resized along x. This pass reads every pixel that the model sees, so three channels are summed side by
 * side, with one reading of their weight.
 */
function passHorizontally(
  { data, width, channels }: Raster, kept: number, { first, counts, weights, stride }: Taps, top: number, bottom: number,
): Raster {
  const out = new Uint8ClampedArray(first.length * (bottom - top) * kept);
  for (let y = top, to = 0; y < bottom; y++) {
    for (let x = 0; x < first.length; x++) {
      const begin = (y * width + first[x]) * channels;
      const [start, end] = [x * stride, x * stride + counts[x]];
      let c = 0;
      for (; c + 3 <= kept; c += 3, to += 3) {
        let [red, green, blue] = [half, half, half];
        for (let k = start, from = begin + c; k < end; k++, from += channels) {
          const weight = weights[k];
          red = (red + Math.imul(data[from], weight)) | 0;
          green = (green + Math.imul(data[from + 1], weight)) | 0;
          blue = (blue + Math.imul(data[from + 2], weight)) | 0;
        }
        out[to] = red >> precision;
        out[to + 1] = green >> precision;
        out[to + 2] = blue >> precision;
      }
      for (; c < kept; c++, to++) {
        let sum = half;
        for (let k = start, from = begin + c; k < end; k++, from += channels) sum = (sum + Math.imul(data[from], weights[k])) | 0;
        out[to] = sum >> precision;
      }
    }
  }
  return { data: new Uint8Array(out.buffer), width: first.length, height: bottom - top, channels: kept };
}

/** The whole source, whose first row is row `top` of the picture, resized along y. */
function passVertically({ data, width, channels }: Raster, { first, counts, weights, stride }: Taps, top: number): Raster {
  const row = width * channels;
  const out = new Uint8ClampedArray(first.length * row);
  for (let y = 0, to = 0; y < first.length; y++) {
    const begin = (first[y] - top) * row;
    for (let i = 0; i < row; i++, to++) {
      let sum = half;
      for (let k = y * stride, end = k + counts[y], from = begin + i; k < end; k++, from += row) sum = (sum + Math.imul(data[from], weights[k])) | 0;
      out[to] = sum >> precision;
    }
  }
  return { data: new Uint8Array(out.buffer), width, height: first.length, channels };
}
