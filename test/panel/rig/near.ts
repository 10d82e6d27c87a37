import assert from 'node:assert/strict';

/** Asserts that a number is within a tolerance of another. */
export function near(actual: number, expected: number, tolerance: number, message: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${message}: ${actual} is not within ${tolerance} of ${expected}`);
}
