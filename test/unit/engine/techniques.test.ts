/** What the engine adds to techniques: presets, the preprocessing's black, metrics, programs that several techniques use. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { parseParameters } from '../../../src/engine/parameters.ts';
import { encodeNpy } from '../../../src/pictures/npy.ts';
import { blackPixel } from '../../../src/pictures/preprocess.ts';
import { controlsOf, objection } from '../../../src/protocol/parameter-controls.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { generators } from '../../../src/techniques/generators.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { hasReason } from '../../support/errors.ts';

const integrated = techniques.find(({ id }) => id === 'integrated-gradients')!;

describe('presets', () => {
  it('give the parameters that are not given themselves', () => {
    assert.deepEqual(parseParameters(integrated, { preset: 'captum' }), { steps: 50, rule: 'gauss-legendre', baseline: 'zero' });
    assert.deepEqual(parseParameters(integrated, { preset: 'captum', baseline: 'mean' }), { steps: 50, rule: 'gauss-legendre', baseline: 'mean' });
  });

  it('are named where one is unknown', () => {
    assert.throws(() => parseParameters(integrated, { preset: 'other' }),
      (error: { help: string }) => hasReason('parameter-invalid', /no preset "other"/)(error) && /captum-trapezoid/.test(error.help));
    const saliency = techniques.find(({ id }) => id === 'saliency')!;
    assert.throws(() => parseParameters(saliency, { preset: 'captum' }), hasReason('parameter-invalid'));
  });
});

describe('parameters of techniques and generators', () => {
  const all = [...techniques, ...generators].flatMap(({ id, parameters }) => (
    controlsOf(z.toJSONSchema(parameters, { io: 'input' })).map((control) => ({ id, control }))));

  it('have titles, help, and units that say more than the titles', () => {
    for (const { id, control: { name, title, help, unit } } of all) {
      assert.ok(title !== name && help.length > 0, `${id} ${name}`);
      assert.notEqual(unit?.toLowerCase(), title.toLowerCase(), `${id} ${name}`);
    }
  });

  it('say what each of several choices means, in few words', () => {
    for (const { id, control } of all) {
      if (control.kind !== 'choice') continue;
      for (const { value, help } of control.choices) assert.ok(help.length > 0 && help.length < 150, `${id} ${control.name} ${value}`);
    }
  });

  it('depend on parameters and values that there are', () => {
    for (const { id, control: { name, when = {} } } of all) {
      for (const [other, value] of Object.entries(when)) {
        const found = all.find((one) => one.id === id && one.control.name === other)?.control;
        assert.ok(found && [value].flat().every((one) => objection(found, one) === undefined), `${id} ${name}`);
      }
    }
  });
});

describe('a black pixel', () => {
  it('is what preprocessing makes of one, in the order of the channels', () => {
    const parse = (more: object): number[] => blackPixel(preprocessingSchema.parse({ width: 4, height: 4, ...more }));
    assert.deepEqual(parse({ mean: [0.5, 0.25, 0], std: [0.5, 0.5, 1] }), [-1, -0.5, 0]);
    assert.deepEqual(parse({ channels: 'grey', mean: [0.5], std: [0.25] }), [-2]);
    assert.deepEqual(parse({ channels: 'rgba' }), [0, 0, 0, 1]);
  });
});

describe('techniques in the engine', () => {
  const rig = useEngine();

  it('come with their metrics, and techniques use one another\'s programs', async () => {
    const request = await rig.request({ technique: 'integrated-gradients', class: 1 });
    const { metrics, map, recipe } = await rig.engine.explain(request);
    const value = (id: string): number => metrics!.find((one) => one.id === id)!.value;
    const sum = map.values.reduce((a, one) => a + one, 0);
    // Sums of 192 numbers in float32 against double precision.
    assert.ok(Math.abs(sum - value('score-difference') - value('delta')) < 1e-5);
    assert.deepEqual(recipe.parameters, { steps: 50, rule: 'gauss-legendre', baseline: 'black' });
    const before = rig.compiled.length;
    await rig.engine.explain({ ...request, technique: 'smooth-grad', parameters: { samples: 2 } });
    await rig.engine.explain({ ...request, technique: 'input-x-gradient' });
    assert.equal(rig.compiled.length, before);
  });

  it('know no black for arrays, and say so', async () => {
    const model = await rig.model();
    await writeFile(rig.at('two.npy'), encodeNpy({ type: 'float32', dims: [2, 3, 8, 8], data: Float32Array.from({ length: 384 }, (_, i) => Math.sin(i)) }));
    const { metrics, notes } = await rig.engine.explainArray({ array: rig.at('two.npy'), classes: [1, 2], model, technique: 'integrated-gradients' });
    assert.deepEqual(metrics.map(({ values }) => values.length), [2, 2, 2]);
    assert.match(notes.join(), /the baseline is zero/);
  });
});
