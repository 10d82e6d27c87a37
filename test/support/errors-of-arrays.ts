import assert from 'node:assert/strict';

/** ‖actual − expected‖₂ / ‖expected‖₂ for each sample, where the first axis counts samples. */
export function relativeErrors(actual: ArrayLike<number>, expected: ArrayLike<number>, samples = 1): number[] {
  assert.equal(actual.length, expected.length);
  const size = expected.length / samples;
  return Array.from({ length: samples }, (_, sample) => {
    let [difference, norm] = [0, 0];
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      difference += (actual[i] - expected[i]) ** 2;
      norm += expected[i] ** 2;
    }
    return Math.sqrt(difference / norm);
  });
}
