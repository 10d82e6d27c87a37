/**
 * Histograms of oriented gradients: for each cell, how strong the edges in each direction are, divided by their sum. They keep shapes and
 * forget brightness. Cost: pixels. Source: Dalal and Triggs 2005; the numbers of scikit-image's `hog` with blocks of one cell and norm L1.
 */
import type { Plane } from '../protocol/display.ts';
import { pearson } from './correlation.ts';

export interface HogOptions {
  /** Directions that the half circle is divided into. */
  readonly orientations: number;
  /** Side of a cell in pixels. */
  readonly cell: number;
}

/** As in Adebayo et al. 2018, for pictures of about 224 pixels. */
export const usualHog: HogOptions = { orientations: 9, cell: 16 };

type Values = Pick<Plane, 'width' | 'height'> & { readonly values: ArrayLike<number> };

/** Keeps a cell without edges from being divided by zero. */
const epsilon = 1e-5;

/** @returns `orientations` values for each whole cell, row by row */
export function hog({ values, width, height }: Values, { orientations, cell }: HogOptions = usualHog): Float64Array {
  const [columns, rows] = [Math.floor(width / cell), Math.floor(height / cell)];
  const result = new Float64Array(columns * rows * orientations);
  for (let y = 0; y < rows * cell; y++) {
    for (let x = 0; x < columns * cell; x++) {
      const at = y * width + x;
      const down = y > 0 && y < height - 1 ? values[at + width] - values[at - width] : 0;
      const right = x > 0 && x < width - 1 ? values[at + 1] - values[at - 1] : 0;
      const degrees = ((Math.atan2(down, right) * 180) / Math.PI + 180) % 180;
      const bin = Math.min(Math.floor((degrees * orientations) / 180), orientations - 1);
      result[(Math.floor(y / cell) * columns + Math.floor(x / cell)) * orientations + bin] += Math.hypot(down, right) / cell ** 2;
    }
  }
  for (let start = 0; start < result.length; start += orientations) {
    const histogram = result.subarray(start, start + orientations);
    const sum = histogram.reduce((total, value) => total + value, 0) + epsilon;
    for (let i = 0; i < orientations; i++) histogram[i] /= sum;
  }
  return result;
}

/** Pearson's correlation of two planes' histograms; −1..1, higher is more alike; 0 where one of the planes has no edges. */
export function hogCorrelation(a: Values, b: Values, options: HogOptions = usualHog): number {
  return pearson(hog(a, options), hog(b, options));
}
