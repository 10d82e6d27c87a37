import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shrink } from '../../../src/engine/layer-strip.ts';
import type { AttributionMap } from '../../../src/protocol/engine.ts';

function mapOf(channels: number, height: number, width: number, value: (c: number, y: number, x: number) => number): AttributionMap {
  const values = new Float32Array(channels * height * width);
  values.forEach((_, i) => { values[i] = value(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width); });
  return { values, channels, height, width, signed: true, unit: 'score', resolution: 'layer' };
}

describe('maps in the strip of layers', () => {
  it('stay as they are where they are small', () => {
    const map = mapOf(1, 64, 3, (_, y, x) => y - x);
    assert.equal(shrink(map), map);
  });

  it('become means of blocks, also at an edge where a block is cut', () => {
    // 130 = 43 blocks of 3 and one of 1: the mean of 3y, 3y+1, 3y+2 is 3y+1, that of 129 alone is 129.
    const { values, height, width } = shrink(mapOf(2, 130, 5, (c, y) => c * 1000 + y));
    assert.deepEqual([height, width], [44, 2]);
    const column = (c: number): number[] => Array.from({ length: height }, (_, y) => values[(c * height + y) * width]);
    const wanted = Array.from({ length: 44 }, (_, y) => (y === 43 ? 129 : 3 * y + 1));
    assert.deepEqual([column(0), column(1)], [wanted, wanted.map((value) => value + 1000)]);
  });

  it('keep a constant, and are never longer than 64 cells', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (height, width) => {
      const small = shrink(mapOf(1, height, width, () => 0.5));
      assert.ok(small.height <= 64 && small.width <= 64);
      assert.ok(small.values.every((value) => value === 0.5));
      assert.equal(small.values.length, small.height * small.width);
    }), { numRuns: 30 });
  });
});
