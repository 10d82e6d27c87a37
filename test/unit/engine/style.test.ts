/** Style transfer and sweeps through the engine, on small models. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import sharp from 'sharp';
import { unattended, type Job } from '../../../src/engine/job.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import type { FrameNote, GenerateRequest, GenerateResult } from '../../../src/protocol/generate.ts';
import { useEngine } from '../../support/engine-rig.ts';
import { rejects } from '../../support/errors.ts';
import { perceptron, writeModel } from '../../support/small-models.ts';

describe('style transfer', () => {
  const rig = useEngine();

  /** Waves of colours, so that no two pictures have the same statistics. */
  async function waves(name: string, width: number, height: number, pitch: number): Promise<{ path: string }> {
    const data = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => 128 + 100 * Math.sin(pitch * i)));
    await sharp(data, { raw: { width, height, channels: 3 } }).png().toFile(rig.at(name));
    return { path: rig.at(name) };
  }

  async function request(parameters: Record<string, unknown> = {}): Promise<GenerateRequest> {
    return {
      generator: 'style-transfer', model: await rig.model(),
      content: await waves('content.png', 24, 16, 0.01), style: await waves('style.png', 20, 20, 1.3),
      parameters: { size: 16, styleSize: 20, steps: 12, rate: 0.1, ...parameters },
    };
  }

  const values = ({ curves }: GenerateResult, title: string): number[] => curves.map((point) => point.values[title]);
  const following = (frame: (note: FrameNote) => void): Job => ({ ...unattended, frame });

  it('keeps the photograph\'s proportions, whatever the model\'s input', async () => {
    const result = await rig.engine.generate(await request());
    assert.deepEqual([result.pictures.length, result.pictures[0].width, result.pictures[0].height], [1, 24, 16]);
    assert.deepEqual([result.ended, result.step, result.predictions], ['done', 12, []]);
    assert.equal(result.recipe.parameters.size, 16);
  });

  it('has a curve for each term, which add up to the total', async () => {
    const { curves } = await rig.engine.generate(await request());
    assert.deepEqual(Object.keys(curves[0].values), ['total', 'content', 'style relu', 'style features/relu', 'total variation']);
    for (const { values: { total, ...terms } } of curves) {
      const sum = Object.values(terms).reduce((a, b) => a + b, 0);
      // Sums of five numbers in another order
      assert.ok(Math.abs(total - sum) <= 1e-12 * Math.abs(sum));
    }
  });

  for (const optimiser of ['adam', 'l-bfgs']) {
    it(`brings the style nearer with ${optimiser}`, async () => {
      const result = await rig.engine.generate(await request({ optimiser }));
      for (const title of ['style relu', 'style features/relu']) {
        const losses = values(result, title);
        assert.ok(losses.at(-1)! < losses[0], `${title}: ${losses.join()}`);
      }
    });
  }

  it('says so where a preset\'s weights were chosen for another network', async () => {
    const notes = async (parameters: Record<string, unknown>): Promise<string> => (await rig.engine.generate(await request({ steps: 1, ...parameters }))).notes.join(' ');
    const published = { balanced: false, style1: 300_000, style2: 1000, style3: 15, style4: 3 };
    assert.match(await notes(published), /"The Starry Night" were chosen for SqueezeNet 1\.1/);
    assert.doesNotMatch(await notes({ ...published, style4: 4 }), /SqueezeNet/);
    assert.doesNotMatch(await notes({}), /SqueezeNet/);
  });

  it('leads back from noise to the content, lower with each step of L-BFGS', async () => {
    const result = await rig.engine.generate({
      ...await request({ mode: 'inversion', optimiser: 'l-bfgs', steps: 25, variation: 0, contentWeight: 1 }), style: undefined,
    });
    const losses = values(result, 'content');
    losses.slice(1).forEach((loss, i) => assert.ok(loss < losses[i], losses.join()));
    assert.ok(losses.at(-1)! < 0.2 * losses[0], losses.join());
    assert.deepEqual(Object.keys(result.curves[0].values), ['total', 'content', 'total variation']);
  });

  it('makes a texture of the style alone, another one for another seed', async () => {
    const asked = await request({ mode: 'texture' });
    const texture = (seed: number): Promise<GenerateResult> => rig.engine.generate({ ...asked, seed });
    const [one, same, other] = [await texture(1), await texture(1), await texture(2)];
    assert.ok(!('content' in one.curves[0].values));
    assert.deepEqual(one.pictures, same.pictures);
    assert.notDeepEqual(one.pictures, other.pictures);
  });

  it('makes the same bytes from the same recipe', async () => {
    for (const parameters of [{}, { optimiser: 'l-bfgs' }, { statistic: 'gram', softening: 2, keepColours: true }]) {
      const asked = await request(parameters);
      assert.deepEqual((await rig.engine.generate(asked)).pictures, (await rig.engine.generate(asked)).pictures);
    }
  });

  it('keeps the differences between the photograph\'s colours where they are to be kept', async () => {
    const asked = await request({ keepColours: true, contentWeight: 1 });
    const { pictures: [{ data }] } = await rig.engine.generate(asked);
    const photograph = await sharp(asked.content!.path).resize(24, 16).removeAlpha().raw().toBuffer();
    for (let i = 0; i < 24 * 16; i++) {
      const [made, given] = [[0, 1, 2].map((c) => data[4 * i + c]), [0, 1, 2].map((c) => photograph[3 * i + c])];
      if (made.some((value) => value < 2 || value > 253)) continue;
      // Each of the two bytes compared is rounded
      assert.ok(Math.abs(made[0] - made[2] - (given[0] - given[2])) <= 1, `${made.join()} for ${given.join()}`);
    }
  });

  it('acts on its weights while it runs, without another program', async () => {
    const token = 'live';
    const asked = { ...await request({ steps: 10_000, contentWeight: 0.1 }), token };
    let frames = 0;
    const result = await rig.engine.generate(asked, following(() => {
      frames += 1;
      if (frames === 2) rig.engine.steer({ token, parameters: { contentWeight: 50, style1: 0 } });
      if (frames === 4) rig.engine.steer({ token, stop: true });
    }));
    assert.deepEqual(rig.compiled, ['style-targets', 'style-targets', 'style-losses']);
    const [{ step }] = result.recipe.steered;
    assert.ok(step > 0 && step < result.step);
    const [content, style] = [values(result, 'content'), values(result, 'style relu')];
    assert.ok(style[step - 1] > 0 && style.slice(step).every((loss) => loss === 0));
    assert.ok(content.at(-1)! / 50 < content[step - 1] / 0.1);
  });

  it('refuses to change layers while it runs', async () => {
    const asked = { ...await request({ steps: 3 }), token: 'fixed' };
    let refusal: unknown;
    await rig.engine.generate(asked, following(() => {
      try {
        rig.engine.steer({ token: 'fixed', parameters: { statistic: 'gram' } });
      } catch (error) {
        refusal = error;
      }
    }));
    assert.match(String(refusal), /"statistic".*fixed/);
  });

  it('goes on from where it ended', async () => {
    const asked = await request({ steps: 6, rate: 0.02 });
    const first = await rig.engine.generate({ ...asked, token: 'first' });
    const second = await rig.engine.generate({ ...asked, parameters: { ...asked.parameters, steps: 10 }, token: 'second', resume: 'first' });
    assert.deepEqual([first.step, second.step, second.curves.length], [6, 10, 10]);
    assert.deepEqual(second.curves.slice(0, 6), first.curves);
    assert.ok(values(second, 'total')[9] < values(second, 'total')[0]);
  });

  it('keeps the picture when it is stopped, and gives programs back', async () => {
    const asked = { ...await request({ steps: 1000 }), token: 'stopped' };
    const result = await rig.engine.generate(asked, following(({ step }) => { if (step >= 3) rig.engine.steer({ token: 'stopped', stop: true }); }));
    assert.equal(result.ended, 'stopped');
    assert.ok(result.step < 1000 && result.pictures[0].data.length === 4 * 24 * 16);
    assert.equal(rig.disposed, rig.compiled.length);
  });

  it('goes on though its pictures are deleted meanwhile', async () => {
    const asked = { ...await request(), token: 'deleted' };
    const deleted: Promise<void>[] = [];
    const result = await rig.engine.generate(asked, following(({ step }) => {
      if (step === 0) deleted.push(rm(asked.content!.path), rm(asked.style!.path));
    }));
    await Promise.all(deleted);
    assert.equal(result.ended, 'done');
    await rejects(rig.engine.generate(asked), 'picture-missing');
  });

  describe('of unusual pictures', () => {
    it('fills the size with a single pixel', async () => {
      const asked = await request();
      const { pictures: [{ width, height }] } = await rig.engine.generate({ ...asked, content: await waves('one.png', 1, 1, 1) });
      assert.deepEqual([width, height], [16, 16]);
    });

    it('never makes a side longer than 512', async () => {
      const asked = await request({ steps: 1, size: 300 });
      const { pictures: [{ width, height }] } = await rig.engine.generate({ ...asked, content: await waves('long.png', 100, 20, 1) });
      assert.deepEqual([width, height], [512, 102]);
    });

    it('stays finite where content and style are the same picture', async () => {
      const asked = await request({ optimiser: 'l-bfgs', styleSize: 16 });
      const { pictures } = await rig.engine.generate({ ...asked, style: asked.content });
      assert.equal(pictures[0].width, 24);
    });
  });

  describe('of bad input', () => {
    it('names the picture that is missing', async () => {
      const asked = await request();
      await rejects(rig.engine.generate({ ...asked, style: undefined }), 'picture-missing', /needs a style/);
      await rejects(rig.engine.generate({ ...asked, content: undefined }), 'picture-missing', /needs a photograph/);
      await rejects(rig.engine.generate({ ...asked, style: { path: rig.at('gone.png') } }), 'picture-missing', /gone\.png/);
    });

    it('names layers and numbers that do not fit', async () => {
      await rejects(rig.engine.generate(await request({ contentLayer: 'nowhere' })), 'layer-unknown', /nowhere/);
      await rejects(rig.engine.generate(await request({ styleLayers: 'relu, nowhere' })), 'layer-unknown', /nowhere/);
      await rejects(rig.engine.generate(await request({ styleLayers: 'relu,relu,relu,relu,relu,relu' })), 'parameter-invalid', /6 style layers/);
      await rejects(rig.engine.generate(await request({ size: 5000 })), 'parameter-invalid', /"size"/);
      await rejects(rig.engine.generate({ ...await request(), classes: [1] }), 'parameter-invalid', /no class/);
      await rejects(rig.engine.generate({ ...await request(), model: await writeModel(perceptron(), rig.at('flat.onnx')) }), 'no-spatial-layer');
    });

    it('ends at once when cancelled', async () => {
      const controller = new AbortController();
      const job: Job = { ...unattended, signal: controller.signal, frame: () => controller.abort() };
      await assert.rejects(rig.engine.generate(await request({ steps: 1000 }), job), CancelledError);
    });
  });

  describe('swept', () => {
    it('makes each cell as if it were asked for alone, and a sheet of them', async () => {
      const asked = await request({ steps: 3, contentWeight: 7 });
      const fractions: number[] = [];
      const { cells, sheet } = await rig.engine.sweep({
        request: asked, columns: { parameter: 'contentWeight', values: [0, 1, 10] }, rows: { parameter: 'rate', values: [0.1, 0.5] },
      }, { ...unattended, progress: (_, fraction = 0) => fractions.push(fraction) });
      assert.deepEqual(fractions, fractions.toSorted((a, b) => a - b), 'from one cell to the next');
      assert.ok(fractions.at(-1)! > 5 / 6 && fractions.at(-1)! <= 1);
      assert.deepEqual(cells.map(({ recipe: { parameters } }) => [parameters.rate, parameters.contentWeight]),
        [[0.1, 0], [0.1, 1], [0.1, 10], [0.5, 0], [0.5, 1], [0.5, 10]]);
      const alone = await rig.engine.generate({ ...asked, parameters: { ...asked.parameters, rate: 0.5, contentWeight: 1 } });
      assert.deepEqual(cells[4].pictures, alone.pictures);
      assert.deepEqual([sheet.width, sheet.height], [3 * (24 + 4) + 4, 2 * (16 + 4) + 4]);
      // Second column, second row: the first pixel of cell 4
      const at = 4 * ((4 + 16 + 4) * sheet.width + 4 + 24 + 4);
      assert.deepEqual(sheet.data.slice(at, at + 96), alone.pictures[0].data.slice(0, 96));
    });

    it('refuses a grid before anything is made', async () => {
      const asked = await request();
      const columns = { parameter: 'rate', values: [0.1] };
      const sweep = (grid: object) => rig.engine.sweep({ request: asked, columns, ...grid });
      await rejects(sweep({ rows: { parameter: 'rate', values: [1] } }), 'parameter-invalid', /both sides/);
      await rejects(sweep({ rows: { parameter: 'size', values: [] } }), 'parameter-invalid', /no values/);
      await rejects(sweep({ rows: { parameter: 'size', values: [32, 1e9] } }), 'parameter-invalid', /"size"/);
      await rejects(sweep({ rows: { parameter: 'steps', values: Array.from({ length: 65 }, (_, i) => i + 1) } }), 'parameter-invalid', /65 cells/);
      assert.deepEqual(rig.compiled, []);
    });
  });
});
