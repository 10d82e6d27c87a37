/**
 * Structural similarity of two planes, the mean over all windows that lie inside of
 *
 *     (2·μa·μb + C1)(2·σab + C2) / ((μa² + μb² + C1)(σa² + σb² + C2)),   C1 = (0.01·L)², C2 = (0.03·L)²
 *
 * with L the range of the values. At most 1, for equal planes; higher is more alike. Cost: window · pixels. Source: Wang et al. 2004; both
 * forms give the numbers of scikit-image's `structural_similarity`.
 */
import type { Plane } from '../protocol/display.ts';

export type SsimWindow =
  /** Square of equal weights, variances of a sample. */
  | { readonly kind: 'uniform'; /** Odd. */ readonly side: number }
  /** Gaussian weights, cut off at 3.5 deviations, variances of a population. */
  | { readonly kind: 'gaussian'; readonly sigma: number };

/** Of the paper and of Adebayo et al. 2018. */
export const paperWindow: SsimWindow = { kind: 'gaussian', sigma: 1.5 };

/** Where Gaussian weights end, in deviations. */
const reach = 3.5;

type Values = Pick<Plane, 'width' | 'height'> & { readonly values: ArrayLike<number> };

/** @param range L; @returns NaN where the window is larger than the planes */
export function ssim(a: Values, b: Values, range: number, window: SsimWindow = paperWindow): number {
  const weights = weightsOf(window);
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const count = weights.length ** 2;
  const unbiased = window.kind === 'uniform' ? count / (count - 1) : 1;
  const { width, height } = a;
  const means = (of: (i: number) => number): Float64Array => {
    return slide(Float64Array.from({ length: width * height }, (_, i) => of(i)), width, height, weights);
  };
  const [x, y] = [a.values, b.values];
  const [meanA, meanB] = [means((i) => x[i]), means((i) => y[i])];
  const [squareA, squareB, product] = [means((i) => x[i] * x[i]), means((i) => y[i] * y[i]), means((i) => x[i] * y[i])];
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const [p, q] = [meanA[i], meanB[i]];
    const covariance = unbiased * (product[i] - p * q);
    const variances = unbiased * (squareA[i] - p * p + squareB[i] - q * q);
    sum += ((2 * p * q + c1) * (2 * covariance + c2)) / ((p * p + q * q + c1) * (variances + c2));
  }
  return sum / meanA.length;
}

function weightsOf(window: SsimWindow): Float64Array {
  if (window.kind === 'uniform') return new Float64Array(window.side).fill(1 / window.side);
  const radius = Math.trunc(reach * window.sigma + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / window.sigma) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Weighted means over the windows that lie inside, along both axes; (width − k + 1) · (height − k + 1) values. */
function slide(values: Float64Array, width: number, height: number, weights: Float64Array): Float64Array {
  const size = weights.length;
  const [columns, rows] = [Math.max(0, width - size + 1), Math.max(0, height - size + 1)];
  const across = new Float64Array(columns * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < columns; x++, i++) for (let k = 0; k < size; k++) across[i] += weights[k] * values[y * width + x + k];
  }
  const result = new Float64Array(columns * rows);
  for (let i = 0; i < result.length; i++) for (let k = 0; k < size; k++) result[i] += weights[k] * across[i + k * columns];
  return result;
}
