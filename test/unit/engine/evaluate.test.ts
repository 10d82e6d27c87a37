/** Evaluation through the engine, on a linear model, where the best attribution is known. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { metricIds } from '../../../src/protocol/trust.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { writeModel } from '../../support/small-models.ts';

/** Scores W·x of a picture of 8 × 8 pixels and three classes. */
function linear() {
  const b = new GraphBuilder();
  const flat = b.add('Flatten', [b.input('pixels', 'float32', [N, 3, 8, 8])], { axis: 1 });
  const weights = tensorOf('float32', Float32Array.from({ length: 192 * 3 }, (_, i) => 0.05 * Math.sin(1.3 * i)), [192, 3]);
  return b.build('linear', { scores: b.add('Gemm', [flat, b.constant(weights)]) });
}

describe('evaluation', () => {
  const rig = useEngine();

  const request = async (technique: string) => rig.request({ technique, model: await writeModel(linear(), rig.at('linear.onnx')), class: 1 });
  const values = async (technique: string, parameters = {}) => {
    const { evaluations } = await rig.engine.evaluate({ ...await request(technique), parameters });
    return Object.fromEntries(evaluations.map(({ id, value }) => [id, value]));
  };

  it('gives every measure with its direction, cost and meaning, and curves where there are', async () => {
    const { evaluations, technique } = await rig.engine.evaluate(await request('input-x-gradient'));
    assert.equal(technique, 'input-x-gradient');
    assert.deepEqual(evaluations.map(({ id }) => id), metricIds);
    for (const { better, cost, description, value } of evaluations) {
      assert.ok(['lower', 'higher'].includes(better) && cost !== '' && description !== '' && Number.isFinite(value));
    }
    for (const { id, curve } of evaluations) {
      assert.equal(curve !== undefined, id === 'deletion' || id === 'insertion');
      if (!curve) continue;
      assert.deepEqual([curve.positions[0], curve.positions.at(-1)], [0, 1]);
      assert.equal(curve.values.length, curve.positions.length);
      assert.ok(curve.values.every((value) => value >= 0 && value <= 1));
    }
  });

  it('finds no fault with the exact attributions of a linear model', async () => {
    // Shares and score are in single precision, of which there are 192 to add.
    const { completeness, infidelity } = await values('input-x-gradient');
    assert.ok(completeness < 1e-4, `completeness ${completeness}`);
    assert.ok(infidelity < 1e-8, `infidelity ${infidelity}`);
    const gradient = await values('saliency');
    assert.equal(gradient['sensitivity-max'], 0, 'the gradient is the same everywhere');
    assert.ok(gradient.infidelity < 1e-8, `infidelity of the gradient ${gradient.infidelity}`);
  });

  it('of integrated gradients agrees with the delta that they report themselves', async () => {
    const asked = { ...await rig.request({ technique: 'integrated-gradients' }), parameters: { steps: 2 } };
    const { metrics } = await rig.engine.explain(asked);
    const { evaluations: [{ value }] } = await rig.engine.evaluate({ ...asked, metrics: ['completeness'] });
    // Both are sums of the same 192 values, of which one is in double precision.
    assert.ok(Math.abs(value - Math.abs(metrics!.find(({ id }) => id === 'delta')!.value)) < 1e-5);
    assert.ok(value > 1e-4, 'two steps leave an error that can be seen');
  });

  it('leaves completeness out where values are no shares of the score, and says so', async () => {
    const { evaluations, notes } = await rig.engine.evaluate(await rig.request({ technique: 'grad-cam' }));
    assert.deepEqual(evaluations.map(({ id }) => id), metricIds.filter((id) => id !== 'completeness'));
    assert.match(notes.join(), /Grad-CAM.*not shares of the score/);
  });

  it('takes the measures asked for, and ends where it is cancelled', async () => {
    const asked = await request('saliency');
    const { evaluations } = await rig.engine.evaluate({ ...asked, metrics: ['sparseness'] });
    assert.deepEqual(evaluations.map(({ id }) => id), ['sparseness']);
    const controller = new AbortController();
    const progress = (message: string): void => {
      if (message === 'Insertion') controller.abort();
    };
    await assert.rejects(rig.engine.evaluate(asked, { signal: controller.signal, progress }), CancelledError);
  });
});
