import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph } from '../../../src/graph/graph.ts';
import { randomise, weightLayers } from '../../../src/graph/randomise.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { RandomStream } from '../../../src/techniques/random.ts';

const ramp = (dims: readonly number[], from = 0) => {
  return tensorOf('float32', Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => from + i), dims);
};

/** Scaled picture, convolution with batch normalization, matrix product with a bias added behind it, and a temperature. */
function network(): Graph {
  const b = new GraphBuilder();
  const image = b.input('image', 'float32', [N, 3, 4, 4]);
  const scaled = b.add('Mul', [image, b.constant(ramp([1, 3, 1, 1]), 'scale')]);
  const conv = b.add('Conv', [scaled, b.constant(ramp([5, 3, 3, 3]), 'kernel')], { kernel_shape: [3, 3] }, { outputs: ['conv'] });
  const statistics = ['gamma', 'beta', 'mean', 'variance'].map((name, i) => b.constant(ramp([5], 10 * (i + 1)), name));
  const normal = b.add('BatchNormalization', [conv, ...statistics], {});
  const flat = b.add('Flatten', [b.add('GlobalAveragePool', [b.add('Relu', [normal])])], { axis: 1 });
  const product = b.add('MatMul', [flat, b.constant(ramp([5, 7]), 'matrix')], {}, { outputs: ['product'] });
  const biased = b.add('Add', [product, b.constant(ramp([7]), 'bias')]);
  return b.build('network', { logits: b.add('Div', [biased, b.constant(tensorOf('float32', [2], []), 'temperature')]) });
}

const drawing = (seed: number) => (tensor: string) => {
  const stream = new RandomStream(seed, tensor.length);
  return (bound: number, place: number) => stream.below(bound, place);
};

const data = ({ initializers }: Graph, name: string) => [...initializers.get(name)!.data as Float32Array];
const sorted = (values: number[]) => [...values].sort((a, b) => a - b);

describe('layers with weights', () => {
  it('are the products, each with the normalisation and bias that follow; the scaling of the picture, and what is one number, is none', () => {
    assert.deepEqual(weightLayers(network()), [
      { name: 'conv', op: 'Conv', weights: ['kernel', 'gamma', 'beta', 'mean', 'variance'] },
      { name: 'product', op: 'MatMul', weights: ['matrix', 'bias'] },
    ]);
  });
});

describe('randomised weights', () => {
  const graph = network();
  const layers = weightLayers(graph);

  it('keep their shapes and values, in another order: all statistics stay', () => {
    const changed = randomise(graph, layers, drawing(1));
    for (const name of layers.flatMap(({ weights }) => weights)) {
      assert.deepEqual(changed.initializers.get(name)!.dims, graph.initializers.get(name)!.dims);
      assert.notDeepEqual(data(changed, name), data(graph, name), name);
      assert.deepEqual(sorted(data(changed, name)), sorted(data(graph, name)), name);
    }
  });

  it('may come in every order, each by one drawing', () => {
    const b = new GraphBuilder();
    const matrix = b.constant(tensorOf('float32', [1, 2, 3], [1, 3]), 'matrix');
    const small = b.build('small', { logits: b.add('MatMul', [b.input('x', 'float32', [N, 1]), matrix]) });
    const orders = [0, 1, 2].flatMap((second) => [0, 1].map((first) => {
      const drawn = new Map([[3, second], [2, first]]);
      return data(randomise(small, weightLayers(small), () => (bound) => drawn.get(bound)!), 'matrix').join('');
    }));
    assert.deepEqual(orders.sort(), ['123', '132', '213', '231', '312', '321']);
  });

  it('are those of the layers given alone, and the graph that was given stays as it is', () => {
    const before = [...graph.initializers.keys()].map((name) => data(graph, name));
    const changed = randomise(graph, [layers[1]], drawing(1));
    for (const name of ['scale', ...layers[0].weights]) assert.equal(changed.initializers.get(name), graph.initializers.get(name));
    assert.deepEqual([...graph.initializers.keys()].map((name) => data(graph, name)), before);
  });

  it('follow from the seed, whichever other layers are shuffled too', () => {
    const [all, one] = [randomise(graph, layers, drawing(1)), randomise(graph, [layers[1]], drawing(1))];
    assert.deepEqual(data(all, 'matrix'), data(one, 'matrix'));
    assert.notDeepEqual(data(randomise(graph, layers, drawing(2)), 'matrix'), data(all, 'matrix'));
  });

  it('keep nothing of their order: on average a weight is one step of the mean distance away', () => {
    const [before, after] = [data(graph, 'kernel'), data(randomise(graph, layers, drawing(3)), 'kernel')];
    const distance = before.reduce((sum, value, i) => sum + Math.abs(value - after[i]), 0) / before.length;
    // The mean distance of two of n random places is n/3, here 45, with a deviation of about 0.24·n/√n = 2.8; five of them.
    assert.ok(Math.abs(distance - before.length / 3) < 14, String(distance));
  });
});
