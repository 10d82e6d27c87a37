/** The losses of style transfer against published numbers, closed forms and finite differences. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { lossGraph, targetGraph, type Terms } from '../../../src/techniques/style-losses.ts';
import { randomStream } from '../../support/random.ts';

/** A network whose only layer is the picture itself, so that pictures are features. */
function itself(dims: readonly number[]): { graph: Graph; picture: string } {
  const b = new GraphBuilder();
  const layer = b.add('Identity', [b.input('picture', 'float32', dims)], {}, { outputs: ['layer'] });
  return { graph: b.build('itself', { layer }), picture: 'picture' };
}

/** A small network with a kink-free activation, whose derivatives finite differences can tell. */
function smooth(dims: readonly number[]): { graph: Graph; picture: string } {
  const b = new GraphBuilder();
  const weights = Float32Array.from({ length: 4 * dims[1] * 9 }, (_, i) => 0.5 * Math.sin(1.7 * i));
  const conv = b.add('Conv', [b.input('picture', 'float32', dims), b.constant(tensorOf('float32', weights, [4, dims[1], 3, 3]))], { pads: [1, 1, 1, 1] });
  return { graph: b.build('smooth', { layer: b.add('Tanh', [conv], {}, { outputs: ['layer'] }) }), picture: 'picture' };
}

async function run(graph: Graph, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const program = await (await loadNative()).compile(graph);
  try {
    return await program.run(inputs);
  } finally {
    await program.dispose();
  }
}

function randomTensor(seed: number, dims: readonly number[]): Tensor {
  const next = randomStream(seed);
  return tensorOf('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1), dims);
}

const all: Terms = { statistic: 'gram', temperature: 0, content: 'layer', style: ['layer'] };

/** Terms of a picture beside a target picture, content, style, total variation, of a network that shows the picture itself. */
async function terms(picture: Tensor, target: Tensor, kind: Partial<Terms> = {}): Promise<number[]> {
  const trunk = itself(picture.dims);
  const targets = await run(targetGraph(trunk, { ...all, ...kind }), { picture: target });
  const { losses } = await run(lossGraph(trunk, { ...all, ...kind }), { picture, ...targets, weights: tensorOf('float32', [1, 1, 1]) });
  return Array.from(losses.data as Float32Array);
}

const zeros = (dims: readonly number[]): Tensor => tensorOf('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);

describe('style losses', () => {
  // yankainan/cs231n-assignment@15c8bd19:assignment3/StyleTransfer-PyTorch.ipynb, the formulas of its cells
  const features = tensorOf('float32', [1, 2, 3, 4, 0, 1, 1, 0], [1, 2, 2, 2]);
  const ones = tensorOf('float32', new Float32Array(8).fill(1), [1, 2, 2, 2]);

  it('are those of the course on its small numbers', async () => {
    const [content, style] = await terms(features, ones);
    assert.equal(0.5 * content, 8);
    // Sums of powers of two: exact in float32
    assert.equal(10 * style, 106.5625);
    const { 'style.0': gram } = await run(targetGraph(itself(features.dims), all), { picture: features });
    assert.deepEqual(Array.from(gram.data as Float32Array), [3.75, 0.625, 0.625, 0.25]);
  });

  it('count squares of all neighbours as total variation', async () => {
    const picture = tensorOf('float32', [0, 0, 0, 0, 2, 0, 0, 0, 1], [1, 1, 3, 3]);
    assert.equal((await terms(picture, zeros(picture.dims)))[2], 18);
  });

  it('have no total variation on a single pixel', async () => {
    const picture = tensorOf('float32', [5], [1, 1, 1, 1]);
    assert.equal((await terms(picture, picture))[2], 0);
  });

  it('see a Gram matrix that is symmetric, and the same wherever the features stand', async () => {
    const picture = randomTensor(3, [1, 3, 4, 5]);
    const elsewhere = (i: number): number => Math.floor(i / 20) * 20 + ((i % 20) * 7) % 20;
    const moved = { ...picture, data: Float32Array.from({ length: 60 }, (_, i) => Number(picture.data[elsewhere(i)])) };
    const gram = async (of: Tensor) => (await run(targetGraph(itself(of.dims), all), { picture: of }))['style.0'].data as Float32Array;
    const [one, other] = [await gram(picture), await gram(moved)];
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) assert.equal(one[3 * i + j], one[3 * j + i]);
    // Another order of twenty float32 sums below 1
    one.forEach((value, i) => assert.ok(Math.abs(value - other[i]) < 1e-6));
  });

  it('compare mean and deviation of each channel as moments', async () => {
    const picture = tensorOf('float32', [1, 3, 1, 3, 5, 5, 5, 5], [1, 2, 2, 2]);
    const [, loss] = await terms(picture, zeros(picture.dims), { statistic: 'moments' });
    // means 2 and 5, deviations 1 and 0; the variance has 1e-6 added before its root
    assert.ok(Math.abs(loss - (4 + 25 + 1)) < 3e-3, String(loss));
  });

  it('see softened features with a mean of 1 that a constant does not change', async () => {
    const picture = randomTensor(4, [1, 2, 3, 3]);
    const softened = async (shift: number) => {
      const shifted = { ...picture, data: (picture.data as Float32Array).map((value) => value + shift) };
      return (await run(targetGraph(itself(picture.dims), { ...all, temperature: 0.5 }), { picture: shifted })).content.data as Float32Array;
    };
    const [plain, shifted] = [await softened(0), await softened(0.25)];
    const exact = Array.from(picture.data as Float32Array, (value) => Math.exp(value / 0.5));
    const sum = exact.reduce((a, b) => a + b, 0);
    // float32 exponentials of values within ±2.5
    plain.forEach((value, i) => {
      assert.ok(Math.abs(value - 18 * exact[i] / sum) < 1e-5);
      assert.ok(Math.abs(value - shifted[i]) < 1e-5);
    });
  });

  const kinds: Readonly<Record<string, Partial<Terms>>> = {
    'content and Gram matrices': {},
    moments: { statistic: 'moments' },
    'softened features': { temperature: 0.7 },
    'moments of softened features': { statistic: 'moments', temperature: 0.7 },
    'style alone': { content: undefined },
    'content alone': { style: [] },
  };
  for (const [title, kind] of Object.entries(kinds)) {
    it(`have the gradient that finite differences show: ${title}`, async () => {
      const dims = [1, 2, 5, 4];
      const trunk = smooth(dims);
      const wanted: Terms = { ...all, ...kind };
      const picture = randomTensor(5, dims);
      const weights = [...('content' in kind ? [] : [0.3]), ...(wanted.style.length > 0 ? [20] : []), 0.1];
      const targets = await run(targetGraph(trunk, wanted), { picture: randomTensor(6, dims) });
      const program = await (await loadNative()).compile(lossGraph(trunk, wanted));
      const evaluate = async (data: Float32Array) => {
        const { losses, gradient } = await program.run({ picture: { ...picture, data }, ...targets, weights: tensorOf('float32', weights) });
        const sum = Array.from(losses.data as Float32Array).reduce((total, loss, i) => total + weights[i] * loss, 0);
        return { sum, gradient: gradient.data as Float32Array };
      };
      const data = picture.data as Float32Array;
      const { gradient } = await evaluate(data);
      const step = 1e-2;
      let [error, size] = [0, 0];
      for (let i = 0; i < data.length; i++) {
        const [up, down] = [data.slice(), data.slice()];
        up[i] += step;
        down[i] -= step;
        const slope = ((await evaluate(up)).sum - (await evaluate(down)).sum) / (up[i] - down[i]);
        error += (slope - gradient[i]) ** 2;
        size += slope ** 2;
      }
      await program.dispose();
      // Central differences: third derivatives times 1e-4, and float32 sums of a few units divided by 2e-2
      assert.ok(Math.sqrt(error / size) < 3e-3, String(Math.sqrt(error / size)));
    });
  }
});
