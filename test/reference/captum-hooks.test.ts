/**
 * Presets *captum* where that library's hooks decide: the same networks as in data/captum-hooks.py, which made the numbers. DeepLIFT where its
 * modules meet, branch and overlap: what the first and the last lose of the score's difference no rule can lose that conserves it. Guided
 * backpropagation and deconvolution where rectifiers are not all ReLU.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { N, type Graph } from '../../src/graph/graph.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { deepLift } from '../../src/techniques/deep-lift.ts';
import { techniques } from '../../src/techniques/registry.ts';
import type { Technique } from '../../src/techniques/technique.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';
import { referenceRuntimes } from '../support/runtimes.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';

interface Case {
  readonly values: readonly number[];
  readonly difference: number;
}

const { citation, cases, ruled } = JSON.parse(readFileSync(join(import.meta.dirname, 'data', 'captum-hooks.json'), 'utf8')) as {
  citation: string; cases: Readonly<Record<string, Case>>; ruled: Readonly<Record<string, readonly number[]>>;
};
const side = 6;
const picture = tensorOf('float32', Array.from({ length: side * side }, (_, i) => Math.sin(3.1 * i + 1)), [1, 1, side, side]);

type Layer = (input: string) => string;

const networks: Readonly<Record<string, (b: GraphBuilder, image: string) => string>> = {
  overlapping: (b, image) => sums(b)(maxPool(b, 3, 2, 1)(conv(b, 0, 3, 1, 3)(image))),
  behind: (b, image) => {
    const pooled = maxPool(b, 2, 1, 0)(b.add('Relu', [conv(b, 1, 3, 1, 3)(image)]));
    return sums(b)(conv(b, 2, 2, 3, 1)(b.add('Sigmoid', [pooled])));
  },
  branches: (b, image) => {
    const first = conv(b, 3, 3, 1, 3)(image);
    const parts = [b.add('Relu', [first]), conv(b, 4, 2, 3, 1)(first), maxPool(b, 3, 1, 1)(first)];
    const pooled = maxPool(b, 3, 2, 0, 1)(b.add('Concat', parts, { axis: 1 }));
    const behind = maxPool(b, 2, 1, 0)(pooled);
    const channels = (from: string, start: number, end: number): string => b.add('Slice', [from, b.ints([start]), b.ints([end]), b.ints([1])]);
    const third = b.add('Tanh', [conv(b, 5, 2, 3, 3)(channels(pooled, 0, 3))]);
    const fourth = b.add('Elu', [conv(b, 6, 2, 3, 1)(channels(behind, 5, 8))]);
    return [third, fourth, pooled].map(sums(b)).reduce((a, c) => b.add('Add', [a, c]));
  },
  unhooked: (b, image) => {
    const first = conv(b, 7, 3, 1, 3)(image);
    const a = b.add('Mul', [first, b.add('Sigmoid', [first])]);
    const clipped = b.add('Clip', [b.add('Mul', [conv(b, 8, 3, 3, 3)(a), b.scalar(4)]), b.scalar(0), b.scalar(6)]);
    const third = conv(b, 9, 2, 3, 1);
    const gate = b.add('Sigmoid', [third(b.add('GlobalAveragePool', [a]))]);
    return sums(b)(b.add('Mul', [third(b.add('Add', [clipped, a])), gate]));
  },
};

function rectifiers(b: GraphBuilder, image: string): string {
  const twice = (input: string): string => b.add('Mul', [input, b.scalar(2)]);
  const first = b.add('Clip', [twice(conv(b, 10, 3, 1, 3)(image)), b.constant(tensorOf('float32', [0], [])), b.constant(tensorOf('float32', [6], []))]);
  const second = b.add('LeakyRelu', [twice(conv(b, 11, 3, 3, 3)(first))], { alpha: 0.2 });
  const third = b.add('Relu', [twice(conv(b, 12, 3, 3, 3)(second))]);
  const fourth = b.add('PRelu', [twice(conv(b, 13, 3, 3, 3)(third)), b.constant(tensorOf('float32', [0.3], [1, 1, 1]))]);
  const last = twice(conv(b, 14, 2, 3, 1)(fourth));
  return sums(b)(b.add('Mul', [last, b.add('Sigmoid', [last])]));
}

function conv(b: GraphBuilder, salt: number, out: number, into: number, kernel: number): Layer {
  const weights = Array.from({ length: out * into * kernel * kernel }, (_, i) => 0.7 * Math.sin(1.7 * i + salt));
  const biases = Array.from({ length: out }, (_, i) => 0.3 * Math.sin(2.3 * i + salt));
  const pad = kernel >> 1;
  return (input) => b.add('Conv', [input, b.constant(tensorOf('float32', weights, [out, into, kernel, kernel])), b.constant(tensorOf('float32', biases))],
    { pads: [pad, pad, pad, pad] });
}

function maxPool(b: GraphBuilder, kernel: number, stride: number, pad: number, ceil = 0): Layer {
  return (input) => b.add('MaxPool', [input], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad], ceil_mode: ceil });
}

function sums(b: GraphBuilder): Layer {
  return (input) => b.add('ReduceSum', [b.add('Flatten', [input], { axis: 1 }), b.ints([1])], { keepdims: 1 });
}

function graphOf(name: string, network = networks[name]): Graph {
  const b = new GraphBuilder();
  return b.build(name, { score: network(b, b.input('image', 'float32', [N, 1, side, side])) });
}

for (const { name: runtimeName, load } of referenceRuntimes) {
  describe(`DeepLIFT with Captum's hooks (${citation}; ${runtimeName})`, () => {
    for (const [name, { values: expected, difference }] of Object.entries(cases)) {
      it(`${name}, of whose difference the reference keeps ${Math.round((100 * expected.reduce((a, c) => a + c, 0)) / difference)} %`, async () => {
        const bench = new TechniqueBench(() => prepareModel(graphOf(name)), load);
        const explain = (rule: 'captum' | 'rescale') =>
          runTechnique(bench, deepLift as unknown as Technique, { input: picture, classes: [0], parameters: { preset: 'captum', rule } });
        const [captum, own] = [await explain('captum'), await explain('rescale')];
        await bench.dispose();
        // float32, with quotients of differences that cancel down to a hundredth.
        assert.ok(relativeErrors(captum.values.data as Float32Array, expected)[0] < 2e-5, String(captum.values.data));
        const [delta, found] = own.metrics!.map(({ values }) => values[0]);
        assert.ok(Math.abs(found - difference) < 1e-5 * Math.abs(difference));
        assert.ok(Math.abs(delta) < 1e-5 * Math.abs(difference), 'our own rule keeps it');
      });
    }
  });
}

describe(`rules at rectifiers with Captum's hooks (${citation.split(': ')[0]})`, () => {
  const bench = new TechniqueBench(() => prepareModel(graphOf('rectifiers', rectifiers)));
  after(() => bench.dispose());

  for (const [id, expected] of Object.entries(ruled)) {
    it(`${id}: they act at ReLU alone, and the result says so`, async () => {
      const technique = techniques.find((one) => one.id === id)!;
      const { values, notes } = await runTechnique(bench, technique, { input: picture, classes: [0], parameters: { preset: 'captum' } });
      // float32 of the gradient of five convolutions.
      assert.ok(relativeErrors(values.data as Float32Array, expected)[0] < 5e-6, String(values.data));
      assert.match(notes.join(), /does not act at Sigmoid .*does not act at Clip, LeakyRelu, PRelu/);
      const own = await runTechnique(bench, technique, { input: picture, classes: [0], parameters: { smooth: 'as-is' } });
      assert.ok(relativeErrors(own.values.data as Float32Array, expected)[0] > 0.1, 'the rule at every rectifier is another');
    });
  }
});
