/** Conv and ConvTranspose against ONNX Runtime and finite differences, over random windows. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import type { Attribute, Tensor } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { OperatorCase } from './gradient-check.ts';
import { checkGradient, checkShapes, randomOf, runGraph } from './gradient-check.ts';

interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number];
}

const axis = fc.record({
  size: fc.integer({ min: 5, max: 9 }), kernel: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }), pads: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
});

/** Channels of one group on either side, and groups; one channel each is a depthwise convolution. */
const channels = fc.record({ group: fc.integer({ min: 1, max: 3 }), input: fc.integer({ min: 1, max: 2 }), output: fc.integer({ min: 1, max: 3 }) });

const spatial = fc.array(axis, { minLength: 1, maxLength: 3 })
  .filter((axes) => axes.every(({ size, kernel, dilation, pads }) => size + pads[0] + pads[1] > (kernel - 1) * dilation));

/** How ONNX Runtime takes auto_pad: not together with dilated kernels. */
const autoPad = fc.constantFrom('NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER');

function windowAttributes(axes: readonly Axis[], auto: string, group: number): Record<string, Attribute> {
  const pads = [...axes.map((a) => a.pads[0]), ...axes.map((a) => a.pads[1])];
  return {
    kernel_shape: axes.map((a) => a.kernel), strides: axes.map((a) => a.stride), dilations: axes.map((a) => a.dilation), group,
    ...(auto === 'NOTSET' ? { pads } : { auto_pad: auto }),
  };
}

const conv = fc.record({ axes: spatial, channels, auto: autoPad, seed: fc.integer({ min: 1, max: 1e6 }) })
  .filter(({ axes, auto }) => auto === 'NOTSET' || axes.every(({ size, kernel, dilation }) => size >= kernel && dilation === 1))
  .map(({ axes, auto, channels: { group, input, output }, seed }): OperatorCase => ({
    op: 'Conv', seed, attributes: windowAttributes(axes, auto, group),
    inputs: [
      { shape: [N, group * input, ...axes.map((a) => a.size)] },
      { shape: [group * output, input, ...axes.map((a) => a.kernel)], constant: true },
      { shape: [group * output], constant: true },
    ],
  }));

const convTranspose = fc.record({ axes: spatial, channels, seed: fc.integer({ min: 1, max: 1e6 }), rest: fc.integer({ min: 0, max: 2 }) })
  .filter(({ axes }) => axes.every((a) => a.stride * (a.size - 1) + (a.kernel - 1) * a.dilation + 1 > a.pads[0] + a.pads[1]))
  .map(({ axes, channels: { group, input, output }, rest, seed }): OperatorCase => ({
    op: 'ConvTranspose', seed,
    attributes: { ...windowAttributes(axes, 'NOTSET', group), output_padding: axes.map((a) => Math.min(rest, a.stride - 1)) },
    inputs: [
      { shape: [N, group * input, ...axes.map((a) => a.size)] },
      { shape: [group * input, output, ...axes.map((a) => a.kernel)], constant: true },
      { shape: [group * output], constant: true },
    ],
  }));

/** One example of each with what random draws would rarely show. */
const transposedForms: readonly Record<string, Attribute>[] = [
  { output_shape: [12, 10], strides: [2, 2] },
  { output_shape: [12, 10], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  { output_shape: [12, 10], strides: [2, 2], auto_pad: 'SAME_LOWER' },
  { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  { auto_pad: 'SAME_LOWER', strides: [2, 3] },
  { auto_pad: 'VALID', strides: [2, 2] },
  { strides: [2, 2], dilations: [3, 3], output_padding: [1, 1] },
];

describe('convolutions', () => {
  // Many small sessions are made, which takes more time on some machines than a unit test commonly does.
  it('Conv has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(conv, checkShapes), { seed: 1, numRuns: 60 }));

  it('Conv has the gradient of finite differences', () =>
    fc.assert(fc.asyncProperty(conv, (example) => checkGradient(example, { directions: 2 })), { seed: 2, numRuns: 60 }));

  it('Conv passes a gradient to a bias that is not constant', () => checkGradient({
    op: 'Conv', attributes: { strides: [2, 1] },
    inputs: [{ shape: [N, 2, 7, 6] }, { shape: [3, 2, 3, 2], constant: true }, { shape: [3] }],
  }));

  it('ConvTranspose has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(convTranspose, checkShapes), { seed: 3, numRuns: 40 }));

  it('ConvTranspose has the gradient of finite differences', () =>
    fc.assert(fc.asyncProperty(convTranspose, (example) => checkGradient(example, { directions: 2 })), { seed: 4, numRuns: 40 }));

  it('a strided Conv of single pixels has the gradient of finite differences', async () => {
    for (const [group, strides] of [[1, [2, 2]], [2, [3, 1]]] as const) {
      await checkGradient({ op: 'Conv', attributes: { strides, group }, inputs: [{ shape: [N, 4, 6, 8] }, { shape: [6, 4 / group, 1, 1], constant: true }] });
    }
  });

  it('a strided Conv of many channels has the gradient of finite differences', () => checkGradient({
    op: 'Conv', attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    inputs: [{ shape: [N, 16, 7, 8] }, { shape: [4, 16, 3, 3], constant: true }],
  }));

  it('the gradient of joined branches is the adjoint of their linear map', async () => {
    const random = randomOf(5);
    const tensor = (dims: readonly number[]): Tensor =>
      tensorOf('float32', Float64Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => 2 * random() - 1), dims);
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 3, 6, 6]);
    const branch = (channels: number, kernel: number): string =>
      b.add('Conv', [x, b.constant(tensor([channels, 3, kernel, kernel]))], { pads: Array.from({ length: 4 }, () => (kernel - 1) / 2) });
    const joined = b.add('Concat', [branch(16, 1), branch(32, 3)], { axis: 1 });
    const y = b.add('Conv', [joined, b.constant(tensor([5, 48, 1, 1]))]);
    const [gradient] = addGradients(b, y, b.input('seed', 'float32', b.shape(y)), [x]);
    const graph = b.build('branches', { y, gradient: gradient! });
    assert.ok(!graph.nodes.some(({ op }) => op === 'Split'), 'the channels are split by a Split');
    const inputs = { x: tensor([2, 3, 6, 6]), seed: tensor([2, 5, 6, 6]) };
    const result = await runGraph(graph, inputs);
    const inner = (p: Tensor, q: Tensor): number =>
      Array.from(p.data as Float32Array).reduce((sum, value, i) => sum + value * (q.data as Float32Array)[i], 0);
    const [forward, backward] = [inner(inputs.seed, result.y), inner(result.gradient, inputs.x)];
    // Both are sums of the same 10⁵ products of size 1 in float32, in different orders.
    assert.ok(Math.abs(forward - backward) <= 1e-4 * Math.max(1, Math.abs(forward)), `${forward} and ${backward}`);
  });

  for (const attributes of transposedForms) {
    it(`ConvTranspose ${JSON.stringify(attributes)}`, async () => {
      const example: OperatorCase = { op: 'ConvTranspose', attributes, inputs: [{ shape: [N, 2, 6, 5] }, { shape: [2, 3, 3, 3], constant: true }] };
      await checkShapes(example);
      await checkGradient(example);
    });
  }

  const refused: readonly [string, readonly number[], readonly number[], Record<string, Attribute>][] = [
    ['channels that do not fit the weights', [1, 3, 8, 8], [4, 2, 3, 3], {}],
    ['groups that do not divide the channels', [1, 4, 8, 8], [3, 2, 3, 3], { group: 2 }],
    ['no groups', [1, 4, 8, 8], [3, 4, 3, 3], { group: 0 }],
    ['weights of another rank', [1, 4, 8, 8], [3, 4, 3], {}],
    ['a kernel larger than the image', [1, 4, 8, 8], [3, 4, 9, 9], {}],
    ['an empty kernel', [1, 4, 8, 8], [3, 4, 0, 3], {}],
    ['a kernel_shape that the weights do not have', [1, 4, 8, 8], [3, 4, 3, 3], { kernel_shape: [5, 5] }],
    ['negative paddings', [1, 4, 8, 8], [3, 4, 3, 3], { pads: [-1, 0, 0, 0] }],
    ['enormous paddings', [1, 4, 8, 8], [3, 4, 3, 3], { pads: [2 ** 40, 0, 0, 0] }],
    ['a stride of zero', [1, 4, 8, 8], [3, 4, 3, 3], { strides: [0, 1] }],
    ['too few strides', [1, 4, 8, 8], [3, 4, 3, 3], { strides: [1] }],
    ['an unknown auto_pad', [1, 4, 8, 8], [3, 4, 3, 3], { auto_pad: 'SOME' }],
    ['an image without spatial axes', [1, 4], [3, 4], {}],
  ];
  for (const [what, image, weights, attributes] of refused) {
    it(`refuses ${what}`, () => {
      const b = new GraphBuilder();
      const inputs = [b.input('x', 'float32', image), b.input('w', 'float32', weights)];
      for (const op of ['Conv', 'ConvTranspose']) {
        const onlyForConv = op === 'ConvTranspose' && what === 'a kernel larger than the image';
        if (onlyForConv) continue;
        assert.throws(() => b.add(op, inputs, attributes), (error) =>
          error instanceof FoveaError && ['graph-invalid', 'shape-mismatch'].includes(error.reason) && error.message.includes(op));
      }
    });
  }
});
