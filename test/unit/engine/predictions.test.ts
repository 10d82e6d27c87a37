import assert from 'node:assert/strict';
import fc from 'fast-check';
import { logitRows, prediction, requireFinite, topPredictions } from '../../../src/engine/predictions.ts';
import { mostLikely, scoreValue } from '../../../src/techniques/score-value.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { hasReason } from '../../support/errors.ts';

const logits = fc.array(fc.float({ noNaN: true, min: -80, max: 80 }), { minLength: 1, maxLength: 30 }).map((values) => Float32Array.from(values));

describe('predictions', () => {
  it('are the largest logits, best first, equal ones by index', () => {
    const top = topPredictions(Float32Array.of(1, 3, 3, 2), 3, ['a', 'b'], 'softmax');
    assert.deepEqual(top.map(({ index, name }) => [index, name]), [[1, 'b'], [2, 'class 2'], [3, 'class 3']]);
  });

  it('have the probabilities of a softmax, which add up to 1 however large the logits are', () => {
    fc.assert(fc.property(logits, fc.constantFrom(0, 1e4, -1e4), (values, shift) => {
      const shifted = values.map((value) => value + shift);
      const all = topPredictions(shifted, shifted.length, [], 'softmax');
      // sums of 30 doubles: a few ulp
      assert.ok(Math.abs(all.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-12);
      assert.ok(all.every((one, i) => i === 0 || one.probability <= all[i - 1].probability));
      assert.equal(all[0].index, mostLikely(shifted));
    }));
  });

  it('have the probability of each class alone for a model that ends in a sigmoid', () => {
    fc.assert(fc.property(logits, (values) => {
      for (const index of values.keys()) {
        const wanted = 1 / (1 + Math.exp(-values[index]));
        assert.ok(Math.abs(prediction(values, index, [], 'sigmoid').probability - wanted) <= 1e-12);
      }
    }));
    // Far from zero a logarithm is the logit itself, or nothing: where an exponential overflows too.
    assert.deepEqual([-1e4, 1e4].map((logit) => scoreValue(Float32Array.of(logit), 0, 'log-probability', 'sigmoid')), [-1e4, 0]);
  });

  it('give the explained number in the kind asked for', () => {
    const row = Float32Array.of(Math.log(1), Math.log(3));
    assert.equal(scoreValue(row, 1, 'logit', 'softmax'), row[1]);
    // logits are rounded to float32 (6e-8)
    assert.ok(Math.abs(scoreValue(row, 1, 'probability', undefined) - 0.75) < 1e-7);
    assert.ok(Math.abs(scoreValue(row, 0, 'log-probability', 'log-softmax') - Math.log(0.25)) < 1e-7);
  });

  it('come apart by sample', () => {
    assert.deepEqual(logitRows(tensorOf('float32', [1, 2, 3, 4, 5, 6], [2, 3]), 3), [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]);
  });

  it('refuse values that are not finite, saying which kind', () => {
    assert.throws(() => requireFinite(tensorOf('float32', [0, NaN]), 'The outputs'), hasReason('output-not-finite', /The outputs.*not a number/));
    assert.throws(() => requireFinite(tensorOf('float32', [-Infinity]), 'The outputs'), hasReason('output-not-finite', /infinite/));
  });
});
