/** How alike two maps of the same technique are, by the four measures of Adebayo et al. 2018. */
import type { Similarity } from '../protocol/trust.ts';
import { spearman } from './correlation.ts';
import { hogCorrelation, usualHog } from './hog.ts';
import { paperWindow, ssim } from './ssim.ts';

/** A map as it is compared, row-major [H,W]. */
export interface ComparedMap {
  readonly width: number;
  readonly height: number;
  /** Sum over channels. */
  readonly signed: Float32Array;
  /** Largest magnitude over channels, divided by the largest of all, which is what a heat map shows. */
  readonly magnitude: Float32Array;
}

/** @param values [C,H,W] */
export function comparedMap(values: ArrayLike<number>, { width, height }: { width: number; height: number }): ComparedMap {
  const size = width * height;
  const [signed, magnitude] = [new Float32Array(size), new Float32Array(size)];
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    signed[i % size] += values[i];
    magnitude[i % size] = Math.max(magnitude[i % size], Math.abs(values[i]));
    largest = Math.max(largest, magnitude[i % size]);
  }
  if (largest > 0) for (let i = 0; i < size; i++) magnitude[i] /= largest;
  return { width, height, signed, magnitude };
}

/**
 * Two maps of the same size. A map that is the same everywhere has no order and no shape in common with another: its correlations are 0.
 * Cost: pixels · log pixels, no pass of the model.
 */
export function mapSimilarity(a: ComparedMap, b: ComparedMap): Similarity {
  const [first, second] = [a, b].map(({ width, height, magnitude }) => ({ width, height, values: magnitude }));
  // The usual cell is for about 14 cells along a side, and needs some even of small pictures.
  const cell = Math.max(2, Math.min(usualHog.cell, Math.floor(Math.min(a.width, a.height) / 4)));
  return {
    spearman: spearman(a.signed, b.signed),
    absoluteSpearman: spearman(a.magnitude, b.magnitude),
    ssim: ssim(first, second, 1, Math.min(a.width, a.height) < 11 ? { kind: 'uniform', side: 3 } : paperWindow),
    hog: hogCorrelation(first, second, { ...usualHog, cell }),
  };
}
