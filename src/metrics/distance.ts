/** How far two arrays are apart. */

/** ‖values‖₂ */
export function euclideanNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

/** ‖a − b‖₂ */
export function euclideanDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/** max |a − b| */
export function maximumDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/**
 * Peak signal-to-noise ratio, 10·log₁₀(peak²/mean squared difference), in dB; infinite where there is no difference.
 * @param peak the range of the values
 */
export function peakSignalToNoise(a: ArrayLike<number>, b: ArrayLike<number>, peak = 1): number {
  return 20 * Math.log10(peak) - 10 * Math.log10(euclideanDistance(a, b) ** 2 / a.length);
}
