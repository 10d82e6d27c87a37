import assert from 'node:assert/strict';
import { Upsampler } from '../../../src/techniques/upsample.ts';

describe('upsampling', () => {
  const resize = (how: 'nearest' | 'bilinear' | 'bilinear-aligned', width: number): number[] => {
    const into = new Float32Array(width);
    new Upsampler({ height: 1, width: 3 }, { height: 1, width }, how).resize([0, 10, 20], into);
    return [...into];
  };

  it('is that of PyTorch\'s interpolate', () => {
    assert.deepEqual(resize('nearest', 6), [0, 0, 10, 10, 20, 20]);
    assert.deepEqual(resize('bilinear', 6), [0, 2.5, 7.5, 12.5, 17.5, 20]);
    assert.deepEqual(resize('bilinear-aligned', 5), [0, 5, 10, 15, 20]);
    assert.deepEqual(resize('bilinear-aligned', 1), [0]);
    assert.deepEqual(resize('bilinear', 3), [0, 10, 20]);
  });
});
