/** A recipe makes the same bytes again, whatever happened to the run on its way; and runs go on from pictures alone, where nothing else is kept. */
import assert from 'node:assert/strict';
import { inputOfPixels, restorePixels } from '../../../src/pictures/restore.ts';
import type { FrameNote, GenerateRequest, GenerateResult } from '../../../src/protocol/generate.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { analysisGraph, synthesisGraph } from '../../../src/techniques/fourier-image.ts';
import { pixelRanges } from '../../../src/techniques/pixel-range.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { noise } from '../../support/linear-model.ts';

/** Names of generators, what they need, and a live parameter with another value. */
const cases = {
  'class-visualization': { classes: [1, 2], parameters: { steps: 6 }, live: { learningRate: 0.2 } },
  classic: { classes: [1], parameters: { recipe: 'classic', steps: 6 }, live: { stepSize: 3 } },
  'deep-dream': { classes: [1], content: true, parameters: { steps: 6 }, live: { stepSize: 4 } },
  ascent: { target: true, content: true, parameters: { steps: 6, stepSize: 0.01, confidence: 1 }, live: { stepSize: 0.02 } },
  pgd: { target: true, content: true, parameters: { steps: 6, confidence: 1 }, live: { stepSize: 2 } },
  'deep-fool': { target: true, content: true, parameters: { steps: 6, confidence: 1 }, live: { overshoot: 0.1 } },
  'from-noise': { classes: [1], parameters: { steps: 6, confidence: 1 }, live: { stepSize: 2 } },
  'style-transfer': { content: true, style: true, parameters: { steps: 6, size: 16, styleSize: 16 }, live: { rate: 1 } },
  'l-bfgs': { content: true, style: true, parameters: { steps: 6, size: 16, styleSize: 16, optimiser: 'l-bfgs', keepColours: true }, live: { variation: 3 } },
} as const;
const generators: Readonly<Record<string, string>> = { classic: 'class-visualization', 'l-bfgs': 'style-transfer' };

describe('A run that is made again', () => {
  const rig = useEngine();

  async function requestOf(name: keyof typeof cases): Promise<GenerateRequest> {
    const { classes, target, content, style, parameters } = { classes: [], target: false, content: false, style: false, ...cases[name] };
    const [model, picture] = [await rig.model(), { path: await rig.picture() }];
    const wanted = target ? (await rig.engine.predict({ picture, model })).predictions[1].index : undefined;
    return {
      generator: generators[name] ?? name, model, classes: wanted === undefined ? [...classes] : [wanted], parameters, seed: 3,
      content: content ? picture : undefined, style: style ? picture : undefined,
    };
  }

  function generate(request: GenerateRequest, frame: (note: FrameNote) => void = () => undefined): Promise<GenerateResult> {
    return rig.engine.generate(request, { signal: new AbortController().signal, progress: () => undefined, frame });
  }

  const replayed = (request: GenerateRequest, { recipe: { parameters, steered: changes, continued, stopped } }: GenerateResult) => (
    generate({ ...request, token: undefined, resume: undefined, from: undefined, parameters, replay: { steered: changes, continued, stopped } })
  );

  async function assertSame(request: GenerateRequest, result: GenerateResult): Promise<void> {
    const again = await replayed(request, JSON.parse(JSON.stringify(result)) as GenerateResult);
    assert.deepEqual(again.pictures, result.pictures);
    assert.deepEqual(again.curves, result.curves);
    assert.deepEqual(again.recipe, result.recipe);
    assert.deepEqual([again.step, again.ended], [result.step, result.ended]);
  }

  for (const name of Object.keys(cases) as (keyof typeof cases)[]) {
    it(`has the same bytes: ${name}, gone on with while the run is kept, with other parameters, and stopped`, async () => {
      const request = { ...await requestOf(name), token: name };
      const first = await generate(request);
      assert.equal(first.step, 6, first.notes.join());
      const second: GenerateRequest = { ...request, token: `${name} 2`, resume: name, parameters: { ...request.parameters, ...cases[name].live, steps: 50 } };
      const rest = await generate(second, ({ step }) => {
        if (step >= 8) rig.engine.steer({ token: second.token!, stop: true });
      });
      assert.equal(rest.ended, 'stopped');
      assert.deepEqual(rest.recipe.steered, [{ step: 6, parameters: { ...cases[name].live, steps: 50 } }]);
      assert.deepEqual(rest.recipe.continued, [{ step: 6, from: 'state' }]);
      assert.equal(rest.recipe.stopped, rest.step);
      await assertSame(request, rest);
    });

    it(`has the same bytes: ${name}, gone on with from its pictures alone, and says what was lost`, async () => {
      const request = await requestOf(name);
      const { pictures, step, curves, history } = await generate(request);
      const frames: FrameNote[] = [];
      const from = { pictures, step, curves, history };
      const rest = await generate({ ...request, from, parameters: { ...request.parameters, steps: 9 } }, (frame) => frames.push(frame));
      assert.deepEqual([rest.step, rest.curves.length], [9, 9]);
      assert.deepEqual(frames[0].pictures, pictures, 'it begins with what was kept');
      assert.match(rest.notes.join(), /Continued at step 6 from the picture as kept, rounded to 8 bits/);
      assert.equal(rest.notes.join().includes('the optimiser started afresh'), rig.engine.generators().find(({ id }) => id === request.generator)!.family !== 'fooling');
      await assertSame(request, rest);
    });
  }

  it('has the same bytes after it was steered before its first step, in the middle, and at its end', async () => {
    const request = { ...await requestOf('class-visualization'), token: 'steered', parameters: { steps: 60 } };
    const steer = (change: object): boolean => rig.engine.steer({ token: 'steered', ...change });
    const result = await generate(request, ({ step }) => {
      if (step === 0) {
        steer({ parameters: { shift: 2 } });
        setTimeout(() => steer({ parameters: { learningRate: 0.3 } }), 5);
      }
      if (step === 60) steer({ more: 3, parameters: { zoom: 0 } });
    });
    assert.deepEqual([result.step, result.recipe.parameters.steps], [63, 60]);
    assert.deepEqual(result.recipe.steered[0], { step: 0, parameters: { shift: 2 } });
    assert.deepEqual(result.recipe.steered.at(-1), { step: 60, parameters: { zoom: 0, steps: 63 } });
    assert.equal(result.recipe.steered.length, 3);
    await assertSame(request, result);
  });

  it('goes on with moments of its own: as if it had not ended, also twice and after it was stopped', async () => {
    const request = await requestOf('style-transfer');
    const parameters = { ...request.parameters, steps: 30 };
    const whole = await generate({ ...request, parameters });
    for (const [token, resume, until] of [['a', undefined, 2], ['b', 'a', 5], ['c', 'b', 30]] as const) {
      const rest = await generate({ ...request, parameters, token, resume, replay: { steered: [], stopped: until } });
      assert.equal(rest.step, until);
      if (until === 30) assert.deepEqual(rest.pictures, whole.pictures);
    }
  });

  it('goes on only with what it was: another model, picture, target, seed or fixed parameter is refused, and so are damaged pictures', async () => {
    const request = await requestOf('pgd');
    const { pictures, step, curves, history } = await generate(request);
    const from = { pictures, step, curves, history };
    await rejects(generate({ ...request, from, seed: 4 }), 'parameter-invalid', /other settings/);
    await rejects(generate({ ...request, from, parameters: { ...request.parameters, norm: 'l2' } }), 'parameter-invalid', /other settings/);
    await rejects(generate({ ...request, from, content: { path: 'media/samples/espresso.jpg' } }), 'parameter-invalid', /other settings/);
    await rejects(generate({ ...request, from: { ...from, pictures: [{ ...pictures[0], width: 9 }] } }), 'parameter-invalid', /damaged/);
  });
});

describe('What pixels stand for', () => {
  for (const channels of ['rgb', 'bgr', 'grey', 'rgba'] as const) {
    it(`is an input that is turned into those pixels again: ${channels}`, () => {
      const preprocessing = preprocessingSchema.parse({ width: 4, height: 3, channels, mean: [0.4], std: [0.2] });
      const data = Uint8Array.from({ length: 48 }, (_, i) => (i * 53) % 256);
      for (let i = 0; i < 12; i++) {
        if (channels === 'grey') data.fill(data[4 * i], 4 * i, 4 * i + 3);
        if (channels !== 'rgba') data[4 * i + 3] = 255;
      }
      const pixels = { width: 4, height: 3, data };
      const input = inputOfPixels([pixels, pixels], preprocessing);
      assert.equal(input.dims[0], 2);
      const second = input.data.subarray(input.data.length / 2);
      assert.deepEqual(restorePixels({ ...input, dims: input.dims.slice(1), data: second }, preprocessing), pixels);
    });
  }

  it('is a spectrum whose picture has those pixels', async () => {
    const runtime = await loadNative();
    const frame = { channels: 3, height: 6, width: 8 };
    for (const channels of ['rgb', 'bgr'] as const) {
      const preprocessing = preprocessingSchema.parse({ width: 8, height: 6, channels, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] });
      const ranges = pixelRanges(preprocessing, 3);
      const level = (value: number): number => Math.min(Math.max(Math.round(127 + 60 * value), 1), 254); // black and white have no finite spectrum
      const data = Uint8Array.from(noise(192, 5), (value, i) => (i % 4 === 3 ? 255 : level(value)));
      const analysis = await runtime.compile(analysisGraph(frame, channels, ranges));
      const synthesis = await runtime.compile(synthesisGraph(frame, channels, ranges));
      const { spectrum } = await analysis.run({ image: inputOfPixels([{ width: 8, height: 6, data }], preprocessing) });
      const { image } = await synthesis.run({ spectrum });
      assert.deepEqual(restorePixels(image, preprocessing).data, data);
      await Promise.all([analysis.dispose(), synthesis.dispose()]);
    }
  });
});
