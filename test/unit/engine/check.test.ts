/** Sanity checks through the engine: what they tell apart, what they leave behind, and how they end. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { evenly } from '../../../src/engine/check.ts';
import { verdict } from '../../../src/engine/check-verdict.ts';
import { likeness } from '../../../src/protocol/likeness.ts';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { writeModel } from '../../support/small-models.ts';

const same = { spearman: 1, absoluteSpearman: 1, ssim: 1, hog: 1 };
const other = { spearman: 0, absoluteSpearman: 0, ssim: 0, hog: 0 };

describe('the verdict of a sanity check', () => {
  it('follows the thresholds, and says them', () => {
    const level = (similarity: typeof same) => verdict('cascading', 'Saliency', [{ layers: 1, similarity }], 10);
    assert.equal(level(same).level, 'failed');
    assert.equal(level(other).level, 'passed');
    for (const [value, expected] of [[0.59, 'passed'], [0.6, 'mixed'], [0.74, 'mixed'], [0.75, 'failed']] as const) {
      assert.equal(level({ ...same, absoluteSpearman: value, ssim: value }).level, expected, `${value}`);
    }
    assert.match(level(same).rule, /below 0\.6, .* 0\.75\./);
    assert.match(level(same).sentence, /^Saliency's map hardly changes/);
  });

  it('judges a cascade by the steps that leave the lower half as it is', () => {
    const steps = [{ layers: 1, similarity: same }, { layers: 5, similarity: same }, { layers: 10, similarity: other }];
    assert.equal(verdict('cascading', 'Saliency', steps, 10).level, 'failed');
    assert.equal(verdict('independent', 'Saliency', steps, 10).level, 'mixed');
    const quick = evenly(50, 3).map((layers, i) => ({ layers, similarity: [same, other, same][i] }));
    assert.equal(verdict('cascading', 'Saliency', quick, 50).level, 'passed', 'the middle of three is one of them');
  });

  it('is not led astray by one of the three similarities', () => {
    assert.equal(likeness({ ...other, ssim: 1 }), 0);
    assert.equal(likeness({ ...same, hog: 0 }), 1);
  });
});

describe('the steps of a sanity check', () => {
  it('are all of few, and otherwise evenly chosen with both ends', () => {
    assert.deepEqual(evenly(3, 16), [1, 2, 3]);
    assert.deepEqual(evenly(50, 3), [1, 26, 50]);
    const many = evenly(161, 16);
    assert.deepEqual([many.length, many[0], many.at(-1)], [16, 1, 161]);
    assert.equal(new Set(many).size, 16);
  });
});

/** The mean of each channel is a score. */
function withoutWeights() {
  const b = new GraphBuilder();
  const pooled = b.add('GlobalAveragePool', [b.input('pixels', 'float32', [N, 3, 8, 8])]);
  return b.build('plain', { scores: b.add('Flatten', [pooled], { axis: 1 }) });
}

describe('a sanity check', () => {
  const rig = useEngine();

  it('shuffles more layers at each step of a cascade, and one at a time otherwise', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const cascade = await rig.engine.check({ ...request, mode: 'cascading' });
    assert.equal(cascade.layers, 3);
    assert.deepEqual(cascade.steps.map(({ layers }) => layers), [1, 2, 3]);
    const independent = await rig.engine.check({ ...request, mode: 'independent' });
    assert.deepEqual(independent.steps.map(({ layers }) => layers), [1, 1, 1]);
    assert.deepEqual(independent.steps.map(({ title }) => title), cascade.steps.map(({ title }) => title));
    assert.deepEqual(independent.steps[0], cascade.steps[0], 'both begin with the last layer alone');
  });

  it('explains other classes, without changing the model', async () => {
    const { steps, class: explained } = await rig.engine.check({ ...await rig.request({ technique: 'saliency' }), mode: 'random-logit' });
    assert.equal(steps.length, 3, 'there are four classes');
    assert.equal(new Set([explained.name, ...steps.map(({ title }) => title)]).size, 4);
    assert.equal(rig.compiled.length, 1, 'one program serves all classes');
  });

  it('has the same numbers for the same seed, and others for another', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const similarities = async (seed: number) => (await rig.engine.check({ ...request, seed })).steps.map(({ similarity }) => similarity);
    const first = await similarities(1);
    assert.deepEqual(await similarities(1), first);
    assert.notDeepEqual(await similarities(2), first);
  });

  it('leaves the model and its map as they were, and none of its programs behind', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const before = (await rig.engine.explain(request)).map.values;
    const compiled = rig.compiled.length;
    await rig.engine.check(request);
    assert.equal(rig.compiled.length - compiled, 3);
    assert.equal(rig.disposed, 3);
    // Another class between, so that the last explanation is not merely remembered.
    await rig.engine.explain({ ...request, class: 1 });
    assert.deepEqual((await rig.engine.explain(request)).map.values, before);
  });

  it('keeps the answer to a quick one, whatever the picture', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const first = await rig.engine.check({ ...request, quick: true });
    const compiled = rig.compiled.length;
    assert.equal(await rig.engine.check({ ...request, quick: true }), first);
    assert.equal(rig.compiled.length, compiled);
  });

  it('lets other requests go between two of its steps', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const order: string[] = [];
    const explained: Promise<unknown>[] = [];
    await rig.engine.check(request, {
      signal: new AbortController().signal,
      progress: (message) => {
        if (message.startsWith('Sanity check') && explained.length === 0) {
          explained.push(rig.engine.explain({ ...request, class: 2 }).then(() => order.push('explained')));
        }
      },
    });
    order.push('checked');
    await Promise.all(explained);
    assert.deepEqual(order, ['explained', 'checked']);
  });

  it('is refused for a model without weights, and for other classes where there is one', async () => {
    const weightless = await rig.request({ technique: 'saliency', model: await writeModel(withoutWeights(), rig.at('plain.onnx')) });
    const single = await rig.request({ technique: 'saliency', model: await rig.model({ classes: 1 }) });
    await assert.rejects(rig.engine.check(weightless), { reason: 'model-unsuitable' });
    await assert.rejects(rig.engine.check({ ...single, mode: 'random-logit' }), { reason: 'model-unsuitable' });
  });

  it('ends where it is cancelled, and the engine goes on', async () => {
    const request = await rig.request({ technique: 'saliency' });
    const controller = new AbortController();
    const seen: string[] = [];
    const progress = (message: string): void => {
      seen.push(message);
      if (message.startsWith('Sanity check')) controller.abort();
    };
    await assert.rejects(rig.engine.check(request, { signal: controller.signal, progress }), CancelledError);
    assert.equal(new Set(seen.filter((message) => message.startsWith('Sanity check'))).size, 1);
    assert.equal((await rig.engine.check(request)).steps.length, 3);
  });

  it('of the bundled model tells saliency and Grad-CAM from guided backpropagation and deconvolution', async function () {
    this.timeout(240_000);
    const picture = { path: path.join(findPackageRoot(), 'media/samples/chelsea-cat.png') };
    const level = async (technique: string) => {
      return (await rig.engine.check({ picture, model: 'bundled:efficientnet-lite0', technique, quick: true })).verdict.level;
    };
    assert.equal(await level('saliency'), 'passed');
    assert.equal(await level('grad-cam'), 'passed');
    assert.equal(await level('guided-backprop'), 'failed');
    assert.equal(await level('deconvnet'), 'failed');
  });
});
