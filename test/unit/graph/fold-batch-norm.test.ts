/** Merging batch normalization into products changes nothing but rounding, and only where nothing else looks. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { foldBatchNormalization } from '../../../src/graph/fold-batch-norm.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { assertClose, randomOf, runGraph } from '../operators/gradient-check.ts';

/** A chain of a product and what scales and shifts its channels. */
interface Chain {
  readonly product: 'Conv' | 'ConvTranspose' | 'Gemm' | 'Gemm transposed';
  readonly bias: boolean;
  readonly affine: readonly ('BatchNormalization' | 'Mul' | 'Add' | 'Sub' | 'Div' | 'Sub from' | 'Mul by one number')[];
  readonly seed: number;
}

const chain: fc.Arbitrary<Chain> = fc.record({
  product: fc.constantFrom('Conv', 'ConvTranspose', 'Gemm', 'Gemm transposed'), bias: fc.boolean(), seed: fc.integer({ min: 1, max: 1e6 }),
  affine: fc.array(fc.constantFrom('BatchNormalization', 'Mul', 'Add', 'Sub', 'Div', 'Sub from', 'Mul by one number'), { minLength: 1, maxLength: 3 }),
});

const channels = 6;

/** The chain, then a Relu; the tensors of the chain are named t0, t1, ... */
function build({ product, bias, affine, seed }: Chain): Graph {
  const random = randomOf(seed);
  const b = new GraphBuilder();
  const weights = (dims: readonly number[], min = -1, max = 1): string => b.constant(
    tensorOf('float32', Float64Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => min + (max - min) * random()), dims));
  const matrix = product.startsWith('Gemm');
  const x = b.input('x', 'float32', matrix ? [N, 4] : [N, 4, 6, 5]);
  const shifts = bias ? [weights([channels])] : [];
  const add = (op: string, inputs: readonly string[], attributes = {}): string => b.add(op, inputs, attributes, { outputs: [b.fresh('t0')] });
  let t: string;
  if (product === 'Conv') t = add('Conv', [x, weights([channels, 2, 3, 3]), ...shifts], { group: 2, pads: [1, 1, 1, 1] });
  else if (product === 'ConvTranspose') t = add('ConvTranspose', [x, weights([4, channels / 2, 2, 2]), ...shifts], { group: 2, strides: [2, 2] });
  else if (product === 'Gemm') t = add('Gemm', [x, weights([4, channels]), ...shifts], { alpha: 0.5, beta: 2 });
  else t = add('Gemm', [x, weights([channels, 4]), ...shifts], { transB: 1 });
  const perChannel = (min: number, max: number): string => weights(matrix ? [channels] : [channels, 1, 1], min, max);
  for (const op of affine) {
    if (op === 'BatchNormalization') t = add(op, [t, weights([channels]), weights([channels]), weights([channels]), weights([channels], 0.5, 2)]);
    else if (op === 'Sub from') t = add('Sub', [perChannel(-1, 1), t]);
    else if (op === 'Mul by one number') t = add('Mul', [weights([]), t]);
    else t = add(op, [t, perChannel(0.5, 2)]);
  }
  return b.build('chain', { y: b.add('Relu', [t]) });
}

function inputFor(graph: Graph, seed: number): Record<string, ReturnType<typeof tensorOf>> {
  const random = randomOf(seed);
  const dims = graph.inputs[0].shape!.map((dim) => (typeof dim === 'number' ? dim : 2));
  return { x: tensorOf('float32', Float64Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => 2 * random() - 1), dims) };
}

describe('foldBatchNormalization', () => {
  it('leaves a product and an activation, with the same values', () => fc.assert(fc.asyncProperty(chain, async (example) => {
    const graph = build(example);
    const folded = foldBatchNormalization(graph, new Set());
    assert.equal(folded.nodes.length, 2, folded.nodes.map(({ op }) => op).join());
    const inputs = inputFor(graph, example.seed);
    const [expected, actual] = [await runGraph(graph, inputs), await runGraph(folded, inputs)];
    // Weights are rounded once more, and sums of some ten terms are taken in another order: a few units of float32's 6e-8.
    assertClose(actual.y, expected.y, 3e-6, 'y');
  }), { seed: 41, numRuns: 60 }));

  const example: Chain = { product: 'Conv', bias: true, affine: ['BatchNormalization', 'Mul'], seed: 7 };

  it('keeps the name of what it ends with, and drops weights that nothing uses', () => {
    const graph = build(example);
    const folded = foldBatchNormalization(graph, new Set());
    assert.equal(folded.nodes[0].outputs[0], graph.nodes[2].outputs[0]);
    assert.equal(folded.initializers.size, 2);
    assert.ok(!folded.values.has(graph.nodes[0].outputs[0]));
  });

  it('keeps tensors that are asked for', async () => {
    const graph = build(example);
    for (const [kept, left] of [[graph.nodes[0].outputs[0], 4], [graph.nodes[1].outputs[0], 3]] as const) {
      const folded = foldBatchNormalization(graph, new Set([kept]));
      assert.ok(folded.nodes.some(({ outputs }) => outputs.includes(kept)), kept);
      assert.equal(folded.nodes.length, left);
      assert.ok(folded.values.has(kept));
      const inputs = inputFor(graph, 1);
      assertClose((await runGraph(folded, inputs)).y, (await runGraph(graph, inputs)).y, 3e-6, kept); // see above
    }
  });

  it('leaves a product alone that something else uses, or that is an output', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [N, 2, 4, 4]);
    const scale = b.constant(tensorOf('float32', [2, 3], [2, 1, 1]));
    const convolved = b.add('Conv', [x, b.constant(tensorOf('float32', [1, 2, 3, 4], [2, 2, 1, 1]))]);
    const scaled = b.add('Mul', [convolved, scale]);
    const outputs: readonly Record<string, string>[] = [{ y: b.add('Add', [scaled, convolved]) }, { y: scaled, convolved }];
    for (const named of outputs) {
      const graph = b.build('shared', named);
      assert.equal(foldBatchNormalization(graph, new Set()).nodes.length, graph.nodes.length);
    }
  });

  it('leaves alone what differs from place to place or widens the tensor', () => {
    for (const [channelCount, dims] of [[2, [1, 1, 4]], [2, [2, 4, 4]], [1, [3, 1, 1]], [2, [2, 1, 1, 1]], [2, [1, 2, 1, 1, 1]]] as const) {
      const b = new GraphBuilder();
      const x = b.input('x', 'float32', [1, 2, 4, 4]);
      const weights = b.constant(tensorOf('float32', new Float32Array(2 * channelCount).fill(1), [channelCount, 2, 1, 1]));
      const constant = b.constant(tensorOf('float32', new Float32Array(dims.reduce<number>((a, d) => a * d, 1)).fill(2), dims));
      const graph = b.build('uneven', { y: b.add('Relu', [b.add('Add', [b.add('Conv', [x, weights]), constant])]) });
      assert.equal(foldBatchNormalization(graph, new Set()).nodes.length, 3, dims.join());
    }
  });
});
