import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pearson, ranks, spearman } from '../../../src/metrics/correlation.ts';
import { comparedMap, mapSimilarity } from '../../../src/metrics/map-similarity.ts';

/** Rounding of sums of some hundred products in double precision. */
const rounding = 1e-9;

const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 60 }).filter((list) => new Set(list).size > 1);
const side = 24;
const size = { width: side, height: side };
const maps = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: side * side, maxLength: side * side })
  .filter((list) => new Set(list.map(Math.abs)).size > 2);

describe('correlation', () => {
  it('is 1 of a list with itself, −1 with its negative, and the same both ways round', () => {
    fc.assert(fc.property(numbers, numbers, (a, b) => {
      for (const measure of [pearson, spearman]) {
        assert.ok(Math.abs(measure(a, a) - 1) < rounding);
        assert.ok(Math.abs(measure(a, a.map((value) => -value)) + 1) < rounding);
        const [x, y] = [a.slice(0, b.length), b.slice(0, a.length)];
        assert.ok(Math.abs(measure(x, y) - measure(y, x)) < rounding);
      }
    }));
  });

  it('of ranks does not change under a rising function, nor under one permutation of both', () => {
    fc.assert(fc.property(numbers, fc.integer({ min: 0, max: 1e6 }), (a, seed) => {
      const b = a.map((value, i) => value * Math.sin(i + seed));
      assert.ok(Math.abs(spearman(a, b) - spearman(a.map((value) => value ** 3), b)) < rounding);
      assert.ok(Math.abs(spearman(a, b) - spearman([...a].reverse(), [...b].reverse())) < rounding);
    }));
  });

  it('with a constant list is 0', () => {
    assert.equal(spearman([1, 2, 3], [5, 5, 5]), 0);
    assert.equal(pearson([0, 0], [0, 0]), 0);
  });

  it('shares the ranks of equal values', () => assert.deepEqual([...ranks([3, 1, 3, 2])], [3.5, 1, 3.5, 2]));
});

describe('similarity of maps', () => {
  it('is 1 of a map with itself, in all four measures', () => {
    fc.assert(fc.property(maps, (values) => {
      const map = comparedMap(values, size);
      for (const [name, value] of Object.entries(mapSimilarity(map, map))) assert.ok(Math.abs(value - 1) < rounding, `${name} ${value}`);
    }), { numRuns: 20 });
  });

  it('of a map with its negative: only the rank correlation with signs tells them apart', () => {
    fc.assert(fc.property(maps, (values) => {
      const { spearman: signed, ...others } = mapSimilarity(comparedMap(values, size), comparedMap(values.map((value) => -value), size));
      assert.ok(Math.abs(signed + 1) < rounding);
      for (const [name, value] of Object.entries(others)) assert.ok(Math.abs(value - 1) < rounding, `${name} ${value}`);
    }), { numRuns: 20 });
  });

  it('does not depend on the unit of a map', () => {
    fc.assert(fc.property(maps, maps, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, factor) => {
      const [x, y, z] = [a, b, b.map((value) => value * factor)].map((values) => comparedMap(values, size));
      const [plain, scaled] = [mapSimilarity(x, y), mapSimilarity(x, z)];
      // Scaling to the largest magnitude rounds in single precision, and may part values that are equal but for rounding.
      for (const name of ['ssim', 'hog'] as const) assert.ok(Math.abs(plain[name] - scaled[name]) < 1e-4, name);
    }), { numRuns: 20 });
  });

  it('of unrelated maps is near 0', () => {
    const noise = (seed: number) => comparedMap(Float32Array.from({ length: side * side }, (_, i) => Math.sin(12345.678 * (i + 1) * seed)), size);
    const { spearman: signed, absoluteSpearman } = mapSimilarity(noise(1), noise(1.37));
    // Correlations of 576 independent pairs have a deviation of 1/√575 = 0.042; four of them.
    assert.ok(Math.abs(signed) < 0.17 && Math.abs(absoluteSpearman) < 0.17, `${signed} ${absoluteSpearman}`);
  });

  it('with a map of zeros, as a dead network has it, has no correlation, and is finite', () => {
    const values = Float32Array.from({ length: side * side }, (_, i) => Math.sin(i));
    const zeros = comparedMap(new Float32Array(side * side), size);
    const { spearman: signed, absoluteSpearman, ssim, hog } = mapSimilarity(comparedMap(values, size), zeros);
    assert.deepEqual([signed, absoluteSpearman, hog], [0, 0, 0]);
    assert.ok(ssim < 0.1);
  });

  it('of several channels takes the largest magnitude and the sum', () => {
    const { signed, magnitude } = comparedMap([1, -2, 3, 1, -4, 2], { width: 2, height: 1 });
    assert.deepEqual([...signed], [0, 1]);
    assert.deepEqual([...magnitude], [1, 0.5].map((value) => Math.fround(value)));
  });
});
