/** Half precision against its definition; views against indexing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { castTensor, copyView, fromHalf, numbersOf, stridesOf, tensorOf, toHalf } from '../../../src/graph/tensor.ts';

describe('tensors', () => {
  it('decode and encode every half-precision value', () => {
    const bits = Uint16Array.from({ length: 1 << 16 }, (_, half) => half);
    const values = numbersOf({ type: 'float16', dims: [bits.length], data: bits });
    for (let half = 0; half < bits.length; half++) {
      assert.ok(Object.is(values[half], fromHalf(half)) || Number.isNaN(values[half]));
      if (!Number.isNaN(values[half])) assert.equal(toHalf(values[half]), half);
    }
    // Values of the standard: one, the largest, the smallest normal and subnormal.
    assert.deepEqual([0x3c00, 0x7bff, 0x0400, 0x0001, 0xfc00].map((half) => values[half]), [1, 65504, 2 ** -14, 2 ** -24, -Infinity]);
  });

  it('round to the nearest half-precision value, ties to even', () => {
    assert.deepEqual([2049, 2051, 65519, 65520, 2 ** -25, 3 * 2 ** -25].map(toHalf).map(fromHalf), [2048, 2052, 65504, Infinity, 0, 2 ** -23]);
    fc.assert(fc.property(fc.float({ noNaN: true, min: -60000, max: 60000 }), (value) => {
      const error = Math.abs(fromHalf(toHalf(value)) - value);
      assert.ok(error <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
    }), { seed: 1 });
  });

  it('cast like C, saturating where int64 ends', () => {
    assert.deepEqual(castTensor(tensorOf('float32', [1.9, -1.9, NaN, 1e30]), 'int64').data, BigInt64Array.of(1n, -1n, 0n, 2n ** 63n - 1n));
    assert.deepEqual(castTensor(tensorOf('float32', [0, 0.5, -2]), 'bool').data, Uint8Array.of(0, 1, 1));
  });

  it('are copied as views: transposed, reversed, repeated', () => {
    const tensor = tensorOf('int32', [0, 1, 2, 3, 4, 5], [2, 3]);
    const [row, column] = stridesOf(tensor.dims);
    assert.deepEqual([...copyView(tensor, [3, 2], [column, row]).data], [0, 3, 1, 4, 2, 5]);
    assert.deepEqual([...copyView(tensor, [2, 3], [row, -column], 2).data], [2, 1, 0, 5, 4, 3]);
    assert.deepEqual([...copyView(tensor, [2, 3], [0, column], 3).data], [3, 4, 5, 3, 4, 5]);
    assert.deepEqual([...copyView(tensor, [0, 3], [row, column]).data], []);
  });
});
