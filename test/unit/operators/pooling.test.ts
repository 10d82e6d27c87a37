/** Pooling against ONNX Runtime and finite differences, over random windows; and how ties are broken. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import type { Attribute } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { OperatorCase } from './gradient-check.ts';
import { checkGradient, checkRewrite, checkShapes, distinct, randomOf, runGraph } from './gradient-check.ts';

const axis = fc.record({
  size: fc.integer({ min: 5, max: 10 }), kernel: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.constantFrom(1, 1, 2), begin: fc.nat(3), end: fc.nat(3),
}).map(({ begin, end, ...rest }) => {
  // A padding as large as the kernel is refused.
  return { ...rest, begin: Math.min(begin, rest.kernel - 1), end: Math.min(end, rest.kernel - 1) };
}).filter(({ size, kernel, dilation, begin, end }) => size + begin + end > (kernel - 1) * dilation);

const window = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }), ceil: fc.boolean(), seed: fc.integer({ min: 1, max: 1e6 }), channels: fc.constantFrom(1, 3),
  auto: fc.constantFrom('NOTSET', 'NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'), includePad: fc.boolean(),
  // ONNX Runtime refuses an auto_pad whose windows leave gaps, or are dilated.
}).filter(({ axes, auto }) => auto === 'NOTSET' || axes.every(({ dilation, kernel, stride }) => dilation === 1 && kernel >= stride));

type Window = typeof window extends fc.Arbitrary<infer T> ? T : never;

function attributesOf({ axes, ceil, auto }: Window): Record<string, Attribute> {
  return {
    kernel_shape: axes.map((a) => a.kernel), strides: axes.map((a) => a.stride),
    ...(auto === 'NOTSET' ? { pads: [...axes.map((a) => a.begin), ...axes.map((a) => a.end)], ceil_mode: ceil ? 1 : 0 } : { auto_pad: auto }),
  };
}

const maxPool = window.map((chosen): OperatorCase => ({
  op: 'MaxPool', seed: chosen.seed, attributes: { ...attributesOf(chosen), dilations: chosen.axes.map((a) => a.dilation) },
  inputs: [{ shape: [N, chosen.channels, ...chosen.axes.map((a) => a.size)], values: distinct }],
}));

/** ONNX's own shape inference counts a last window that starts behind the image, though ONNX Runtime leaves it out; `normalise` drops the ceiling. */
function lastWindowStartsBehind({ axes, ceil }: Window): boolean {
  return ceil && axes.some((a) => Math.ceil((a.size + a.begin + a.end - a.kernel) / a.stride) * a.stride >= a.size + a.begin);
}

const averagePool = window
  .map((chosen): Window => ({ ...chosen, axes: chosen.axes.map((a) => ({ ...a, dilation: 1 })) }))
  .filter((chosen) => !lastWindowStartsBehind(chosen))
  .map((chosen): OperatorCase => ({
    op: 'AveragePool', seed: chosen.seed, attributes: { ...attributesOf(chosen), count_include_pad: chosen.includePad ? 1 : 0 },
    inputs: [{ shape: [N, chosen.channels, ...chosen.axes.map((a) => a.size)] }],
  }));

describe('pooling', () => {
  it('MaxPool has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(maxPool, fc.boolean(), (example, indices) =>
    checkShapes({ ...example, outputs: indices ? 2 : 1 })), { seed: 11, numRuns: 60 }));

  it('MaxPool has the gradient of finite differences', () =>
    fc.assert(fc.asyncProperty(maxPool, (example) => checkGradient(example, { directions: 2 })), { seed: 12, numRuns: 60 }));

  it('AveragePool has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(averagePool, checkShapes), { seed: 13, numRuns: 60 }));

  it('AveragePool has the gradient of finite differences', () =>
    fc.assert(fc.asyncProperty(averagePool, (example) => checkGradient(example, { directions: 2 })), { seed: 14, numRuns: 60 }));

  it('pools mean the same after normalise', () => fc.assert(fc.asyncProperty(fc.oneof(maxPool, averagePool), (example) =>
    checkRewrite(example, 12)), { seed: 15, numRuns: 60 }));

  for (const op of ['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool']) {
    for (const sizes of [[7], [5, 6], [3, 4, 2]]) {
      it(`${op} over ${sizes.length} axes`, async () => {
        const example: OperatorCase = { op, inputs: [{ shape: [N, 3, ...sizes], values: distinct }] };
        await checkRewrite(example, 17);
        if (op === 'GlobalLpPool') return;
        await checkShapes(example);
        await checkGradient(example);
      });
    }
  }

  it('AveragePool with dilated windows, as opset 19 has it', async () => {
    for (const includePad of [0, 1]) {
      await checkRewrite({
        op: 'AveragePool', inputs: [{ shape: [N, 3, 9, 8] }],
        attributes: { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 1], pads: [2, 1, 1, 1], count_include_pad: includePad },
      }, 19);
    }
  });

  /** Zeros without a sign. */
  const unsigned = (values: Float32Array): Float32Array => values.map((value) => value + 0);

  /** First largest element of each window in row-major order gets the window's gradient, as in PyTorch. */
  function byHand(x: Float32Array, g: Float32Array, size: number, kernel: number, stride: number, pad: number, out: number): Float32Array {
    const result = new Float32Array(x.length);
    for (let i = 0; i < out; i++) {
      for (let j = 0; j < out; j++) {
        let best = -1;
        for (let row = i * stride - pad; row < i * stride - pad + kernel; row++) {
          for (let column = j * stride - pad; column < j * stride - pad + kernel; column++) {
            if (row < 0 || column < 0 || row >= size || column >= size) continue;
            if (best < 0 || x[row * size + column] > x[best]) best = row * size + column;
          }
        }
        result[best] += g[i * out + j];
      }
    }
    return result;
  }

  const windows = [
    [3, 2, 1, 12, 0], [3, 2, 0, 13, 0], [3, 2, 0, 12, 1], [2, 2, 0, 12, 0], [3, 3, 0, 12, 0], [3, 1, 1, 8, 0], [2, 1, 0, 8, 0], [20, 1, 0, 20, 0],
  ];
  for (const [kernel, stride, pad, size, ceil] of windows) {
    it(`MaxPool ${kernel}×${kernel}, stride ${stride}, padding ${pad}, size ${size}, ceil ${ceil}: a tie goes to the first`, async () => {
      const random = randomOf(kernel * 100 + stride);
      // Few different values, so that nearly every window has a tie; negative ones too, which padding must not beat.
      const x = Float32Array.from({ length: size * size }, () => Math.floor(4 * random()) - 2);
      const b = new GraphBuilder();
      const input = b.input('x', 'float32', [N, 1, size, size]);
      const y = b.add('MaxPool', [input], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad], ceil_mode: ceil });
      const out = b.shape(y)[2] as number;
      const seed = b.input('g', 'float32', b.shape(y));
      const [gradient] = addGradients(b, y, seed, [input]);
      const g = Float32Array.from({ length: out * out }, () => Math.round(8 * random() - 4));
      const result = await runGraph(b.build('ties', { gradient: gradient! }), {
        x: tensorOf('float32', x, [1, 1, size, size]), g: tensorOf('float32', g, [1, 1, out, out]),
      });
      assert.deepEqual(unsigned(result.gradient.data as Float32Array), unsigned(byHand(x, g, size, kernel, stride, pad, out)));
    });
  }

  it('refuses what is no window', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3, 8, 8]);
    const refused: readonly Record<string, Attribute>[] = [
      {}, { kernel_shape: [3] }, { kernel_shape: [0, 3] }, { kernel_shape: [9, 9] }, { kernel_shape: [3, 3], strides: [0, 0] },
      { kernel_shape: [2, 2], pads: [2, 2, 2, 2] }, { kernel_shape: [2, 2], pads: [1] }, { kernel_shape: [1e9, 1e9] },
      { kernel_shape: [60000, 60000], pads: [59999, 59999, 59999, 59999] },
    ];
    for (const op of ['MaxPool', 'AveragePool']) {
      for (const attributes of refused) {
        const named = (error: unknown): boolean => error instanceof FoveaError && error.message.includes(op);
        assert.throws(() => b.add(op, [x], attributes), named, JSON.stringify(attributes));
      }
    }
  });
});
