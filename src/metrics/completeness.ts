/** Whether a map accounts for the score. */

/**
 * Σ values − (score − score of the baseline): nearer to zero is better for techniques whose values add up to that difference. Cost: two
 * forward passes. Source: Sundararajan et al. 2017.
 */
export function completenessDelta(values: ArrayLike<number>, score: number, baselineScore: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum - (score - baselineScore);
}
