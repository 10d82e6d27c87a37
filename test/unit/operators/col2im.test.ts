/** Col2Im against a transposed convolution of ONNX Runtime and finite differences, over random windows. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { normalise } from '../../../src/graph/normalise.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { OperatorCase } from './gradient-check.ts';
import { checkGradient, checkRewrite, checkShapes, runGraph } from './gradient-check.ts';

const axis = fc.record({
  size: fc.integer({ min: 4, max: 8 }), kernel: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.constantFrom(1, 1, 2), begin: fc.nat(2), end: fc.nat(2),
});

/** @param spatial numbers of axes of the image */
function col2Im(...spatial: readonly number[]): fc.Arbitrary<OperatorCase> {
  return fc.constantFrom(...spatial).chain((length) => fc.record({
    axes: fc.array(axis, { minLength: length, maxLength: length }), channels: fc.constantFrom(1, 3), seed: fc.integer({ min: 1, max: 1e6 }),
  })).map(({ axes, channels, seed }) => {
    const windows = axes.map(({ begin, dilation, end, kernel, size, stride }) => (
      Math.floor((size + begin + end - (kernel - 1) * dilation - 1) / stride) + 1));
    const count = (values: readonly number[]): number => values.reduce((a, c) => a * c, 1);
    const sizes = (values: readonly number[]): OperatorCase['inputs'][number] => ({ shape: [values.length], type: 'int64', values, constant: true });
    return {
      op: 'Col2Im', seed,
      inputs: [
        { shape: [N, channels * count(axes.map((a) => a.kernel)), count(windows)] }, sizes(axes.map((a) => a.size)), sizes(axes.map((a) => a.kernel)),
      ],
      attributes: {
        strides: axes.map((a) => a.stride), dilations: axes.map((a) => a.dilation), pads: [...axes.map((a) => a.begin), ...axes.map((a) => a.end)],
      },
    };
  });
}

const isDilated = ({ attributes }: OperatorCase): boolean => (attributes!.dilations as number[]).some((dilation) => dilation > 1);

describe('Col2Im', () => {
  it('has the shape that ONNX Runtime makes', () => fc.assert(fc.asyncProperty(col2Im(1, 2, 3), checkShapes), { seed: 1, numRuns: 40 }));

  // ONNX Runtime misplaces dilated windows of other images, so it is no reference there.
  it('has the gradient of finite differences', () => fc.assert(fc.asyncProperty(
    fc.oneof(col2Im(2), col2Im(1, 3).filter((example) => !isDilated(example))),
    (example) => checkGradient(example, { directions: 2 })), { seed: 2, numRuns: 40 }));

  it('means the same after normalise', () => fc.assert(fc.asyncProperty(
    fc.oneof(col2Im(2), col2Im(1, 3).filter((example) => !isDilated(example))),
    (example) => checkRewrite(example, 18)), { seed: 3, numRuns: 40 }));

  it('adds dilated windows of a row up at their places', async () => {
    const graph = normalise({
      name: 'row', opset: 18, metadata: {}, values: new Map(), inputs: [{ name: 'x', type: 'float32', shape: [1, 2, 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: undefined }], initializers: new Map([['image', tensorOf('int64', [5])], ['block', tensorOf('int64', [2])]]),
      nodes: [{ op: 'Col2Im', domain: '', name: 'row', inputs: ['x', 'image', 'block'], outputs: ['y'], attributes: { dilations: [2] } }],
    });
    const { y } = await runGraph(graph, { x: tensorOf('float32', [1, 2, 3, 10, 20, 30], [1, 2, 3]) });
    assert.deepEqual([...y.data], [1, 2, 3 + 10, 20, 30]);
  });

  it('refuses what fits no image', () => {
    const b = new GraphBuilder();
    const columns = b.input('x', 'float32', [N, 12, 9]);
    const make = (image: number[], block: number[], attributes = {}): string => b.add('Col2Im', [columns, b.ints(image), b.ints(block)], attributes);
    assert.deepEqual(b.shape(make([4, 4], [2, 2])), [N, 3, 4, 4]);
    const unfit = [[[5, 4], [2, 2]], [[4, 4], [5, 1]], [[4], [2, 2]], [[], []], [[0, 4], [2, 2]], [[1e9, 1e9], [2, 2]], [[4, 4], [1e9, 2]]];
    for (const [image, block] of unfit) {
      assert.throws(() => make(image, block), FoveaError, `${image.join('×')} from ${block.join('×')}`);
    }
    assert.throws(() => make([4, 4], [2, 2], { strides: [1] }), FoveaError);
    assert.throws(() => b.add('Col2Im', [columns, b.input('sizes', 'int64', [2]), b.ints([2, 2])]), FoveaError);
  });
});
