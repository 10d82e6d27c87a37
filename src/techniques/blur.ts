/** Gaussian blur of planes, in place. */

import { mirrored } from './view.ts';

/** A blur reaches to this many deviations, as in SciPy's `gaussian_filter`. */
const reach = 4;

/**
 * Separable Gaussian blur with mirrored borders (the edge value counted twice), as SciPy's `gaussian_filter1d` along both axes.
 * @param sigma standard deviation in px; 0 leaves the plane as it is
 */
export function blurPlane(values: Float32Array, width: number, height: number, sigma: number): void {
  const radius = Math.trunc(reach * sigma + 0.5);
  if (radius === 0) return;
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) weights[i] /= sum;
  for (let y = 0; y < height; y++) blurLine(values, y * width, 1, width, weights);
  for (let x = 0; x < width; x++) blurLine(values, x, width, height, weights);
}

function blurLine(values: Float32Array, start: number, stride: number, length: number, weights: Float64Array): void {
  const radius = (weights.length - 1) / 2;
  const line = Float64Array.from({ length: length + 2 * radius }, (_, i) => values[start + mirrored(i - radius, length) * stride]);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * line[i + k];
    values[start + i * stride] = sum;
  }
}
