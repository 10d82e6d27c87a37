/** Evaluation through the engine, on a linear model, where the best attribution is known. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import { directions, metricIds } from '../../../src/protocol/measures.ts';
import type { ShownResult } from '../../../src/protocol/trust.ts';
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
    for (const { better, cost, description, caveat, value } of evaluations) {
      assert.ok(better in directions && cost !== '' && description !== '' && caveat !== '' && Number.isFinite(value));
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
    assert.ok(Math.abs(completeness) < 1e-4, `completeness ${completeness}`);
    assert.ok(infidelity < 1e-8, `infidelity ${infidelity}`);
    const gradient = await values('saliency');
    assert.equal(gradient['sensitivity-max'], 0, 'the gradient is the same everywhere');
    assert.ok(gradient.infidelity < 1e-8, `infidelity of the gradient ${gradient.infidelity}`);
  });

  it('of integrated gradients is the number that they report themselves, sign and all', async () => {
    const asked = { ...await rig.request({ technique: 'integrated-gradients' }), parameters: { steps: 2 } };
    const { map, metrics } = await rig.engine.explain(asked);
    const { evaluations: [{ value, title, better }] } = await rig.engine.evaluate({ ...asked, metrics: ['completeness'] });
    const reported = (id: string) => metrics!.find((metric) => metric.id === id)!;
    assert.deepEqual({ value, title, better }, { value: reported('delta').value, title: reported('delta').title, better: reported('delta').better });
    // The map's values are in single precision, of which there are 192 to add.
    assert.ok(Math.abs(map.values.reduce((sum, one) => sum + one, 0) - reported('score-difference').value - value) < 1e-5);
    assert.ok(Math.abs(value) > 1e-4, 'two steps leave an error that can be seen');
  });

  it('leaves completeness out where values are no shares of the score, and says so', async () => {
    const { evaluations, notes } = await rig.engine.evaluate(await rig.request({ technique: 'grad-cam' }));
    assert.deepEqual(evaluations.map(({ id }) => id), metricIds.filter((id) => id !== 'completeness'));
    assert.match(notes.join(), /Grad-CAM.*not shares of the score/);
  });

  it('tells each measure as soon as it is taken, and how far it is with one', async () => {
    const told: string[] = [];
    const fractions: number[] = [];
    const progress = (_: string, fraction = 0): void => void fractions.push(fraction);
    const { evaluations } = await rig.engine.evaluate(await request('saliency'), {
      signal: new AbortController().signal, progress, measured: ({ id }) => told.push(id),
    });
    assert.deepEqual(told, evaluations.map(({ id }) => id));
    assert.ok(fractions.every((fraction, i) => i === 0 || fraction >= fractions[i - 1]), 'never back');
    assert.ok(new Set(fractions).size > metricIds.length, 'also within a measure');
  });

  it('shows what the inputs along a curve look like, where that is wanted', async () => {
    const asked = { ...await rig.request({ technique: 'saliency' }), metrics: ['deletion' as const, 'insertion' as const] };
    const { evaluations: plain } = await rig.engine.evaluate(asked);
    assert.ok(plain.every(({ curve }) => curve!.pictures === undefined));
    const { evaluations: [deletion, insertion] } = await rig.engine.evaluate({ ...asked, wantPictures: true });
    const [gone, come] = [deletion.curve!.pictures!, insertion.curve!.pictures!];
    assert.deepEqual(gone.from.data, come.to.data, 'one is where the other ends');
    assert.ok(gone.to.data.every((value, i) => value === (i % 4 === 3 ? 255 : 0)), 'black in the end');
    assert.notDeepEqual(come.from.data, come.to.data);
    for (const channel of [0, 1, 2]) {
      const mean = ({ data }: { data: Uint8Array }) => data.reduce((sum, value, i) => sum + (i % 4 === channel ? value : 0), 0) / (data.length / 4);
      // A blur keeps the mean; its values are rounded to whole numbers.
      assert.ok(Math.abs(mean(come.from) - mean(come.to)) < 0.5, 'blurred at first');
    }
    assert.deepEqual(deletion.curve!.values[0], insertion.curve!.values.at(-1), 'the picture as it is');
    assert.deepEqual([...gone.order].sort((a, b) => a - b), Array.from({ length: gone.from.width * gone.from.height }, (_, i) => i), 'every place once');
    assert.deepEqual(gone.order, come.order);
  });

  it('plans what it would take: seconds once they are known, and what makes no sense', async () => {
    const asked = await rig.request({ technique: 'grad-cam' });
    const before = await rig.engine.planEvaluation(asked);
    assert.deepEqual(before.map(({ id }) => id), metricIds);
    const of = (plan: typeof before, id: string) => plan.find((measure) => measure.id === id)!;
    assert.ok(of(before, 'deletion').seconds! > 0);
    assert.equal(of(before, 'sensitivity-max').seconds, undefined, 'the technique has not been run');
    assert.equal(of(before, 'sparseness').seconds, 0);
    assert.match(of(before, 'completeness').unsuitable!, /Grad-CAM/);
    await rig.engine.explain(asked);
    assert.ok(of(await rig.engine.planEvaluation(asked), 'sensitivity-max').seconds! > 0);
  });

  it('measures the map that is shown, without running the technique for it', async () => {
    const asked = await request('input-x-gradient');
    const result = await rig.engine.explain(asked);
    const metrics = ['deletion', 'insertion', 'infidelity', 'sparseness'] as const;
    const taken = async (shown: ShownResult | undefined) => {
      const { evaluations } = await rig.engine.evaluate({ ...asked, shown, metrics: [...metrics] });
      return evaluations.map(({ value }) => value);
    };
    assert.deepEqual(await taken(result), await taken(undefined), 'it is the same map');
    const turned = { ...result, map: { ...result.map, values: result.map.values.map((value) => 1 / (1e-3 + Math.abs(value))) } };
    const [deletion, insertion] = await taken(turned);
    const [before, after] = await taken(result);
    assert.ok(deletion !== before && insertion !== after, 'the order of its places, not the technique\'s');
  });

  it('refuses to measure a map of what has changed since', async () => {
    const asked = await request('saliency');
    const shown = await rig.engine.explain(asked);
    const refused = (one: ShownResult) => assert.rejects(
      rig.engine.evaluate({ ...asked, shown: one }), (error) => error instanceof FoveaError && error.reason === 'run-lost');
    await refused({ ...shown, recipe: { ...shown.recipe, picture: { name: 'x', hash: 'f'.repeat(64) } } });
    await refused({ ...shown, recipe: { ...shown.recipe, model: { title: 'x', hash: 'f'.repeat(64) } } });
    await refused({ ...shown, recipe: { ...shown.recipe, preprocessing: { ...shown.recipe.preprocessing, fit: 'letterbox' } } });
    await refused({ ...shown, map: { ...shown.map, width: 1, height: 1, values: new Float32Array(3) } });
    await refused({ ...shown, class: { ...shown.class, index: 99 } });
  });

  it('compares a technique that was stopped with as many samples near by', async () => {
    const asked = { ...await request('smooth-grad'), parameters: { samples: 200 } };
    const few = await rig.engine.explain({ ...asked, parameters: { samples: 16 } });
    const stopped: ShownResult = { ...few, samples: { done: 16, total: 200 } };
    const sensitivity = async (one: Parameters<Engine['evaluate']>[0]) => (await rig.engine.evaluate({ ...one, metrics: ['sensitivity-max'] })).evaluations[0].value;
    assert.equal(await sensitivity({ ...asked, shown: stopped }), await sensitivity({ ...asked, parameters: { samples: 16 } }));
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
