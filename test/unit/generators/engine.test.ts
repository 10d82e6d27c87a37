/** Generation through the engine: what comes back, how runs are steered, and what is judged. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { decodePicture, type Picture } from '../../../src/pictures/decode.ts';
import { differencePicture, sideBySide } from '../../../src/pictures/difference.ts';
import { preprocess } from '../../../src/pictures/preprocess.ts';
import { encodePng } from '../../../src/pictures/render-png.ts';
import { savedPicture } from '../../../src/pictures/saved-picture.ts';
import type { FrameNote, GenerateRequest } from '../../../src/protocol/generate.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { pixelRanges, roundToPixels } from '../../../src/techniques/pixel-range.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { hasReason, rejects } from '../../support/errors.ts';
import { noise } from '../../support/linear-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';

describe('Generation through the engine', () => {
  const rig = useEngine();

  async function visualization(changes: Partial<GenerateRequest> = {}): Promise<GenerateRequest> {
    return { generator: 'class-visualization', model: await rig.model(), classes: [1], parameters: { steps: 6 }, token: 'run', ...changes };
  }

  /** Runs with a look at each frame. */
  function generate(request: GenerateRequest, frame: (note: FrameNote) => void, signal = new AbortController().signal) {
    return rig.engine.generate(request, { signal, progress: () => undefined, frame });
  }

  it('answers with pictures, predictions, curves and a recipe that makes the same pictures again', async () => {
    const request = await visualization({ classes: [1, 'class 3'], seed: 3, token: undefined });
    const result = await rig.engine.generate(request);
    assert.deepEqual(result.pictures.map(({ width, height, data }) => [width, height, data.length]), [[8, 8, 256], [8, 8, 256]]);
    assert.deepEqual(result.predictions.map(({ length }) => length), [4, 4]);
    assert.deepEqual([result.step, result.total, result.ended, result.curves.length], [6, 6, 'done', 6]);
    assert.deepEqual(Object.keys(result.curves[0].values), ['score 1', 'score 2']);
    assert.deepEqual(result.classes.map(({ index }) => index), [1, 3]);
    const { generator, classes, parameters, seed } = result.recipe;
    const again = await rig.engine.generate({ model: request.model, generator, classes, parameters, seed });
    assert.deepEqual(again.pictures, result.pictures);
  });

  it('shows frames whose curves add up to those of the result', async () => {
    const frames: FrameNote[] = [];
    const result = await generate(await visualization(), (note) => frames.push(note));
    assert.ok(frames.every(({ token, pictures: [{ data }] }) => token === 'run' && data.length === 256));
    assert.deepEqual([frames[0].step, frames.at(-1)!.step], [0, 6]);
    assert.deepEqual(frames.flatMap(({ curves }) => curves), result.curves);
    assert.deepEqual(frames.at(-1)!.pictures, result.pictures);
  });

  it('stops when told to and keeps the picture', async () => {
    const result = await generate(await visualization({ parameters: { steps: 1000 } }), ({ step }) => {
      if (step === 0) assert.equal(rig.engine.steer({ token: 'run', stop: true }), true);
    });
    assert.equal(result.ended, 'stopped');
    assert.ok(result.step < 1000 && result.pictures.length === 1);
    assert.equal(rig.engine.steer({ token: 'run', stop: true }), false);
  });

  it('lets a picture be explained while a run is paused, and goes on', async () => {
    let explained = 0;
    const result = await generate(await visualization(), ({ step, paused }) => {
      if (step === 0 && !paused && explained === 0) {
        rig.engine.steer({ token: 'run', paused: true });
        void rig.request().then((asked) => rig.engine.explain(asked)).then(() => {
          explained += 1;
          rig.engine.steer({ token: 'run', paused: false });
        });
      }
    });
    assert.deepEqual([explained, result.ended, result.step], [1, 'done', 6]);
  });

  it('steers live parameters, adds steps, and says so in the recipe; refuses the others and leaves them', async () => {
    const steer = (change: object): boolean => rig.engine.steer({ token: 'run', ...change });
    let steered = false;
    const result = await generate(await visualization(), () => {
      if (steered) return;
      steered = true;
      assert.throws(() => steer({ parameters: { recipe: 'classic' } }), hasReason('parameter-invalid', /fixed while it runs/));
      assert.throws(() => steer({ parameters: { learningRate: -1 } }), hasReason('parameter-invalid', /learningRate/));
      assert.throws(() => steer({ parameters: { speed: 1 } }), hasReason('parameter-invalid', /no parameter "speed"/));
      assert.throws(() => steer({ more: 1e6 }), hasReason('parameter-invalid', /steps/));
      steer({ parameters: { learningRate: 0 }, more: 3 });
    });
    assert.deepEqual([result.step, result.total], [9, 9]);
    assert.equal(result.recipe.steered.length, 1);
    // With a rate of 0 nothing moves from the start.
    const still = await rig.engine.generate(await visualization({ parameters: { steps: 1, learningRate: 0 } }));
    assert.deepEqual(result.pictures, still.pictures);
  });

  it('goes on from an ended run as if it had not ended', async () => {
    const whole = await rig.engine.generate(await visualization({ token: 'whole', parameters: { steps: 8 } }));
    await rig.engine.generate(await visualization({ token: 'first', parameters: { steps: 5 } }));
    const rest = await rig.engine.generate(await visualization({ token: 'rest', resume: 'first', parameters: { steps: 8 } }));
    assert.deepEqual([rest.pictures, rest.curves], [whole.pictures, whole.curves]);
    await rejects(rig.engine.generate(await visualization({ resume: 'first', seed: 1 })), 'parameter-invalid', /other settings/);
    await rejects(rig.engine.generate(await visualization({ resume: 'first', parameters: { recipe: 'classic' } })), 'parameter-invalid', /other settings/);
    await rejects(rig.engine.generate(await visualization({ resume: 'never' })), 'run-lost', /not kept/);
  });

  it('ends with a cancellation, running or paused, and frees its programs', async () => {
    for (const paused of [false, true]) {
      const controller = new AbortController();
      const promise = generate(await visualization({ parameters: { steps: 1000 } }), ({ step }) => {
        if (paused) rig.engine.steer({ token: 'run', paused: true });
        if (step > 0 || paused) setTimeout(() => controller.abort(), 5);
      }, controller.signal);
      await assert.rejects(promise, CancelledError);
    }
    // The programs of the runs; that of the predictions was never needed.
    assert.equal(rig.disposed, rig.compiled.length);
  });

  it('refuses what does not fit, with the reason', async () => {
    const bad = async (changes: Partial<GenerateRequest>) => rig.engine.generate(await visualization({ classes: undefined, ...changes }));
    await rejects(bad({ generator: 'deep-draem' }), 'technique-unknown', /deep-draem/);
    await rejects(bad({}), 'parameter-invalid', /needs a class or a layer/);
    await rejects(bad({ classes: [4] }), 'class-out-of-range', /class 4/);
    await rejects(bad({ classes: [1], layer: 'features' }), 'parameter-invalid', /either classes or a layer/);
    await rejects(bad({ layer: 'featurs' }), 'layer-unknown', /featurs/);
    await rejects(bad({ layer: 'features', parameters: { channel: 77 } }), 'parameter-invalid', /channel 77/);
    await rejects(bad({ classes: [1], parameters: { steps: 0 } }), 'parameter-invalid', /steps/);
    await rejects(bad({ generator: 'pgd', classes: [1] }), 'picture-missing', /photograph/);
    await rejects(bad({ generator: 'pgd', layer: 'features', content: { path: await rig.picture() } }), 'parameter-invalid', /no layer/);
    const gone = await rig.picture();
    await rm(gone);
    await rejects(bad({ generator: 'pgd', classes: [1], content: { path: gone } }), 'picture-missing');
    const [top] = (await rig.engine.predict({ picture: { path: await rig.picture() }, model: await rig.model() })).predictions;
    await rejects(bad({ generator: 'pgd', classes: [top.index], content: { path: await rig.picture() } }), 'class-unsuitable', /already/);
  });

  it('judges a fooling picture by the file that it gives: opened again, the model says the same', async () => {
    const content = { path: await rig.picture() };
    const model = await rig.model();
    for (const generator of ['pgd', 'ascent', 'deep-fool', 'fgsm']) {
      const [top, second] = (await rig.engine.predict({ picture: content, model })).predictions;
      const { fooling, notes, metrics } = await rig.engine.generate({ generator, model, content, classes: [second.index] });
      assert.deepEqual(fooling!.before[0], top);
      const { file } = await rig.engine.savePixels({ pixels: fooling!.saved, file: rig.at(`${generator}.png`) });
      const { predictions } = await rig.engine.predict({ picture: { path: file }, model });
      assert.deepEqual(predictions, fooling!.asSaved);
      assert.equal(fooling!.fooledAsSaved, predictions[0].index === second.index);
      assert.equal(notes.some((note) => /not fooled|full precision only/.test(note)), !fooling!.fooledAsSaved);
      assert.ok(metrics.l2 > 0 && metrics.linf > 0 && metrics.psnr > 0);
    }
  });

  it('says that the model was not fooled where it was not', async () => {
    const [content, model] = [{ path: await rig.picture() }, await rig.model()];
    const { predictions } = await rig.engine.predict({ picture: content, model });
    const { fooling, notes, ended } = await rig.engine.generate({
      generator: 'fgsm', model, content, classes: [predictions[3].index], parameters: { epsilon: 0.001 },
    });
    assert.deepEqual([fooling!.fooled, fooling!.fooledAsSaved, ended], [false, false, 'done']);
    assert.match(notes.join(), /was not fooled: it still sees/);
  });

  it('saves nothing where the file cannot be', async () => {
    await writeFile(rig.at('file'), '');
    await rejects(rig.engine.savePixels({ pixels: { width: 1, height: 1, data: new Uint8Array(4) }, file: rig.at('file/x.png') }), 'write-failed');
  });
});

describe('A saved picture', () => {
  for (const preprocessing of [{ fit: 'crop', resize: 12 }, { fit: 'crop' }, { fit: 'squash' }, { fit: 'letterbox' }, { fit: 'crop', resize: 12, channels: 'bgr' }] as const) {
    for (const [width, height] of [[40, 25], [25, 40], [9, 8], [1, 1]]) {
      for (const from of ['photograph', 'nothing']) {
        it(`${JSON.stringify(preprocessing)} of ${from} ${width} × ${height} means the same to the model when it is opened`, async () => {
          const settings = preprocessingSchema.parse({ width: 8, height: 8, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4], ...preprocessing });
          const input = roundToPixels(tensorOf('float32', noise(192, 3), [1, 3, 8, 8]), pixelRanges(settings, 3));
          const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));
          const saved = savedPicture(from === 'photograph' ? { width, height, data } : undefined, input, settings);
          const picture = { ...saved, name: '', path: '', hash: '', notes: [] } as Picture;
          // float32 of another way to compute the same pixel's value
          preprocess(picture, settings).input.data.forEach((value, i) => assert.ok(Math.abs(Number(value) - Number(input.data[i])) < 1e-6));
        });
      }
    }
  }

  it('has a triptych and a difference around grey', async () => {
    const pixels = (value: number) => ({ width: 2, height: 1, data: Uint8Array.from([value, 10, 250, 255, value, 10, 250, 255]) });
    const difference = differencePicture(pixels(100), pixels(103), 10);
    assert.deepEqual([...difference.data], [158, 128, 128, 255, 158, 128, 128, 255]);
    assert.deepEqual([...differencePicture(pixels(200), pixels(0), 10).data.subarray(0, 4)], [0, 128, 128, 255]);
    const row = sideBySide([pixels(1), pixels(2)], 1);
    assert.deepEqual([row.width, row.height, [...row.data.subarray(8, 12)]], [5, 1, [0, 0, 0, 0]]);
    assert.equal((await encodePng(row)).length > 0, true);
  });
});

describe('The bundled model', () => {
  const rig = useEngine();
  const sample = 'media/samples/espresso.jpg';

  for (const recipe of ['classic', 'modern']) {
    it(`sees the class that was visualized (${recipe}), with a part of the usual steps`, async () => {
      const [{ reference: model }] = await rig.engine.bundledModels();
      const { predictions: [[first]] } = await rig.engine.generate({ generator: 'class-visualization', model, classes: [340], parameters: { recipe, steps: 40 } });
      assert.equal(first.index, 340);
    }).timeout(120_000);
  }

  it('is fooled by PGD on the espresso, as saved, within 8/255', async () => {
    const [{ reference: model }] = await rig.engine.bundledModels();
    const { fooling, metrics, ended } = await rig.engine.generate({ generator: 'pgd', model, content: { path: sample }, classes: ['macaw'] });
    assert.equal(ended, 'reached');
    assert.equal(fooling!.before[0].name, 'espresso');
    assert.equal(fooling!.asSaved[0].name, 'macaw');
    assert.ok(fooling!.asSaved[0].probability > 0.5);
    assert.ok(metrics.linf <= 8 / 255 + 1e-6);
    const opened = rig.at('opened.png');
    await rig.engine.savePixels({ pixels: fooling!.saved, file: opened });
    assert.equal((await decodePicture(opened)).height, 256);
  }).timeout(120_000);
});
