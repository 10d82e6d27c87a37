/** Measures of quality on functions whose answers can be worked out by hand. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completenessDelta } from '../../../src/metrics/completeness.ts';
import { areaUnder, changedPlaces, rankPlaces, replacePlaces } from '../../../src/metrics/deletion-insertion.ts';
import { edges } from '../../../src/metrics/edges.ts';
import { infidelity } from '../../../src/metrics/infidelity.ts';
import { sensitivityMax } from '../../../src/metrics/sensitivity-max.ts';
import { gini } from '../../../src/metrics/sparseness.ts';

const near = (got: number, wanted: number, tolerance: number): void => assert.ok(Math.abs(got - wanted) <= tolerance, `${got} is not ${wanted}`);

describe('deletion and insertion of a linear score', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 50 }).filter((list) => list.some((one) => one > 0));

  /** Curves of Σ w·x with x = 1 and a baseline of 0; its attribution is w. */
  function areas(w: readonly number[], ranking: readonly number[]): { deletion: number; insertion: number } {
    const [ones, zeros] = [new Float32Array(w.length).fill(1), new Float32Array(w.length)];
    const total = w.reduce((sum, value) => sum + value, 0);
    const order = rankPlaces(ranking);
    const counts = changedPlaces(w.length, w.length);
    const curve = (from: Float32Array, to: Float32Array) => counts.map((count) => {
      const input = new Float32Array(w.length);
      replacePlaces(from, to, order, count, input);
      return w.reduce((sum, value, i) => sum + value * input[i], 0) / total;
    });
    const positions = counts.map((count) => count / w.length);
    return { deletion: areaUnder(positions, curve(ones, zeros)), insertion: areaUnder(positions, curve(zeros, ones)) };
  }

  it('has the closed form: each weight counts from the start to the middle of its place', () => {
    fc.assert(fc.property(weights, (w) => {
      const falling = [...w].sort((a, b) => b - a);
      const total = w.reduce((sum, value) => sum + value, 0);
      const deletion = falling.reduce((sum, value, i) => sum + (value / total) * ((i + 0.5) / w.length), 0);
      // Rounding of some fifty sums in double precision.
      near(areas(w, w).deletion, deletion, 1e-9);
      near(areas(w, w).insertion, 1 - deletion, 1e-9);
    }));
  });

  it('is best for the ranking by weights, and worst for the opposite one', () => {
    fc.assert(fc.property(weights, fc.array(fc.integer(), { minLength: 50, maxLength: 50 }), (w, other) => {
      const [best, some, worst] = [w, other.slice(0, w.length), w.map((value) => -value)].map((ranking) => areas(w, ranking));
      assert.ok(best.deletion <= some.deletion + 1e-9 && some.deletion <= worst.deletion + 1e-9);
      assert.ok(best.insertion >= some.insertion - 1e-9 && some.insertion >= worst.insertion - 1e-9);
    }));
  });

  it('replaces a place in all channels', () => {
    const input = new Float32Array(6);
    replacePlaces(Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(6), Uint32Array.of(2, 0, 1), 2, input);
    assert.deepEqual([...input], [0, 2, 0, 0, 5, 0]);
  });
});

describe('completeness', () => {
  it('is the sum of the values beyond the difference of the scores', () => assert.equal(completenessDelta([1, 2, -0.5], 5, 3), 0.5));
});

describe('infidelity', () => {
  // As in Captum's test_sensitivity_n_ig: what a complete attribution of a linear function foretells is what happens.
  const linear = [[1, 2], [3, -1], [0.5, 4]].map(([w, change]) => ({ foretold: w * change, happened: w * change }));

  it('is 0 of an attribution that foretells what happens, and the mean squared error otherwise', () => {
    assert.equal(infidelity(linear, false), 0);
    assert.equal(infidelity(linear.map((one) => ({ ...one, foretold: one.foretold + 2 })), false), 4);
  });

  it('scaled to fit does not depend on the unit of the map', () => {
    near(infidelity(linear.map((one) => ({ ...one, foretold: -7 * one.foretold })), true), 0, 1e-12);
    near(infidelity([{ foretold: 1, happened: 1 }, { foretold: 1, happened: 3 }], true), 1, 1e-12);
  });

  it('of a map of zeros is the mean square of what happens', () => {
    assert.equal(infidelity([{ foretold: 0, happened: 1 }, { foretold: 0, happened: 3 }], true), 5);
  });
});

describe('max-sensitivity', () => {
  it('is the largest relative change', () => near(sensitivityMax([3, 4], [[3, 4], [3, 5], [0, 0]]), 1, 1e-12));

  it('is 0 where nothing changes, even of a map of zeros, and without bound where something comes of nothing', () => {
    assert.equal(sensitivityMax([0, 0], [[0, 0]]), 0);
    assert.equal(sensitivityMax([0, 0], [[0, 1]]), Infinity);
  });

  // meta-pytorch/captum@faac0877:tests/metrics/test_sensitivity.py:test_convnet_multi_target: the gradient is the same at both inputs.
  it('of a gradient that is the same everywhere is 0', () => assert.equal(sensitivityMax([1, -2, 3], [[1, -2, 3]]), 0));
});

describe('sparseness', () => {
  it('does not depend on unit, sign and order, and is 0 of a map of zeros', () => {
    near(gini([1, -2, 3]), gini([30, 10, 20]), 1e-12);
    assert.equal(gini([0, 0, 0]), 0);
  });
});

describe('the edge detector', () => {
  it('sees nothing on a plane, and a step where it is', () => {
    assert.ok(edges(new Float32Array(25).fill(7), { width: 5, height: 5 }).values.every((value) => value === 0));
    const step = edges(Float32Array.from({ length: 2 * 25 }, (_, i) => (i % 5 >= 3 ? 1 : 0)), { width: 5, height: 5 });
    assert.deepEqual([...step.values.subarray(10, 15)], [0, 0, 4, 4, 0]);
  });
});
