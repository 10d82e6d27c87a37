/** Computing only what changes around a covered rectangle gives what the whole network gives for the whole covered picture. */
import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { readModel } from '../../../src/formats/read-model.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import { cutsOf, findCuts, frameSides, type Cut, type Rectangle } from '../../../src/graph/locality.ts';
import type { Model } from '../../../src/graph/model.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { scoreCovered } from '../../../src/techniques/covered.ts';
import { scoresOf } from '../../../src/techniques/forward.ts';
import { occlusion, windowsOf } from '../../../src/techniques/occlusion.ts';
import { noise } from '../../support/linear-model.ts';
import { randomStream } from '../../support/random.ts';
import { perceptron } from '../../support/small-models.ts';
import { runTechnique, TechniqueBench } from '../../support/technique-bench.ts';

const kinds = ['conv', 'conv', 'max', 'mean', 'pad', 'scale', 'residual', 'branches'] as const;
interface Network {
  readonly height: number;
  readonly width: number;
  readonly layers: readonly (typeof kinds)[number][];
  readonly window: number;
  readonly stride: number;
  readonly seed: number;
}
const network: fc.Arbitrary<Network> = fc.record({
  height: fc.integer({ min: 30, max: 53 }), width: fc.integer({ min: 30, max: 53 }), seed: fc.integer({ min: 1, max: 1e6 }),
  layers: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5 }), window: fc.integer({ min: 1, max: 17 }),
  stride: fc.integer({ min: 3, max: 17 }),
});

/** Layers with random kernels, strides, dilations and paddings, different along the two axes, and weights for each position at the end. */
function build({ height, width, layers, seed }: Network): Graph {
  const next = randomStream(seed);
  const from = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const b = new GraphBuilder();
  const weights = (dims: readonly number[]): string =>
    b.constant(tensorOf('float32', Float32Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => next() - 0.5), dims));
  const channels = 4;
  const conv = (x: string, attributes: object, kernel: readonly number[]): string =>
    b.add('Conv', [x, weights([channels, b.shape(x)[1] as number, ...kernel]), weights([channels])], { ...attributes });
  const window = (kernel: readonly number[], mostPadding: readonly number[]): Record<string, readonly number[]> =>
    ({ kernel_shape: kernel, strides: [from(1, 3), from(1, 3)], pads: [0, 1, 0, 1].map((axis) => from(0, mostPadding[axis])) });
  let x = conv(b.input('pixels', 'float32', [N, 3, height, width]), { pads: [1, 1, 1, 1], strides: [from(1, 2), from(1, 2)] }, [3, 3]);
  for (const layer of layers) {
    const kernel = [from(1, 4), from(1, 4)];
    const room = b.shape(x).slice(2) as number[];
    if (room.some((size) => size < 8)) break;
    switch (layer) {
      case 'conv': x = b.add('Tanh', [conv(x, { ...window(kernel, [3, 3]), dilations: [from(1, 2), from(1, 2)] }, kernel)]); break;
      case 'max': x = b.add('MaxPool', [x], window(kernel, kernel.map((size) => size - 1))); break;
      case 'mean': x = b.add('AveragePool', [x], { ...window(kernel, kernel.map((size) => size - 1)), count_include_pad: from(0, 1) }); break;
      case 'pad': x = b.add('Pad', [x, b.ints([0, 0, from(0, 3), from(0, 3), 0, 0, from(0, 3), from(0, 3)]), b.scalar(0.5)]); break;
      case 'scale': x = b.add('Relu', [b.add('Add', [b.add('Mul', [x, weights([channels, 1, 1])]), b.scalar(0.3)])]); break;
      case 'residual': x = b.add('Add', [x, b.add('Tanh', [conv(x, { pads: [1, 2, 1, 2] }, [3, 5])])]); break;
      case 'branches': {
        const [left, right] = [conv(x, { pads: [2, 0, 2, 0] }, [5, 1]), conv(x, { pads: [1, 1, 1, 1] }, [3, 3])];
        x = conv(b.add('Concat', [left, right], { axis: 1 }), {}, [1, 1]);
      }
    }
  }
  const features = b.add('Flatten', [x], { axis: 1 });
  return b.build('random', { scores: b.add('Gemm', [features, weights([b.shape(features)[1] as number, 2])]) });
}

interface Falls {
  readonly logits: Float32Array;
  readonly falls: readonly number[];
}

function hiddenOf(input: Tensor): Float32Array {
  return noise(input.data.length, 77);
}

/** By what the technique runs. */
async function inFrames(bench: TechniqueBench, input: Tensor, rectangles: readonly Rectangle[], cuts: readonly Cut[]): Promise<Falls> {
  const falls: number[] = [];
  let logits = new Float32Array();
  await runTechnique(bench, { ...occlusion, run: async (context) => {
    await scoreCovered(context, {
      shown: input.data as Float32Array, hidden: hiddenOf(input), rectangles,
      begin: (row) => (logits = row.slice()), read: (index, fall) => (falls[index] = fall), after: () => undefined,
    }, cuts);
    return { values: input, logits: input, notes: [] };
  } }, { input, classes: [1] });
  return { logits, falls };
}

/** By the whole network for each covered picture, and for the picture first. */
async function asWholes(bench: TechniqueBench, input: Tensor, rectangles: readonly Rectangle[]): Promise<Falls> {
  const { height, width } = (await bench.model).input;
  const [shown, hidden] = [input.data as Float32Array, hiddenOf(input)];
  const covered = rectangles.map(({ top, bottom, left, right }) => shown.map((value, i) => {
    const [y, x] = [Math.floor(i / width) % height, i % width];
    return y >= top && y < bottom && x >= left && x < right ? hidden[i] : value;
  }));
  let found: Falls | undefined;
  await runTechnique(bench, { ...occlusion, run: async (context) => {
    const { logits, scores: [score, ...others] } = await scoresOf(context, [shown, ...covered]);
    found = { logits: logits[0], falls: others.map((other) => score - other) };
    return { values: input, logits: input, notes: [] };
  } }, { input, classes: [1] });
  return found!;
}

function picture({ input: { channels, height, width } }: Model, seed: number): Tensor {
  return tensorOf('float32', noise(channels * height * width, seed), [1, channels, height, width]);
}

/** Scores are sums of hundreds of terms, added up in another order: some units of float32's 6e-8 of the largest. A wrong position is per cents. */
function close(found: Falls, expected: Falls, what: string): void {
  const largest = Math.max(...expected.logits.map(Math.abs), ...expected.falls.map(Math.abs));
  const errors = [...expected.falls.map((fall, i) => fall - found.falls[i]), ...expected.logits.map((logit, i) => logit - found.logits[i])];
  assert.equal(found.falls.length, expected.falls.length);
  assert.ok(errors.every((error) => Math.abs(error) < 5e-6 * largest), `${what}: ${Math.max(...errors.map(Math.abs))} of ${largest}`);
}

async function bundled(): Promise<Model> {
  return prepareModel((await readModel(path.join(findPackageRoot(), 'models', 'efficientnet-lite0.onnx'))).graph);
}

describe('covered pictures', () => {
  it('have the scores that the whole network gives them, wherever it is cut', () => fc.assert(fc.asyncProperty(network, async (example) => {
    const model = prepareModel(build(example));
    const bench = new TechniqueBench(() => model);
    const rectangles = windowsOf(model.input.height, model.input.width, example.window, Math.min(example.stride, example.window + 4));
    const cuts = cutsOf(model);
    assert.ok(cuts.length > 1);
    const next = randomStream(example.seed + 1);
    const some = cuts.filter((_, i) => i === 0 || next() < 0.4);
    const input = picture(model, example.seed);
    const expected = await asWholes(bench, input, rectangles);
    for (const chosen of [[cuts[0]], [cuts[0], cuts.at(-1)!], some]) {
      close(await inFrames(bench, input, rectangles, chosen), expected, chosen.map(({ tensor }) => tensor).join());
    }
    await bench.dispose();
  }), { numRuns: 25 })).timeout(60_000);

  it('of the bundled model, which is cut', async () => {
    const model = await bundled();
    const bench = new TechniqueBench(() => model);
    const rectangles = windowsOf(model.input.height, model.input.width, 50, 58);
    const cuts = findCuts(model, [50, 50]);
    assert.ok(cuts.length > 1);
    const input = picture(model, 3);
    close(await inFrames(bench, input, rectangles, cuts), await asWholes(bench, input, rectangles), 'bundled');
    await bench.dispose();
  });
});

describe('cuts', () => {
  it('are where a small part of the picture changes a small part of a layer', async () => {
    const model = await bundled();
    const cuts = findCuts(model, [32, 32]);
    for (const [i, cut] of cuts.slice(0, -1).entries()) {
      const [height, width] = frameSides(cut, cuts[i + 1], [32, 32]);
      assert.ok(height * width < 0.5 * cut.sizes[0] * cut.sizes[1], `${cut.tensor}: ${height} × ${width} of ${cut.sizes.join(' × ')}`);
    }
    assert.ok(cuts.at(-1)!.nodes > 10);
  });

  it('are not made for a rectangle as large as the picture, nor in a model without local layers', async () => {
    assert.equal(findCuts(await bundled(), [224, 224]).length, 1);
    assert.equal(findCuts(prepareModel(perceptron()), [1, 1]).length, 1);
  });

  it('end before what looks at the whole picture, or at positions of its own', () => {
    const cutBy = (add: (b: GraphBuilder, x: string) => string): number => {
      const b = new GraphBuilder();
      const weights = (dims: readonly number[]): string => b.constant(tensorOf('float32', noise(dims.reduce((a, d) => a * d, 1), 1), dims));
      const conv = b.add('Conv', [b.input('pixels', 'float32', [N, 3, 8, 8]), weights([3, 3, 3, 3])]);
      const features = b.add('Relu', [add(b, b.add('Relu', [conv]))]);
      const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [features])], { axis: 1 });
      return cutsOf(prepareModel(b.build('ending', { scores: b.add('Gemm', [pooled, weights([3, 4])]) }))).length;
    };
    const local = cutBy((b, x) => b.add('Tanh', [x]));
    assert.equal(local, 5);
    const ending: Readonly<Record<string, (b: GraphBuilder, x: string) => string>> = {
      'squeeze and excitation': (b, x) => b.add('Mul', [x, b.add('GlobalAveragePool', [x])]),
      'weights of positions': (b, x) => b.add('Mul', [x, b.constant(tensorOf('float32', noise(36, 2), [6, 6]))]),
      'a transposition': (b, x) => b.add('Transpose', [x], { perm: [0, 1, 3, 2] }),
      mirroring: (b, x) => b.add('Pad', [x, b.ints([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }),
      'cutting off': (b, x) => b.add('Pad', [x, b.ints([0, 0, -1, 0, 0, 0, 0, 0])]),
      'normalisation of the picture': (b, x) => b.add('InstanceNormalization', [x, ...[1, 2].map((value) => b.constant(tensorOf('float32', [value, value, value])))]),
      'a softmax along rows': (b, x) => b.add('Softmax', [x], { axis: 3 }),
      'a product along rows': (b, x) => b.add('MatMul', [x, b.constant(tensorOf('float32', noise(36, 3), [6, 6]))]),
      'rows side by side': (b, x) => b.add('Concat', [x, x], { axis: 2 }),
    };
    for (const [what, add] of Object.entries(ending)) assert.equal(cutBy(add), 3, what);
  });
});
