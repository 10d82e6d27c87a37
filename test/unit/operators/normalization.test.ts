/** Normalisations against ONNX Runtime and finite differences. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import { normalise } from '../../../src/graph/normalise.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { Operand, OperatorCase } from './gradient-check.ts';
import { assertClose, checkGradient, checkRewrite, checkShapes, runGraph, uniform } from './gradient-check.ts';

const perChannel = (count: number, min = -1, max = 1): Operand => ({ shape: [count], constant: true, values: uniform(min, max) });
/** A scale or bias that depends on the input, as style networks have it. */
const fed = (count: number): Operand => ({ shape: [count], values: uniform(0.5, 1.5) });

const cases: readonly [string, OperatorCase][] = [
  ['BatchNormalization', {
    op: 'BatchNormalization', attributes: { epsilon: 1e-3 },
    inputs: [{ shape: [N, 5, 4, 3] }, perChannel(5), perChannel(5), perChannel(5), perChannel(5, 0.5, 2)],
  }],
  ['BatchNormalization of vectors', {
    op: 'BatchNormalization', inputs: [{ shape: [N, 5] }, perChannel(5), perChannel(5), perChannel(5), perChannel(5, 0.5, 2)],
  }],
  ['InstanceNormalization', { op: 'InstanceNormalization', attributes: { epsilon: 1e-2 }, inputs: [{ shape: [N, 3, 4, 5] }, fed(3), fed(3)] }],
  ['InstanceNormalization over one axis', { op: 'InstanceNormalization', inputs: [{ shape: [N, 2, 9] }, perChannel(2), perChannel(2)] }],
  ['LayerNormalization', { op: 'LayerNormalization', attributes: { epsilon: 1e-3 }, inputs: [{ shape: [N, 4, 12] }, fed(12), fed(12)] }],
  ['LayerNormalization without bias', { op: 'LayerNormalization', inputs: [{ shape: [N, 4, 12] }, perChannel(12)] }],
  ['LayerNormalization over two axes', { op: 'LayerNormalization', attributes: { axis: -2 }, inputs: [{ shape: [N, 4, 6] }, { shape: [4, 6] }, { shape: [4, 6] }] }],
  ['LpNormalization p = 2', { op: 'LpNormalization', attributes: { axis: 1 }, inputs: [{ shape: [N, 6, 3] }] }],
  ['LpNormalization p = 1', { op: 'LpNormalization', attributes: { p: 1 }, inputs: [{ shape: [N, 6], values: uniform(0.3, 1) }] }],
  ['LRN', { op: 'LRN', attributes: { size: 5, alpha: 0.5, beta: 0.75, bias: 1.5 }, inputs: [{ shape: [N, 8, 3, 2] }] }],
];

describe('normalizations', () => {
  for (const [name, example] of cases) {
    it(`${name}: shape and gradient`, async () => {
      await checkShapes(example);
      await checkGradient(example);
    });
  }

  it('LayerNormalization also returns its statistics', () => checkShapes({ ...cases[4][1], outputs: 3 }));

  it('GroupNormalization of opset 18, parameters per group', () => checkRewrite({
    op: 'GroupNormalization', attributes: { num_groups: 3, epsilon: 1e-2 }, inputs: [{ shape: [N, 6, 4, 3] }, perChannel(3), perChannel(3)],
  }, 18));

  it('GroupNormalization of opset 21, parameters per channel', () => checkRewrite({
    op: 'GroupNormalization', attributes: { num_groups: 3 }, inputs: [{ shape: [N, 6, 4, 3] }, perChannel(6), perChannel(6)],
  }, 21));

  for (const opset of [9, 14, 15]) {
    it(`BatchNormalization of opset ${opset}`, () => checkRewrite(cases[0][1], opset));
  }

  it('BatchNormalization of weights by their own statistics, as in weight standardisation', async () => {
    const constant = (dims: number[], phase: number): Tensor => tensorOf('float32', Float32Array.from(
      { length: dims.reduce((a, c) => a * c, 1) }, (_, i) => 1.5 + Math.sin(i * 1.7 + phase)), dims);
    const file: Graph = {
      name: 'weights', opset: 15, metadata: {}, values: new Map(), inputs: [{ name: 'x', type: 'float32', shape: [1] }],
      outputs: [{ name: 'y', type: 'float32', shape: undefined }],
      initializers: new Map([['w', constant([1, 5, 12], 0)], ...['scale', 'bias', 'mean', 'variance'].map((name, i): [string, Tensor] => [name, constant([5], i + 1)])]),
      nodes: [
        { op: 'BatchNormalization', domain: '', name: 'norm', inputs: ['w', 'scale', 'bias', 'mean', 'variance'], outputs: ['z', 'm', 'v'], attributes: { training_mode: 1, epsilon: 1e-3 } },
        { op: 'Add', domain: '', name: 'add', inputs: ['z', 'x'], outputs: ['y'], attributes: {} },
      ],
    };
    const graph = normalise(file);
    assert.deepEqual(graph.nodes.map(({ op }) => op), ['Add']);
    const x = { x: tensorOf('float32', [0]) };
    assertClose((await runGraph(graph, x)).y, (await runGraph(file, x)).y, 2e-6, 'weights');
  });

  it('MeanVarianceNormalization', async () => {
    await checkRewrite({ op: 'MeanVarianceNormalization', inputs: [{ shape: [N, 3, 4, 5] }], attributes: { axes: [2, 3] } }, 13);
    await checkRewrite({ op: 'MeanVarianceNormalization', inputs: [{ shape: [N, 3, 4, 5] }] }, 9);
  });

  it('refuses parameters of the wrong size, training mode and impossible windows', () => {
    const b = new GraphBuilder();
    const [x, three, four] = [b.input('x', 'float32', [N, 4, 5, 5]), b.input('three', 'float32', [3]), b.input('four', 'float32', [4])];
    const refused: readonly (() => unknown)[] = [
      () => b.add('BatchNormalization', [x, three, four, four, four]),
      () => b.add('BatchNormalization', [x, four, four, four]),
      () => b.add('BatchNormalization', [x, four, four, four, four], { training_mode: 1 }),
      () => b.add('InstanceNormalization', [x, four, three]),
      () => b.add('LayerNormalization', [x, three]),
      () => b.add('LayerNormalization', [x, four], { axis: 7 }),
      () => b.add('LpNormalization', [x], { p: 3 }),
      () => b.add('LRN', [x], { size: 0 }),
      () => b.add('LRN', [x], { size: 1e9 }),
      () => b.add('LRN', [x], { size: 4 }),
    ];
    for (const add of refused) assert.throws(add, FoveaError, String(add));
  });
});
