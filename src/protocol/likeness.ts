/** How alike two maps are, as one number. */
import type { Similarity } from './trust.ts';

/**
 * The median of rank correlation of magnitudes, structural similarity and HOG correlation: of two maps of noise HOG alone stays high, of
 * sparse maps structural similarity does.
 */
export function likeness({ absoluteSpearman, ssim, hog }: Similarity): number {
  return [absoluteSpearman, ssim, hog].sort((a, b) => a - b)[1];
}
