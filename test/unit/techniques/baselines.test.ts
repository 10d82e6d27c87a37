import assert from 'node:assert/strict';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { baselineNotes, makeBaseline } from '../../../src/techniques/baselines.ts';

const [height, width] = [41, 61];
const plane = height * width;

/** A model, whatever it computes. */
function model() {
  const b = new GraphBuilder();
  const pooled = b.add('GlobalAveragePool', [b.input('pixels', 'float32', [N, 3, height, width])]);
  return prepareModel(b.build('pooled', { scores: b.add('Flatten', [pooled], { axis: 1 }) }));
}

describe('baselines', () => {
  const middle = 20 * width + 30;
  const data = new Float32Array(3 * plane);
  data[middle] = 1;
  data.fill(3, plane, 2 * plane);
  const context = { model: model(), input: tensorOf('float32', data, [1, 3, height, width]), black: [-2, -1, -3] };

  it('are black, zero or the picture\'s mean, channel by channel', () => {
    const channelsOf = (kind: 'black' | 'zero' | 'mean', black?: number[]) => {
      const values = makeBaseline({ ...context, black }, kind);
      for (const c of [0, 1, 2]) assert.ok(values.subarray(c * plane, (c + 1) * plane).every((value) => value === values[c * plane]));
      return [values[0], values[plane], values[2 * plane]];
    };
    assert.deepEqual(channelsOf('black', context.black), [-2, -1, -3]);
    assert.deepEqual(channelsOf('zero', context.black), [0, 0, 0]);
    assert.deepEqual(channelsOf('mean', context.black), [Math.fround(1 / plane), 3, 0]);
    assert.deepEqual(channelsOf('black'), [0, 0, 0], 'how black looks is not known');
    assert.match(baselineNotes({ black: undefined }, 'black').join(), /the baseline is zero/);
    assert.deepEqual([baselineNotes(context, 'black'), baselineNotes({ black: undefined }, 'zero')], [[], []]);
  });

  it('are the picture under a Gaussian whose deviation is a tenth of the shorter side', () => {
    const blurred = makeBaseline(context, 'blurred');
    for (const [dy, dx] of [[0, 1], [4, 0], [-3, 5]]) {
      const share = blurred[middle + dy * width + dx] / blurred[middle];
      // Quotients of float32 numbers.
      assert.ok(Math.abs(share - Math.exp(-0.5 * (dx * dx + dy * dy) / 4.1 ** 2)) < 1e-5, `${dy}, ${dx}: ${share}`);
    }
    assert.ok(blurred.subarray(plane, 2 * plane).every((value) => Math.abs(value - 3) < 1e-5), 'channels stay apart');
  });
});
