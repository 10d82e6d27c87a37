/** Class activation maps against their formulas, at a layer whose activation A and gradient g are known: behind it the score is Σ g·A. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { noise } from '../../support/linear-model.ts';
import { runTechnique, TechniqueBench } from '../../support/technique-bench.ts';

const [channels, height, width] = [3, 4, 5];
const cells = height * width;
/** Of both signs, and different at every position. */
const activation = noise(channels * cells, 1);
const gradient = noise(channels * cells, 2);

/** The picture, which is the layer as well (a convolution leaves it as it is), and two scores: Σ g·A, and its negative. */
function known(): Graph {
  const b = new GraphBuilder();
  const identity = tensorOf('float32', Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0)), [channels, channels, 1, 1]);
  const layer = b.add('Conv', [b.input('picture', 'float32', [N, channels, height, width]), b.constant(identity)], { kernel_shape: [1, 1] });
  const weights = tensorOf('float32', Array.from(gradient).flatMap((g) => [g, -g]), [channels * cells, 2]);
  return b.build('known', { scores: b.add('Gemm', [b.add('Flatten', [layer], { axis: 1 }), b.constant(weights)]) });
}

/** Weight of position i of channel k. */
type Weight = (k: number, i: number) => number;

const at = (values: Float32Array, k: number, i: number): number => values[k * cells + i];
const sumOver = (count: number, of: (i: number) => number): number => Array.from({ length: count }, (_, i) => of(i)).reduce((a, c) => a + c, 0);

/** Σ over the channels of weight · A. */
function mapOf(weight: Weight): number[] {
  return Array.from({ length: cells }, (_, i) => sumOver(channels, (k) => weight(k, i) * at(activation, k, i)));
}

/** As the paper writes them. @param sign of the gradient */
function plusPlus(epsilon: number, sign = 1): Weight {
  return (k) => sumOver(cells, (i) => {
    const g = sign * at(gradient, k, i);
    const alpha = g ** 2 / (2 * g ** 2 + sumOver(cells, (j) => at(activation, k, j)) * g ** 3 + epsilon);
    return alpha * Math.max(g, 0);
  });
}

const formulas: readonly (readonly [string, Record<string, unknown>, Weight])[] = [
  ['grad-cam', {}, (k) => sumOver(cells, (i) => at(gradient, k, i)) / cells],
  ['grad-cam-plus-plus', {}, plusPlus(0)],
  ['grad-cam-plus-plus', { preset: 'pytorch-grad-cam' }, plusPlus(1e-6)],
  ['grad-cam-plus-plus', { epsilon: 0.01 }, plusPlus(0.01)],
  ['hires-cam', {}, (k, i) => at(gradient, k, i)],
  ['layer-cam', {}, (k, i) => Math.max(at(gradient, k, i), 0)],
];

describe('class activation maps of a layer whose gradient is known', () => {
  const bench = new TechniqueBench(() => prepareModel(known()));
  after(() => bench.dispose());

  async function mapsOf(id: string, chosen: number, parameters: Record<string, unknown>): Promise<Float32Array> {
    const model = await bench.model;
    const { values } = await runTechnique(bench, techniques.find((one) => one.id === id)!, {
      input: tensorOf('float32', activation, [1, channels, height, width]), classes: [chosen], layer: model.layers.find(({ op }) => op === 'Conv')!.name, parameters,
    });
    assert.deepEqual(values.dims, [1, 1, height, width]);
    return values.data as Float32Array;
  }

  function close(actual: Float32Array, expected: readonly number[]): void {
    const scale = Math.max(...expected.map(Math.abs));
    // Sums of at most 60 terms in float32, some of them quotients whose denominator is a difference.
    expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) <= 2e-5 * scale, `position ${i}: ${actual[i]} instead of ${value}`));
  }

  for (const [id, parameters, weight] of formulas) {
    it(`${id} ${JSON.stringify(parameters)} is its formula, whose negative part the ReLU takes away`, async () => {
      const expected = mapOf(weight);
      assert.ok(expected.some((value) => value < 0) && expected.some((value) => value > 0));
      close(await mapsOf(id, 0, { ...parameters, relu: false }), expected);
      close(await mapsOf(id, 0, parameters), expected.map((value) => Math.max(value, 0)));
    });
  }

  it('turn round with the class where they are linear in the gradient, and where they are not have that of the other class', async () => {
    for (const id of ['grad-cam', 'hires-cam']) {
      close(await mapsOf(id, 1, { relu: false }), [...await mapsOf(id, 0, { relu: false })].map((value) => -value));
    }
    close(await mapsOf('layer-cam', 1, { relu: false }), mapOf((k, i) => Math.max(-at(gradient, k, i), 0)));
    close(await mapsOf('grad-cam-plus-plus', 1, { relu: false }), mapOf(plusPlus(0, -1)));
  });
});
