/** The same recipe gives the same bytes on the same runtime, for any batch size and number of threads: every technique and every generator. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { readModel } from '../../../src/formats/read-model.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import type { Model } from '../../../src/graph/model.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import type { Runtime } from '../../../src/runtimes/runtime.ts';
import { batchSize } from '../../../src/techniques/batches.ts';
import { generators } from '../../../src/techniques/generators.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { sample } from '../../../src/techniques/run-graph.ts';
import type { RawResult, Technique } from '../../../src/techniques/technique.ts';
import { nativeWithThreads, withBatchesOf } from '../../support/batch-sizes.ts';
import { GeneratorBench } from '../../support/generator-bench.ts';
import { noise, photograph } from '../../support/linear-model.ts';
import { referenceRuntimes } from '../../support/runtimes.ts';
import { convolutional } from '../../support/small-models.ts';
import { runTechnique, TechniqueBench, type TechniqueRequest } from '../../support/technique-bench.ts';

/** Side of the pictures, large enough that ONNX Runtime shares the work among its threads. */
const side = 48;
const model = prepareModel(convolutional({ side }));

/** Few passes, and a number that no batch size divides. */
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  'integrated-gradients': { steps: 7 }, 'smooth-grad': { samples: 7 }, 'layer-conductance': { steps: 7 }, rise: { samples: 7 },
  occlusion: { window: 24 },
};
const steps: Readonly<Record<string, Record<string, unknown>>> = {
  fgsm: {}, 'style-transfer': { steps: 3, size: 48, styleSize: 48, contentLayer: 'features/relu', styleLayers: 'relu,features/relu' },
};

/** Convolutions with a normalisation of each position's channels between them, as PyTorch exports it. */
function channelsLast(): Graph {
  const b = new GraphBuilder();
  const weights = (dims: readonly number[], seed: number): string => b.constant(tensorOf('float32', noise(dims.reduce((a, c) => a * c, 1), seed), dims));
  const conv = b.add('Conv', [b.input('pixels', 'float32', [N, 3, side, side]), weights([24, 3, 3, 3], 1)]);
  const last = b.add('Transpose', [conv], { perm: [0, 2, 3, 1] });
  const mean = (of: string): string => b.add('ReduceMean', [of], { axes: [-1], keepdims: 1 });
  const centred = b.add('Sub', [last, mean(last)]);
  const deviation = b.add('Sqrt', [b.add('Add', [mean(b.add('Mul', [centred, centred])), b.scalar(1e-5)])]);
  const first = b.add('Transpose', [b.add('Div', [centred, deviation])], { perm: [0, 3, 1, 2] });
  const features = b.add('Tanh', [b.add('Conv', [first, weights([8, 24, 3, 3], 2)])]);
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [features])], { axis: 1 });
  return b.build('channels-last', { scores: b.add('Gemm', [pooled, weights([8, 4], 3)]) });
}

function pictures(count: number): Tensor {
  return tensorOf('float32', noise(count * 3 * side * side, 4), [count, 3, side, side]);
}

function equal(found: Tensor, expected: Tensor, what: string): void {
  assert.deepEqual(found.dims, expected.dims, what);
  const bytes = ({ data }: Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  assert.ok(bytes(found).equals(bytes(expected)), what);
}

async function explain(
  technique: Technique, runtime: () => Promise<Runtime>, changes: Partial<TechniqueRequest> = {}, on: Model = model,
): Promise<RawResult> {
  const bench = new TechniqueBench(() => on, runtime);
  try {
    return await runTechnique(bench, technique, { input: pictures(2), classes: [2, 0], layer: 'relu', parameters: quick[technique.id], seed: 5, ...changes });
  } finally {
    await bench.dispose();
  }
}

const [native, webAssembly] = referenceRuntimes.map(({ load }) => load);
const oneThread = (): Promise<Runtime> => nativeWithThreads(1);
const threads = (count: number) => (): Promise<Runtime> => nativeWithThreads(count);

describe('the same bytes', () => {
  for (const technique of techniques) {
    it(`${technique.title}: whatever the number of threads and the batch`, async () => {
      const expected = await explain(technique, oneThread);
      const others: Readonly<Record<string, Promise<RawResult>>> = {
        'as many threads as there are': explain(technique, native),
        'two threads': explain(technique, threads(2)),
        'three threads': explain(technique, threads(3)),
        'one at a time': explain(technique, oneThread, {}, withBatchesOf(model, 1)),
      };
      for (const [what, other] of Object.entries(others)) {
        for (const part of ['values', 'logits', 'standardError'] as const) {
          const [found, wanted] = [(await other)[part], expected[part]];
          if (wanted) equal(found!, wanted, `${part}, ${what}`);
        }
      }
    });
  }

  it('of eight pictures at once as of each alone', async () => {
    const classes = [2, 0, 1, 3, 3, 1, 0, 2];
    for (const technique of techniques) {
      const bench = new TechniqueBench(() => model);
      const request = { layer: 'relu', parameters: quick[technique.id], seed: 5 };
      const { values } = await runTechnique(bench, technique, { ...request, input: pictures(8), classes });
      for (const n of [0, 3, 7]) {
        const alone = await runTechnique(bench, technique, { ...request, input: sample(pictures(8), n), classes: [classes[n]] });
        equal(sample(values, n), alone.values, technique.id);
      }
      await bench.dispose();
    }
  });

  it('of the bundled model, for gradients and scores', async () => {
    const bundled = prepareModel((await readModel(path.join(findPackageRoot(), 'models', 'efficientnet-lite0.onnx'))).graph);
    const input = tensorOf('float32', noise(3 * 224 * 224, 6), [1, 3, 224, 224]);
    // Occlusion in frames.
    for (const [id, parameters] of Object.entries({ 'smooth-grad': { samples: 3 }, rise: { samples: 3 }, occlusion: { window: 64, stride: 64 } })) {
      const technique = techniques.find((one) => one.id === id)!;
      const request = { input, classes: [282], parameters };
      const expected = await explain(technique, oneThread, request, withBatchesOf(bundled, 1));
      equal((await explain(technique, threads(2), request, bundled)).values, expected.values, id);
    }
  });

  it('as WebAssembly, for a technique of one pass, of many gradients and of many scores', async () => {
    for (const technique of techniques.filter(({ id }) => ['hires-cam', 'smooth-grad', 'rise'].includes(id))) {
      const [two, one] = [2, 1].map((batch) => explain(technique, webAssembly, {}, withBatchesOf(model, batch)));
      equal((await two).values, (await one).values, technique.id);
    }
  });

  it('of a network with layer normalisation, whose sums ONNX Runtime orders by the batch: one sample goes through at a time', async () => {
    const normalised = prepareModel(channelsLast());
    assert.equal(batchSize(normalised), 1);
    const technique = techniques.find(({ id }) => id === 'integrated-gradients')!;
    const request = { layer: undefined, parameters: { steps: 5 } };
    const expected = await explain(technique, oneThread, request, normalised);
    for (const count of [2, 3, 4]) equal((await explain(technique, threads(count), request, normalised)).values, expected.values, `${count} threads`);
  });

  for (const generator of generators) {
    it(`${generator.title}: whatever the number of threads and the batch`, async () => {
      const paint = async (runtime: () => Promise<Runtime>, on: Model): Promise<Tensor> => {
        const bench = new GeneratorBench(on, undefined, runtime);
        try {
          const { picture } = await bench.run(generator, {
            classes: generator.needs.target === 'none' ? [] : generator.id === 'class-visualization' ? [1, 2, 3, 0, 2] : [1],
            content: photograph(3, side), style: photograph(4, side), parameters: steps[generator.id] ?? { steps: 3 }, seed: 11,
          });
          return picture;
        } finally {
          await bench.dispose();
        }
      };
      const expected = await paint(oneThread, model);
      equal(await paint(threads(2), model), expected, 'two threads');
      equal(await paint(threads(3), model), expected, 'three threads');
      equal(await paint(oneThread, withBatchesOf(model, 1)), expected, 'one at a time');
    });
  }
});
