/** Short cuts of a backward pass, against the long way: from all logits, through rectifiers that stand on their own. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { chosenLogit } from '../../../src/graph/chosen-logit.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import type { Attribute, Tensor } from '../../../src/graph/graph.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { runGraph } from '../operators/gradient-check.ts';

const classes = 5;

/** Numbers without a pattern, in [-1, 1). */
function numbers(b: GraphBuilder, ...dims: number[]): string {
  const size = dims.reduce((a, d) => a * d, 1);
  return b.constant(tensorOf('float32', Float32Array.from({ length: size }, (_, i) => ((i * 7919 + size * 104729) % 2003) / 1001.5 - 1), dims));
}

function image(count: number): Tensor {
  const data = Float32Array.from({ length: count * 3 * 6 * 6 }, (_, i) => Math.sin(i * 12.9898) * 2);
  return { type: 'float32', dims: [count, 3, 6, 6], data };
}

type Head = (b: GraphBuilder, features: string) => string;
const pooled = (b: GraphBuilder, x: string): string => b.add('Flatten', [b.add('GlobalAveragePool', [x])], { axis: 1 });
const heads: Record<string, Head> = {
  'Gemm with rows of weights': (b, x) => b.add('Gemm', [pooled(b, x), numbers(b, classes, 4), numbers(b, classes)], { transB: 1 }),
  'Gemm with columns of weights': (b, x) => b.add('Gemm', [pooled(b, x), numbers(b, 4, classes), numbers(b, classes)]),
  'MatMul and Add': (b, x) => b.add('Add', [b.add('MatMul', [pooled(b, x), numbers(b, 4, classes)]), numbers(b, classes)]),
  'convolution, rectifier and mean': (b, x) => pooled(b, b.add('Relu', [b.add('Conv', [x, numbers(b, classes, 4, 1, 1), numbers(b, classes)])])),
  'mean and convolution': (b, x) =>
    b.reshape(b.add('Conv', [b.add('GlobalAveragePool', [x]), numbers(b, classes, 4, 1, 1)]), [N, classes]),
};

describe('chosenLogit', () => {
  for (const [name, head] of Object.entries(heads)) {
    it(`has the logit and the gradient that all logits give: ${name}`, async () => {
      const b = new GraphBuilder();
      const x = b.input('image', 'float32', [N, 3, 6, 6]);
      const logits = head(b, b.add('Conv', [x, numbers(b, 4, 3, 3, 3)]));
      const chosen = b.input('classes', 'int64', [N]);
      const oneHot = b.add('OneHot', [chosen, b.constant(tensorOf('int64', [classes], [])), b.constant(tensorOf('float32', [0, 1]))], { axis: -1 });
      const long = b.add('ReduceSum', [b.add('Mul', [logits, oneHot]), b.ints([1])], { keepdims: 1 });
      const [longGradient] = addGradients(b, logits, oneHot, [x]);
      const short = chosenLogit(b, logits, chosen, new Set([x]));
      assert.ok(short);
      const ones = b.add('OneHot', [chosen, b.constant(tensorOf('int64', [1], [])), b.constant(tensorOf('float32', [1, 1]))], { axis: -1 });
      const [shortGradient] = addGradients(b, short, ones, [x]);
      const found = await runGraph(b.build('both', { short, long, shortGradient: shortGradient!, longGradient: longGradient! }),
        { image: image(3), classes: tensorOf('int64', [4, 0, 2]) });
      for (const what of ['', 'Gradient']) {
        const [quick, slow] = [found[`short${what}`], found[`long${what}`]].map((tensor) => tensor.data as Float32Array);
        assert.ok(slow.some((value) => value !== 0), 'something to compare');
        // Sums of at most 1000 products of size 1 in another order: float32 rounds each to 6e-8.
        quick.forEach((value, i) => assert.ok(Math.abs(value - slow[i]) < 1e-5, `${what} ${i}: ${value} and ${slow[i]}`));
      }
    });
  }

  it('refuses what would pass by a tensor to keep, and a head that mixes classes', () => {
    const b = new GraphBuilder();
    const scores = b.add('Relu', [b.add('Conv', [b.input('image', 'float32', [N, 3, 6, 6]), numbers(b, classes, 3, 1, 1)])]);
    const logits = pooled(b, scores);
    const chosen = b.input('classes', 'int64', [N]);
    assert.equal(chosenLogit(b, logits, chosen, new Set([scores])), undefined);
    assert.equal(chosenLogit(b, b.add('Softmax', [logits], { axis: 1 }), chosen, new Set()), undefined);
  });
});

describe('Rectifiers before a max-pooling', () => {
  /** Rectified images, joined, with many zeros, under overlapping windows. */
  function build(b: GraphBuilder, window: Record<string, Attribute> = {}): { x: string; rectified: readonly string[]; y: string } {
    const x = b.input('image', 'float32', [N, 3, 6, 6]);
    const rectified = [1, 3].map((kernel) =>
      b.add('Relu', [b.add('Conv', [x, numbers(b, 4, 3, kernel, kernel)], { pads: [kernel >> 1, kernel >> 1, kernel >> 1, kernel >> 1] })]));
    const y = b.add('MaxPool', [b.add('Concat', rectified, { axis: 1 })], { kernel_shape: [3, 3], strides: [2, 2], ...window });
    return { x, rectified, y };
  }

  const windows: Record<string, Attribute>[] = [{}, { pads: [1, 1, 1, 1] }, { pads: [0, 1, 1, 0], ceil_mode: 1 }];
  for (const window of windows) {
    it(`give the same gradient whether they are asked for theirs or not: ${JSON.stringify(window)}`, () => compare(window));
  }

  async function compare(window: Record<string, Attribute>): Promise<void> {
    const gradient = async (asked: boolean): Promise<Float32Array> => {
      const b = new GraphBuilder();
      const { x, rectified, y } = build(b, window);
      // Asked for, the rectifiers' own gradients must be whole, and each rectifier sets its own to zero.
      const [values, ...others] = addGradients(b, y, y, [x, ...(asked ? rectified : [])]);
      assert.equal(others.length, asked ? 2 : 0);
      const { values: found } = await runGraph(b.build('pool', { values: values! }), { image: image(2) });
      return found.data as Float32Array;
    };
    const [alone, asked] = [await gradient(false), await gradient(true)];
    assert.ok(alone.some((value) => value !== 0));
    // The same products, added up in another layout.
    alone.forEach((value, i) => assert.ok(Math.abs(value - asked[i]) < 1e-5 * Math.max(1, Math.abs(asked[i])), `${i}: ${value} and ${asked[i]}`));
  }

  it('have one mask for each pooling, at its size', () => {
    const b = new GraphBuilder();
    const { x, y } = build(b);
    const [values] = addGradients(b, y, y, [x]);
    const graph = b.build('pool', { values: values! });
    const full = graph.nodes.filter(({ op, outputs }) => op === 'HardSigmoid' && JSON.stringify(graph.values.get(outputs[0])?.shape?.slice(2)) === '[6,6]');
    assert.deepEqual(full, []);
  });
});
