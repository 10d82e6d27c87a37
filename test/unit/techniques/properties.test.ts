/** What holds for every technique, whatever the model. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import type { RawResult, Technique } from '../../../src/techniques/technique.ts';
import { relativeErrors } from '../../support/errors-of-arrays.ts';
import { randomStream } from '../../support/random.ts';
import { convolutional, silent, silentScores } from '../../support/small-models.ts';
import { runTechnique, TechniqueBench, type TechniqueRequest } from '../../support/technique-bench.ts';

/** Few passes, so that the tests are quick, but more than one batch. */
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  'integrated-gradients': { steps: 11 }, 'smooth-grad': { samples: 11 }, 'layer-conductance': { steps: 11 }, rise: { samples: 19, cells: 3 },
};
const random: ReadonlySet<string> = new Set(['smooth-grad', 'rise']);
/** Those that run many inputs through a program for each sample. */
const sampling = ['integrated-gradients', 'smooth-grad', 'layer-conductance', 'rise', 'occlusion', 'score-cam'];

function pictures(count: number, seed = 1, side = 8): Tensor {
  const next = randomStream(seed);
  return tensorOf('float32', Float32Array.from({ length: count * 3 * side * side }, () => 2 * next() - 1), [count, 3, side, side]);
}

function bytesOf({ values, logits, standardError }: RawResult): Buffer {
  const tensors = [values, logits, ...(standardError ? [standardError] : [])];
  return Buffer.concat(tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}

function part({ type, dims, data }: Tensor, n: number): Tensor {
  const size = data.length / dims[0];
  return { type, dims: [1, ...dims.slice(1)], data: (data as Float32Array).slice(n * size, (n + 1) * size) };
}

/** The graph with a constant added to all its outputs. */
function shifted(graph: Graph, by: number): Graph {
  const b = GraphBuilder.from(graph);
  return b.build(graph.name, { shifted: b.add('Add', [graph.outputs[0].name, b.scalar(by)]) });
}

/** A network that sees the upper half of the picture only. */
function halfBlind(): Graph {
  const inner = convolutional();
  const b = new GraphBuilder();
  const image = b.input('picture', 'float32', [N, 3, 8, 8]);
  const seen = b.add('Slice', [image, b.ints([0]), b.ints([4]), b.ints([2])]);
  const conv = b.add('Conv', [seen, b.constant([...inner.initializers.values()][0])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const flat = b.add('Flatten', [b.add('Relu', [conv])], { axis: 1 });
  const next = randomStream(3);
  const weights = tensorOf('float32', Float32Array.from({ length: 5 * 32 * 4 }, () => next() - 0.5), [160, 4]);
  return b.build('half-blind', { scores: b.add('Gemm', [flat, b.constant(weights)]) });
}

describe('every technique', () => {
  const bench = new TechniqueBench(() => prepareModel(convolutional()));
  after(() => bench.dispose());
  const run = (technique: Technique, request: Partial<TechniqueRequest> = {}, on = bench): Promise<RawResult> =>
    runTechnique(on, technique, { input: pictures(3), classes: [2, 0, 1], layer: 'relu', parameters: quick[technique.id], seed: 5, ...request });

  for (const technique of techniques) {
    const presets = (technique.presets ?? []).map(({ id }) => ({ title: `${technique.title}, ${id}`, parameters: { ...quick[technique.id], preset: id } }));
    for (const { title, parameters } of [{ title: technique.title, parameters: quick[technique.id] }, ...presets]) {
      describe(title, () => {
        it('gives the same bytes for any batch size', async () => {
          assert.ok(bytesOf(await run(technique, { parameters })).equals(bytesOf(await run(technique, { parameters, singly: true }))));
        });

        it('is not touched by other pictures in the batch', async () => {
          const together = await run(technique, { parameters });
          const alone = await run(technique, { parameters, input: part(pictures(3), 1), classes: [0] });
          for (const what of ['values', 'logits', 'standardError'] as const) {
            assert.deepEqual(alone[what], together[what] && part(together[what], 1), what);
          }
          assert.deepEqual(together.metrics?.map(({ values }) => values[1]), alone.metrics?.map(({ values }) => values[0]));
        });

        it('does not change when a constant is added to all scores', async () => {
          const moved = new TechniqueBench(() => prepareModel(shifted(convolutional(), 3)));
          const [before, after] = [await run(technique, { parameters }), await run(technique, { parameters }, moved)];
          await moved.dispose();
          // Differences of scores lose digits that the constant takes: 3·6e-8 of scores around 0.1.
          const [error] = relativeErrors(after.values.data as Float32Array, before.values.data as Float32Array);
          assert.ok(error < 1e-5, `changes by ${error}`);
        });
      });
    }

    describe(technique.title, () => {
      it('depends on the seed only where it samples at random', async () => {
        const [one, same, other] = await Promise.all([5, 5, 6].map(async (seed) => bytesOf(await run(technique, { seed }))));
        assert.ok(one.equals(same));
        assert.equal(one.equals(other), !random.has(technique.id));
      });

      it('has values of the shape that its kind has, with its parameters documented', async () => {
        const { values, logits } = await run(technique);
        const { resolution } = technique.values;
        const channels = technique.family === 'cam' || ['occlusion', 'rise'].includes(technique.id) ? 1 : technique.family === 'layer' ? 5 : 3;
        assert.deepEqual(values.dims, [3, channels, 8, 8], resolution);
        assert.deepEqual(logits.dims, [3, 4]);
        for (const [name, field] of Object.entries(technique.parameters.shape)) {
          const { title, description } = field.meta() as { title?: string; description?: string };
          assert.ok(title && description, `${name} is not described`);
          assert.equal(technique.parameters.safeParse({}).success, true, `${name} has no default`);
        }
        for (const { id, parameters } of technique.presets ?? []) assert.equal(technique.parameters.safeParse(parameters).success, true, `preset ${id}`);
      });

      it('shows nothing, and no number that is none, where the score does not answer to the picture', async () => {
        const mute = new TechniqueBench(() => prepareModel(silent()));
        const { values, standardError, logits } = await run(technique, {}, mute);
        await mute.dispose();
        assert.deepEqual([...logits.data as Float32Array], [...silentScores, ...silentScores, ...silentScores]);
        // RISE weights masks by a score that is the same for all: it shows how often each pixel was seen. Deconvolution does not ask what was active.
        const exceptions: ReadonlySet<string> = new Set(['rise', 'deconvnet']);
        const empty = (value: number): boolean => (exceptions.has(technique.id) ? Number.isFinite(value) : value === 0);
        assert.ok((values.data as Float32Array).every(empty));
        assert.ok((standardError?.data as Float32Array | undefined ?? []).every((value) => Number.isFinite(value)));
      });
    });
  }
});

describe('attributions of input pixels', () => {
  const bench = new TechniqueBench(() => prepareModel(halfBlind()));
  after(() => bench.dispose());

  // RISE has the mean score at pixels that do not matter; Guided Grad-CAM needs a layer as large as the picture.
  for (const technique of techniques.filter(({ family, id }) => family === 'attribution' && id !== 'rise')) {
    const presets = [undefined, ...(technique.presets ?? []).map(({ id }) => id)];
    it(`${technique.title} is zero where the network does not look${presets.length > 1 ? ', with each preset' : ''}`, async () => {
      const layer = (await bench.model).layers.find(({ map }) => map.height === 4)!.name;
      for (const preset of presets) {
        const parameters = { ...(technique.id === 'occlusion' ? { window: 1 } : quick[technique.id]), ...(preset && { preset }) };
        const { values } = await runTechnique(bench, technique, { input: pictures(1), classes: [1], layer, parameters });
        const [, channels, height, width] = values.dims;
        let [seen, unseen] = [0, 0];
        for (let c = 0; c < channels; c++) {
          const plane = (values.data as Float32Array).subarray(c * height * width, (c + 1) * height * width);
          seen += plane.subarray(0, 4 * width).reduce((sum, value) => sum + Math.abs(value), 0);
          unseen += plane.subarray(4 * width).reduce((sum, value) => sum + Math.abs(value), 0);
        }
        assert.ok(seen > 0);
        assert.equal(unseen, 0);
      }
    });
  }

  it('RISE is the same everywhere where the network does not look, within its standard error', async () => {
    const rise = techniques.find(({ id }) => id === 'rise')!;
    const parameters = { samples: 1500, cells: 8, weight: 'score' };
    const { values, standardError } = await runTechnique(bench, rise, { input: pictures(1), classes: [1], parameters });
    // With cells of one pixel the last two rows share none with the rows that are seen: there E[s·M]/p is E[s].
    const [unseen, errors] = [values, standardError!].map(({ data }) => (data as Float32Array).subarray(48));
    const mean = unseen.reduce((sum, value) => sum + value, 0) / unseen.length;
    // Five standard errors: once in 1.7 million by chance, and the seed is fixed.
    unseen.forEach((value, i) => assert.ok(Math.abs(value - mean) < 5 * errors[i], `${value} instead of ${mean} ± ${errors[i]}`));
    const seen = (values.data as Float32Array).subarray(0, 32);
    assert.ok(seen.some((value, i) => Math.abs(value - mean) > 5 * Number(standardError!.data[i])), 'and something is seen');
  });
});

describe('techniques with many passes', () => {
  const bench = new TechniqueBench(() => prepareModel(convolutional()));
  after(() => bench.dispose());

  for (const technique of techniques.filter(({ id }) => sampling.includes(id))) {
    const request = { input: pictures(1), classes: [2], layer: 'relu', parameters: quick[technique.id], singly: true };

    it(`${technique.title} shows partial results that grow, each of the final shape`, async () => {
      const partial: RawResult[] = [];
      const { values } = await runTechnique(bench, technique, { ...request, report: (result) => partial.push(result) });
      assert.ok(partial.length >= 4, `${partial.length} partial results`);
      const counts = partial.map(({ samples }) => samples!.done);
      assert.deepEqual(counts, [...new Set(counts)].sort((a, b) => a - b));
      for (const { values: soFar, samples } of partial) {
        assert.ok(samples!.done < samples!.total);
        assert.deepEqual(soFar.dims, values.dims);
        assert.ok((soFar.data as Float32Array).every(Number.isFinite));
      }
    });

    it(`${technique.title} counts on from one picture to the next`, async () => {
      const counts: RawResult['samples'][] = [];
      await runTechnique(bench, technique, { ...request, input: pictures(2), classes: [2, 1], report: ({ samples }) => counts.push(samples) });
      const [total, done] = [counts[0]!.total, counts.map((samples) => samples!.done)];
      assert.ok(counts.every((samples) => samples!.total === total));
      assert.deepEqual(done, [...new Set(done)].sort((a, b) => a - b));
      assert.ok(done[0] < total / 2 && done.at(-1)! > total / 2);
    });

    it(`${technique.title} ends within a pass when it is cancelled`, async () => {
      const controller = new AbortController();
      let reports = 0;
      const report = (): void => {
        reports += 1;
        controller.abort();
      };
      await assert.rejects(runTechnique(bench, technique, { ...request, report, signal: controller.signal }), CancelledError);
      assert.equal(reports, 1);
    });
  }

  it('composites use the programs of their parts', async () => {
    const own = new TechniqueBench(() => prepareModel(convolutional()));
    const find = (id: string): Technique => techniques.find((one) => one.id === id)!;
    const compiled = async (id: string): Promise<string[]> => {
      const before = new Set(own.programs.keys());
      await runTechnique(own, find(id), { input: pictures(1), classes: [2], layer: 'relu', parameters: quick[id] });
      return [...own.programs.keys()].filter((key) => !before.has(key));
    };
    assert.deepEqual(await compiled('saliency'), ['gradient logit gradient']);
    assert.deepEqual(await compiled('input-x-gradient'), []);
    assert.deepEqual(await compiled('integrated-gradients'), ['forward']);
    assert.deepEqual(await compiled('smooth-grad'), []);
    assert.equal((await compiled('grad-cam')).length, 1);
    assert.equal((await compiled('guided-backprop')).length, 1);
    assert.deepEqual(await compiled('guided-grad-cam'), []);
    await own.dispose();
  });
});
