/** Gaussian blur of planes, in place. */
import { mirrored } from './view.ts';

/** A blur reaches to this many deviations, as in SciPy's `gaussian_filter`. */
const reach = 4;

/**
 * Separable Gaussian blur with mirrored borders (the edge value counted twice), as SciPy's `gaussian_filter`.
 * @param sigma standard deviation in px; 0 leaves the plane as it is
 */
export function blurPlane(values: Float32Array, width: number, height: number, sigma: number): void {
  const radius = Math.trunc(reach * sigma + 0.5);
  if (radius === 0) return;
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) weights[i] /= sum;
  alongRows(values, width, height, weights);
  alongColumns(values, width, height, weights);
}

function alongRows(values: Float32Array, width: number, height: number, weights: Float64Array): void {
  const radius = (weights.length - 1) / 2;
  const line = new Float32Array(width + 2 * radius);
  for (let start = 0; start < width * height; start += width) {
    line.set(values.subarray(start, start + width), radius);
    for (let i = 1; i <= radius; i++) {
      line[radius - i] = values[start + mirrored(-i, width)];
      line[radius + width - 1 + i] = values[start + mirrored(width - 1 + i, width)];
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * line[x + k];
      values[start + x] = sum;
    }
  }
}

/** Adds up whole rows, which lie in memory one after the other. */
function alongColumns(values: Float32Array, width: number, height: number, weights: Float64Array): void {
  const radius = (weights.length - 1) / 2;
  const source = values.slice();
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const start = mirrored(y + k - radius, height) * width;
      for (let x = 0; x < width; x++) sums[x] += weights[k] * source[start + x];
    }
    values.set(sums, y * width);
  }
}
