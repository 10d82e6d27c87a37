import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import { N } from '../../../src/graph/graph.ts';
import type { RectifierRule } from '../../../src/graph/operators/operator.ts';
import { numbersOf, tensorOf } from '../../../src/graph/tensor.ts';
import type { OperatorCase } from './gradient-check.ts';
import { awayFrom, checkEvaluate, checkGradient, checkRewrite, checkShapes, runGraph, uniform } from './gradient-check.ts';

const shape = [N, 3, 5];

/** Every activation with values on all its pieces, away from the kinks between them. */
const cases: readonly OperatorCase[] = [
  { op: 'Relu', inputs: [{ shape, values: awayFrom([0], -1, 1) }] },
  { op: 'LeakyRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }] },
  { op: 'LeakyRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }], attributes: { alpha: 0.3 } },
  { op: 'LeakyRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }], attributes: { alpha: -0.5 } },
  { op: 'LeakyRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }], attributes: { alpha: 1.5 } },
  { op: 'PRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }, { shape: [3, 1], constant: true, values: [0.2, -0.1, 1.5] }] },
  { op: 'PRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }, { shape: [3, 1] }] },
  { op: 'PRelu', inputs: [{ shape, values: awayFrom([0], -1, 1) }, { shape: [N, 1, 5] }] },
  { op: 'ThresholdedRelu', inputs: [{ shape, values: awayFrom([1], -1, 3) }] },
  { op: 'ThresholdedRelu', inputs: [{ shape, values: awayFrom([0.4], -1, 1) }], attributes: { alpha: 0.4 } },
  { op: 'Clip', inputs: [
    { shape, values: awayFrom([0, 6], -4, 9) }, { shape: [], constant: true, values: [0] }, { shape: [], constant: true, values: [6] }] },
  { op: 'Clip', inputs: [{ shape, values: awayFrom([-0.5], -2, 2) }, { shape: [], constant: true, values: [-0.5] }] },
  { op: 'Clip', inputs: [{ shape, values: awayFrom([0.25], -2, 2) }, undefined, { shape: [], constant: true, values: [0.25] }] },
  { op: 'Clip', inputs: [{ shape, values: awayFrom([0], -2, 2) }, { shape: [], constant: true, values: [0] }, { shape: [], constant: true, values: [3e9] }] },
  { op: 'Sigmoid', inputs: [{ shape, values: uniform(-4, 4) }] },
  { op: 'HardSigmoid', inputs: [{ shape, values: awayFrom([-2.5, 2.5], -4, 4) }] },
  { op: 'HardSigmoid', inputs: [{ shape, values: awayFrom([-1, 1.5], -3, 3) }], attributes: { alpha: 0.4, beta: 0.4 } },
  { op: 'HardSwish', inputs: [{ shape, values: awayFrom([-3, 3], -5, 5) }] },
  { op: 'Tanh', inputs: [{ shape, values: uniform(-2, 2) }] },
  { op: 'Erf', inputs: [{ shape, values: uniform(-2, 2) }] },
  { op: 'Elu', inputs: [{ shape, values: awayFrom([0], -2, 2) }] },
  { op: 'Elu', inputs: [{ shape, values: awayFrom([0], -2, 2) }], attributes: { alpha: 1.7 } },
  { op: 'Selu', inputs: [{ shape, values: awayFrom([0], -2, 2) }] },
  { op: 'Celu', inputs: [{ shape, values: awayFrom([0], -2, 2) }], attributes: { alpha: 0.6 } },
  { op: 'Softplus', inputs: [{ shape, values: uniform(-4, 4) }] },
  { op: 'Softsign', inputs: [{ shape, values: awayFrom([0], -3, 3) }] },
  { op: 'Softmax', inputs: [{ shape }] },
  { op: 'Softmax', inputs: [{ shape, values: uniform(-3, 3) }], attributes: { axis: 1 } },
  { op: 'Softmax', inputs: [{ shape: [N, 2, 3, 4] }], attributes: { axis: -3 } },
  { op: 'LogSoftmax', inputs: [{ shape, values: uniform(-3, 3) }] },
  { op: 'LogSoftmax', inputs: [{ shape }], attributes: { axis: 1 } },
];

function title({ op, inputs, attributes }: OperatorCase): string {
  return `${op} of ${inputs.length} ${JSON.stringify(attributes ?? {})}`;
}

describe('activations', () => {
  for (const test of cases) {
    it(`${title(test)}: shape and gradient`, async () => {
      await checkShapes(test);
      await checkGradient(test);
    });
  }

  it('the gradient of a clip is exactly one or zero next to its bounds, in any number of channels', async () => {
    for (const max of [6, 1, 0.3]) {
      const [below, above] = [Math.fround(Math.fround(max) * (1 - 2 ** -24)), Math.fround(max * (1 + 2 ** -22))];
      const inside = [1e-30, max / 4, max / 2, Math.fround(max / 2) * (1 + 2 ** -23), max * 0.75, below];
      const values = [...inside, 0, -0, -1e-30, -1, Math.fround(max), above, 100, -1e30];
      // 16 channels are a block of the runtime's layout for convolutions, 3 are not; the neighbour in a block must not count.
      for (const channels of [16, 3]) {
        const b = new GraphBuilder();
        const x = b.input('x', 'float32', [N, channels, 1, values.length]);
        const y = b.add('Clip', [x, b.scalar(0), b.scalar(max)]);
        const [gradient] = addGradients(b, y, b.expandLike(b.scalar(1), x), [x]);
        const data = Float32Array.from({ length: 2 * channels * values.length }, (_, i) => values[i % values.length]);
        const found = await runGraph(b.build('clip', { gradient: gradient! }), { x: tensorOf('float32', data, [2, channels, 1, values.length]) });
        // Adding zero makes −0 one.
        assert.deepEqual(Array.from(numbersOf(found.gradient), (value) => value + 0), Array.from(data, (_, i) => (i % values.length < inside.length ? 1 : 0)), `${max} ${channels}`);
      }
    }
  });

  for (const op of ['Relu', 'LeakyRelu', 'ThresholdedRelu', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh', 'Softplus', 'Softsign']) {
    it(`${op} of a constant`, () => checkEvaluate({ op, inputs: [{ shape: [4, 25], values: uniform(-5, 5) }] }));
  }

  it('Clip and PRelu of constants', async () => {
    await checkEvaluate({ op: 'Clip', inputs: [{ shape: [50], values: uniform(-5, 5) }, { shape: [], values: [-1] }, { shape: [], values: [2] }] });
    await checkEvaluate({ op: 'Clip', inputs: [{ shape: [6], type: 'int64', values: [-3, 0, 1, 2, 3, 9] }, { shape: [], type: 'int64', values: [1] }] });
    await checkEvaluate({ op: 'PRelu', inputs: [{ shape: [4, 6] }, { shape: [4, 1] }] });
  });
});

describe('activations of other operator sets', () => {
  const input = { shape, values: uniform(-4, 4) };

  it('Clip had its bounds as attributes', async () => {
    await checkRewrite({ op: 'Clip', inputs: [input], attributes: { min: 0, max: 6 } }, 9);
    await checkRewrite({ op: 'Clip', inputs: [input], attributes: { min: -1.5 } }, 7);
    await checkRewrite({ op: 'Clip', inputs: [input] }, 10);
  });

  it('Softmax joined the axes from the stated one on', async () => {
    for (const op of ['Softmax', 'LogSoftmax']) {
      await checkRewrite({ op, inputs: [{ shape: [N, 2, 3, 4] }] }, 11);
      await checkRewrite({ op, inputs: [{ shape: [N, 2, 3, 4] }], attributes: { axis: 2 } }, 11);
      await checkRewrite({ op, inputs: [{ shape: [N, 7] }] }, 7);
      await checkRewrite({ op, inputs: [{ shape: [N, 2, 3, 4] }], attributes: { axis: 2 } }, 13);
    }
  });

  // Erf and Tanh are approximated inside ONNX Runtime by other means when they stand alone: up to a few units in the last place.
  it('Gelu, Mish and their fused forms are written with other operators', async () => {
    await checkRewrite({ op: 'Gelu', inputs: [input] }, 20, [], 1e-6);
    await checkRewrite({ op: 'Gelu', inputs: [input], attributes: { approximate: 'tanh' } }, 20, [], 1e-6);
    await checkRewrite({ op: 'Mish', inputs: [input] }, 18, [], 1e-6);
    await checkRewrite({ op: 'Gelu', domain: 'com.microsoft', inputs: [input] }, 17, [], 1e-6);
    await checkRewrite({ op: 'BiasGelu', domain: 'com.microsoft', inputs: [input, { shape: [5] }] }, 17, [], 1e-6);
    await checkRewrite({ op: 'FastGelu', domain: 'com.microsoft', inputs: [input, { shape: [5] }] }, 17, [], 1e-6);
    await checkRewrite({ op: 'FastGelu', domain: 'com.microsoft', inputs: [input] }, 17, [], 1e-6);
    await checkRewrite({ op: 'QuickGelu', domain: 'com.microsoft', inputs: [input] }, 17, [], 1e-6);
  });
});

/** ∂Σ seed·output/∂x at x under a rule for rectifiers. */
async function backward(
  op: string, bounds: readonly number[], x: readonly number[], seed: readonly number[], rectifier: RectifierRule,
): Promise<number[]> {
  const b = new GraphBuilder();
  const input = b.input('x', 'float32', [x.length]);
  const output = b.add(op, [input, ...bounds.map((bound) => b.scalar(bound))]);
  const [gradient] = addGradients(b, output, b.input('seed', 'float32', [x.length]), [input], { rectifier });
  const { result } = await runGraph(b.build(op, { result: gradient! }), { x: tensorOf('float32', x), seed: tensorOf('float32', seed) });
  return Array.from(numbersOf(result));
}

describe('rules for rectifiers', () => {
  const x = [-2, -1, 0, 1, 2, 7];
  const seed = [3, -3, 3, -3, 3, 3];

  it('the gradient is that of the flat side at a kink', async () => {
    assert.deepEqual(await backward('Relu', [], x, seed, 'gradient'), [0, -0, 0, -3, 3, 3]);
    assert.deepEqual(await backward('Clip', [0, 7], x, seed, 'gradient'), [0, -0, 0, -3, 3, 0]);
  });

  it('guided backpropagation passes what is positive, where the input is', async () => {
    for (const [op, bounds] of [['Relu', []], ['Clip', [0, 6]], ['LeakyRelu', []], ['PRelu', [0.25]]] as const) {
      assert.deepEqual(await backward(op, bounds, x, seed, 'guided'), [0, 0, 0, 0, 3, 3], op);
    }
  });

  it('deconvolution passes what is positive', async () => {
    for (const [op, bounds] of [['Relu', []], ['Clip', [0, 6]], ['LeakyRelu', []], ['PRelu', [0.25]]] as const) {
      assert.deepEqual(await backward(op, bounds, x, seed, 'deconvnet'), [3, 0, 3, 0, 3, 3], op);
    }
  });

  it('masks are exact at the smallest and the largest numbers', async () => {
    const extremes = [2 ** -99, -(2 ** -99), 3e38, -3e38, 6 - 2 ** -21, 6 + 2 ** -21];
    const ones = extremes.map(() => 1);
    assert.deepEqual(await backward('Relu', [], extremes, ones, 'gradient'), [1, 0, 1, 0, 1, 1]);
    assert.deepEqual(await backward('Clip', [0, 6], extremes, ones, 'gradient'), [1, 0, 0, 0, 1, 0]);
  });
});
