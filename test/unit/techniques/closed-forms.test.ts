/** Techniques on models simple enough to know the answer by hand, and the sums that others must keep. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { techniques } from '../../../src/techniques/registry.ts';
import { MaskMaker } from '../../../src/techniques/rise.ts';
import type { RawResult } from '../../../src/techniques/technique.ts';
import { Upsampler } from '../../../src/techniques/upsample.ts';
import { hasReason } from '../../support/errors.ts';
import { convolutional } from '../../support/small-models.ts';
import { randomStream } from '../../support/random.ts';
import { runTechnique, TechniqueBench, type TechniqueRequest } from '../../support/technique-bench.ts';

function randomValues(seed: number, count: number): Float32Array {
  const next = randomStream(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

/** Runs a technique once on a graph. */
async function explain(graph: Graph, id: string, request: TechniqueRequest): Promise<RawResult> {
  const bench = new TechniqueBench(() => prepareModel(graph));
  try {
    return await runTechnique(bench, techniques.find((one) => one.id === id)!, request);
  } finally {
    await bench.dispose();
  }
}

/** Two scores, the first w·x and the second −w·x, of a picture with one channel. */
function linear(weights: Float32Array, height: number, width = height): Graph {
  const b = new GraphBuilder();
  const flat = b.add('Flatten', [b.input('picture', 'float32', [N, 1, height, width])], { axis: 1 });
  const matrix = tensorOf('float32', Array.from(weights).flatMap((w) => [w, -w]), [height * width, 2]);
  return b.build('linear', { scores: b.add('Gemm', [flat, b.constant(matrix)]) });
}

/** Score Σ w·x². */
function quadratic(weights: Float32Array, side: number): Graph {
  const b = new GraphBuilder();
  const flat = b.add('Flatten', [b.input('picture', 'float32', [N, 1, side, side])], { axis: 1 });
  const matrix = tensorOf('float32', weights, [side * side, 1]);
  return b.build('quadratic', { scores: b.add('Gemm', [b.add('Mul', [flat, flat]), b.constant(matrix)]) });
}

const side = 6;
const w = randomValues(1, side * side);
const x = randomValues(2, side * side);
const input = tensorOf('float32', x, [1, 1, side, side]);

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${i}: ${actual[i]} instead of ${expected[i]}`);
}

describe('SmoothGrad', () => {
  it('of a linear model is its weights, without a standard error and variance', async () => {
    const { values, standardError } = await explain(linear(w, side), 'smooth-grad', { input, classes: [0], parameters: { samples: 9 } });
    // The same number nine times, in double precision.
    close(values.data as Float32Array, w, 0);
    close(standardError!.data as Float32Array, new Float32Array(w.length), 1e-9);
    const { values: variance } = await explain(linear(w, side), 'smooth-grad', { input, classes: [0], parameters: { samples: 9, variant: 'variance' } });
    close(variance.data as Float32Array, new Float32Array(w.length), 1e-15);
    const { values: squared } = await explain(linear(w, side), 'smooth-grad', { input, classes: [1], parameters: { samples: 9, variant: 'squared' } });
    close(squared.data as Float32Array, w.map((value) => value ** 2), 1e-7);
  });

  it('of a quadratic model has the mean, the variance and the standard error that follow from the noise', async () => {
    const samples = 4000;
    const request = { input, classes: [0], seed: 11 };
    const deviation = 0.3 * (Math.max(...x) - Math.min(...x));
    const { values, standardError } = await explain(quadratic(w, side), 'smooth-grad', { ...request, parameters: { samples, noise: 0.3 } });
    const { values: variance } = await explain(quadratic(w, side), 'smooth-grad', { ...request, parameters: { samples, noise: 0.3, variant: 'variance' } });
    for (let i = 0; i < w.length; i++) {
      // g = 2w(x + σε)
      const spread = Math.abs(2 * w[i]) * deviation;
      // Five standard errors: once in 1.7 million by chance, and the seed is fixed.
      assert.ok(Math.abs((values.data[i] as number) - 2 * w[i] * x[i]) < (5 * spread) / Math.sqrt(samples));
      // The standard deviation of a variance of n normal numbers is √(2/n) of it, of its root half of that.
      assert.ok(Math.abs((standardError!.data[i] as number) * Math.sqrt(samples) / spread - 1) < 5 * Math.sqrt(0.5 / samples));
      assert.ok(Math.abs((variance.data[i] as number) / spread ** 2 - 1) < 5 * Math.sqrt(2 / samples));
    }
  });

  it('without noise is the gradient', async () => {
    const { values } = await explain(quadratic(w, side), 'smooth-grad', { input, classes: [0], parameters: { samples: 3, noise: 0 } });
    const { values: gradient } = await explain(quadratic(w, side), 'saliency', { input, classes: [0] });
    close(values.data as Float32Array, gradient.data as Float32Array, 0);
  });
});

describe('occlusion of a linear model', () => {
  it('is the mean over a pixel\'s windows of what they cover', async () => {
    const request = { input, classes: [0], parameters: { window: 3, stride: 2, baseline: 'black' }, black: [0.25] };
    const { values } = await explain(linear(w, side), 'occlusion', request);
    const contribution = (top: number, left: number): number => {
      let sum = 0;
      for (let y = top; y < Math.min(top + 3, side); y++) {
        for (let i = y * side + left; i < y * side + Math.min(left + 3, side); i++) sum += w[i] * (x[i] - 0.25);
      }
      return sum;
    };
    const expected = Array.from({ length: side * side }, (_, i) => {
      const [y, c] = [Math.floor(i / side), i % side];
      const starts = (at: number): number[] => [0, 2, 4].filter((start) => start <= at && at < start + 3);
      const all = starts(y).flatMap((top) => starts(c).map((left) => contribution(top, left)));
      return all.reduce((a, value) => a + value, 0) / all.length;
    });
    // Scores of 36 terms below 2 in float32.
    close(values.data as Float32Array, expected, 2e-6);
  });

  it('of single pixels is what integrated gradients, DeepLIFT and the gradient times the difference are', async () => {
    const request = { input, classes: [0], black: [0.5] };
    const expected = x.map((value, i) => w[i] * (value - 0.5));
    close((await explain(linear(w, side), 'occlusion', { ...request, parameters: { window: 1, baseline: 'black' } })).values.data as Float32Array, expected, 2e-6);
    close((await explain(linear(w, side), 'integrated-gradients', { ...request, parameters: { steps: 1 } })).values.data as Float32Array, expected, 1e-6);
    close((await explain(linear(w, side), 'deep-lift', request)).values.data as Float32Array, expected, 1e-6);
  });

  it('takes windows of a seventh of the shorter side, and steps of half of that, rounded down, unless told otherwise', async () => {
    const graph = linear(randomValues(3, 21 * 35), 21, 35);
    const request = { input: tensorOf('float32', randomValues(4, 21 * 35), [1, 1, 21, 35]), classes: [0] };
    const { values, samples } = await explain(graph, 'occlusion', request);
    const { values: told } = await explain(graph, 'occlusion', { ...request, parameters: { window: 3, stride: 1 } });
    assert.deepEqual(values, told);
    assert.equal(samples!.total, 19 * 33);
  });

  it('says so where the automatic window cuts the stride that was asked for', async () => {
    const ask = async (parameters: Record<string, unknown>) => (await explain(linear(w, side), 'occlusion', { input, classes: [0], parameters })).notes ?? [];
    const told = (await ask({ stride: 5 })).join(' ');
    assert.match(told, /The stride is 1 px instead of 5 px: the automatic window is 1 px/);
    assert.deepEqual(await ask({ stride: 1 }), []);
    assert.deepEqual(await ask({ window: 5, stride: 5 }), []);
  });

  it('covers with the picture\'s mean unless told otherwise', async () => {
    const { values } = await explain(linear(w, side), 'occlusion', { input, classes: [0], parameters: { window: 1 } });
    const mean = x.reduce((a, value) => a + value, 0) / x.length;
    close(values.data as Float32Array, x.map((value, i) => w[i] * (value - mean)), 2e-6);
  });
});

describe('RISE of a linear model', () => {
  const [cells, probability, samples] = [3, 0.4, 20_000];

  /** Rows: the pixels; columns: how much of each cell they show, at one shift; the mean over the shifts is taken by the caller. */
  function masks(shifts: number): Float64Array[][] {
    const whole = (cells + 1) * (side / cells);
    const enlarged = new Float32Array(whole * whole);
    const upsampler = new Upsampler({ height: cells, width: cells }, { height: whole, width: whole }, 'bilinear');
    const parts = Array.from({ length: cells * cells }, (_, cell) => {
      upsampler.resize(Float32Array.from({ length: cells * cells }, (__, i) => (i === cell ? 1 : 0)), enlarged);
      return enlarged.slice();
    });
    return Array.from({ length: shifts * shifts }, (_, shift) => Array.from({ length: side * side }, (__, i) => {
      const at = (Math.floor(i / side) + Math.floor(shift / shifts)) * whole + (i % side) + (shift % shifts);
      return Float64Array.from(parts, (one) => one[at]);
    }));
  }

  it('has the expectation that the masks\' moments give, within its own standard error', async () => {
    const request = { input, classes: [0], seed: 3, parameters: { samples, cells, probability, weight: 'score', baseline: 'zero' } };
    const { values, standardError } = await explain(linear(w, side), 'rise', request);
    // M = U·g with independent cells g, so E[M_i·M_j] = p²·(U1)_i·(U1)_j + p(1 − p)·Σ_k U_ik·U_jk, averaged over the shifts of 0 or 1 pixels.
    const expected = new Float64Array(side * side);
    const all = masks(side / cells);
    for (const one of all) {
      const sums = one.map((row) => row.reduce((a, value) => a + value, 0));
      for (let i = 0; i < expected.length; i++) {
        for (let j = 0; j < expected.length; j++) {
          const together = one[i].reduce((a, value, k) => a + value * one[j][k], 0);
          const moment = probability ** 2 * sums[i] * sums[j] + probability * (1 - probability) * together;
          expected[i] += (w[j] * x[j] * moment) / probability / all.length;
        }
      }
    }
    for (let i = 0; i < expected.length; i++) {
      const error = standardError!.data[i] as number;
      assert.ok(error > 0 && error < 0.05);
      assert.ok(Math.abs((values.data[i] as number) - expected[i]) < 5 * error, `${i}: ${values.data[i]} instead of ${expected[i]} ± ${error}`);
    }
  });

  it('has masks between 0 and 1 that show as much as they should', () => {
    const maker = new MaskMaker({ height: 50, width: 40 }, 7, 0.3, 1);
    const mask = new Float32Array(2000);
    let sum = 0;
    for (let i = 0; i < 400; i++) {
      maker.make(i, mask);
      assert.ok(mask.every((value) => value >= 0 && value <= 1));
      sum += mask.reduce((a, value) => a + value, 0) / mask.length;
    }
    // A mask's mean has a standard deviation below √(0.21/49)·2.
    assert.ok(Math.abs(sum / 400 - 0.3) < (5 * 0.13) / Math.sqrt(400), `${sum / 400}`);
  });
});

/** Convolutions, rectifiers, max-pooling, a gate and a smooth activation; weights by the seed. */
function network(seed: number): Graph {
  const weights = (dims: number[], salt: number): Tensor => tensorOf('float32', randomValues(seed * 7 + salt, dims.reduce((a, c) => a * c, 1)), dims);
  const b = new GraphBuilder();
  const image = b.input('picture', 'float32', [N, 3, 8, 8]);
  const conv = (from: string, dims: number[], salt: number): string =>
    b.add('Conv', [from, b.constant(weights(dims, salt)), b.constant(weights([dims[0]], salt + 50))], { kernel_shape: dims.slice(2), pads: [1, 1, 1, 1] });
  const first = b.add('Relu', [conv(image, [4, 3, 3, 3], 0)]);
  const pooled = b.add('MaxPool', [first], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const gate = b.add('Sigmoid', [b.add('GlobalAveragePool', [pooled])]);
  const gated = b.add('Mul', [pooled, gate]);
  const second = b.add('Tanh', [conv(gated, [5, 4, 3, 3], 1)]);
  const clipped = b.add('Clip', [conv(second, [4, 5, 3, 3], 2), b.scalar(0), b.scalar(1)]);
  const flat = b.add('Flatten', [b.add('MaxPool', [clipped], { kernel_shape: [2, 2], strides: [2, 2] })], { axis: 1 });
  return b.build('network', { scores: b.add('Gemm', [flat, b.constant(weights([16, 3], 3))]) });
}

describe('sums that must be kept', () => {
  const metric = ({ metrics }: RawResult, id: string): number => metrics!.find((one) => one.id === id)!.values[0];
  const total = ({ values }: RawResult): number => (values.data as Float32Array).reduce((a, value) => a + value, 0);

  it('DeepLIFT conserves the difference of the scores through activations, maxima and gates', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom('black', 'mean', 'blurred'), async (seed, baseline) => {
      const picture = tensorOf('float32', randomValues(seed + 99, 192), [1, 3, 8, 8]);
      const result = await explain(network(seed), 'deep-lift', { input: picture, classes: [seed % 3], parameters: { baseline } });
      const difference = metric(result, 'score-difference');
      // Multipliers of up to a few hundred at differences near zero, in float32.
      assert.ok(Math.abs(total(result) - difference) < 1e-4 * Math.max(1, Math.abs(difference)), `${total(result)} instead of ${difference}`);
    }), { numRuns: 20, seed: 1 });
  });

  it('integrated gradients and conductance keep it up to the delta that they report, which is small', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const picture = tensorOf('float32', randomValues(seed + 99, 192), [1, 3, 8, 8]);
      const layer = prepareModel(network(seed)).layers.find(({ op }) => op === 'MaxPool')!.name;
      for (const id of ['integrated-gradients', 'layer-conductance']) {
        const result = await explain(network(seed), id, { input: picture, classes: [seed % 3], layer, parameters: { steps: 200, baseline: 'black' } });
        const [difference, delta] = [metric(result, 'score-difference'), metric(result, 'delta')];
        // The sum of float32 values against a delta in double precision.
        assert.ok(Math.abs(total(result) - difference - delta) < 1e-5 * Math.max(1, Math.abs(difference)));
        // Each of a few kinks costs up to the jump of the gradient times the step, 1/200; what all pixels add and take away is their scale.
        const scale = (result.values.data as Float32Array).reduce((a, value) => a + Math.abs(value), 0);
        assert.ok(Math.abs(delta) < 0.02 * scale, `${id}: delta ${delta} of ${scale}`);
      }
    }), { numRuns: 6, seed: 2 });
  });

  it('every complete technique gives the score of a network without biases, where all of them are shares of it', async () => {
    // Such a network of rectifiers is linear along the ray from zero: s(t·x) = t·s(x), so that x·g and each layer's A·g add up to s. Behind the last
    // layer there are a mean and weights only: there the gradient is the same everywhere, and its mean is it.
    const { layers } = prepareModel(convolutional());
    const ways: readonly (readonly [string, string | undefined, Record<string, unknown>])[] = [
      ['input-x-gradient', undefined, {}], ['deep-lift', undefined, { baseline: 'zero' }], ['deep-lift', undefined, { preset: 'captum' }],
      ['integrated-gradients', undefined, { baseline: 'zero', steps: 1 }],
      ...layers.map(({ name }) => ['layer-gradient-x-activation', name, {}] as const),
      ...layers.map(({ name }) => ['hires-cam', name, { relu: false }] as const),
      // Elsewhere the trapezoid loses half a step, because rectifiers pass nothing at zero.
      ['grad-cam', 'features/relu', { relu: false }], ['layer-conductance', 'features/relu', { baseline: 'zero', steps: 5 }],
    ];
    for (const [id, layer, parameters] of ways) {
      const picture = tensorOf('float32', randomValues(7, 2 * 192), [2, 3, 8, 8]);
      const { values, logits } = await explain(convolutional(), id, { input: picture, classes: [1, 2], layer, parameters });
      [1, 2].forEach((chosen, n) => {
        const part = values.data.length / 2;
        const sum = (values.data as Float32Array).subarray(n * part, (n + 1) * part).reduce((a, value) => a + value, 0);
        const score = Number(logits.data[n * 4 + chosen]);
        // A few hundred float32 terms as large as the score.
        assert.ok(Math.abs(sum - score) < 2e-6 * Math.max(1, Math.abs(score)), `${id} at ${layer}: ${sum} instead of ${score}`);
      });
    }
  });

  it('integrated gradients take as many steps as the error asks for when told to choose', async () => {
    const picture = tensorOf('float32', randomValues(5, 192), [1, 3, 8, 8]);
    const result = await explain(network(4), 'integrated-gradients', { input: picture, classes: [0], parameters: { steps: 'auto' } });
    assert.ok(Math.abs(metric(result, 'delta')) <= 0.01 * Math.abs(metric(result, 'score-difference')));
    const few = await explain(linear(w, side), 'integrated-gradients', { input, classes: [0], parameters: { steps: 'auto' } });
    assert.equal(metric(few, 'steps'), 16);
  });
});

describe('rules that are defined at rectifiers', () => {
  it('are refused for smooth activations, naming them, unless these are to be passed as they are', async () => {
    const request = { input: tensorOf('float32', randomValues(1, 192), [1, 3, 8, 8]), classes: [0] };
    for (const id of ['guided-backprop', 'deconvnet', 'guided-grad-cam']) {
      await assert.rejects(explain(network(1), id, request), hasReason('technique-unsuitable', /Sigmoid, Tanh/));
      const { notes } = await explain(network(1), id, { ...request, parameters: { smooth: 'as-is' } });
      assert.match(notes.join(), /does not act at Sigmoid, Tanh/);
    }
  });
});
