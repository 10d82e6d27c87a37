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

/** Ways in which a layer's tensor may be laid out; prefix: tokens before those of the picture. */
type Layout = 'spatial' | 'channels-last' | { readonly prefix: number };

/** A layer that is the negative of the picture, laid out as asked for, and two scores: Σ g·A, and its negative. */
function known(layout: Layout): Graph {
  const b = new GraphBuilder();
  const identity = tensorOf('float32', Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0)), [channels, channels, 1, 1]);
  const image = b.add('Conv', [b.input('picture', 'float32', [N, channels, height, width]), b.constant(identity)], { kernel_shape: [1, 1] });
  const channelsLast = Array.from({ length: channels * cells }, (_, i) => gradient[(i % channels) * cells + Math.floor(i / channels)]);
  let [arranged, weights] = [image, Array.from(gradient)];
  if (layout === 'channels-last') {
    [arranged, weights] = [b.add('Transpose', [image], { perm: [0, 2, 3, 1] }), channelsLast];
  } else if (layout !== 'spatial') {
    const tokens = b.add('Transpose', [b.reshape(image, [N, channels, cells])], { perm: [0, 2, 1] });
    arranged = b.add('Pad', [tokens, b.ints([0, layout.prefix, 0, 0, 0, 0])]);
    // What speaks for the class in the tokens before is no part of the map.
    weights = [...new Array<number>(layout.prefix * channels).fill(5), ...channelsLast];
  }
  const flat = b.add('Flatten', [b.add('Neg', [arranged])], { axis: 1 });
  const matrix = tensorOf('float32', weights.flatMap((g) => [g, -g]), [weights.length, 2]);
  return b.build('known', { scores: b.add('Gemm', [flat, b.constant(matrix)]) });
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

async function mapOfLayer(layout: Layout, id: string, chosen: number, parameters: Record<string, unknown>): Promise<Float32Array> {
  const bench = new TechniqueBench(() => prepareModel(known(layout)));
  const { layers } = await bench.model;
  const { values } = await runTechnique(bench, techniques.find((one) => one.id === id)!, {
    input: tensorOf('float32', activation.map((value) => -value), [1, channels, height, width]), classes: [chosen], parameters,
    layer: layers.find(({ op }) => op === 'Neg')!.name,
  });
  await bench.dispose();
  assert.deepEqual(values.dims, [1, 1, height, width]);
  return values.data as Float32Array;
}

function close(actual: Float32Array, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  // Sums of at most 60 terms in float32, some of them quotients whose denominator is a difference.
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) <= 2e-5 * scale, `position ${i}: ${actual[i]} instead of ${value}`));
}

describe('class activation maps of a layer whose gradient is known', () => {
  for (const [id, parameters, weight] of formulas) {
    it(`${id} ${JSON.stringify(parameters)} is its formula, whose negative part the ReLU takes away`, async () => {
      const expected = mapOf(weight);
      assert.ok(expected.some((value) => value < 0) && expected.some((value) => value > 0));
      close(await mapOfLayer('spatial', id, 0, { ...parameters, relu: false }), expected);
      close(await mapOfLayer('spatial', id, 0, parameters), expected.map((value) => Math.max(value, 0)));
    });
  }

  it('are the same where channels come last, and of tokens, those before the picture\'s left out', async () => {
    for (const layout of ['channels-last', { prefix: 0 }, { prefix: 1 }, { prefix: 2 }, { prefix: 5 }] as const) {
      for (const [id, parameters, weight] of formulas) close(await mapOfLayer(layout, id, 0, { ...parameters, relu: false }), mapOf(weight));
    }
  });

  it('turn round with the class where they are linear in the gradient, and are those of the other class where they are not', async () => {
    for (const id of ['grad-cam', 'hires-cam']) {
      close(await mapOfLayer('spatial', id, 1, { relu: false }), [...await mapOfLayer('spatial', id, 0, { relu: false })].map((value) => -value));
    }
    close(await mapOfLayer('spatial', 'layer-cam', 1, { relu: false }), mapOf((k, i) => Math.max(-at(gradient, k, i), 0)));
    close(await mapOfLayer('spatial', 'grad-cam-plus-plus', 1, { relu: false }), mapOf(plusPlus(0, -1)));
  });
});
