/** Which tensors of a network are layers with positions, wherever the channels stand. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { gradCam } from '../../../src/techniques/grad-cam.ts';
import { runTechnique, TechniqueBench } from '../../support/technique-bench.ts';

/** Numbers in ±0.5 without a pattern. */
function some(dims: readonly number[], phase = 0): Tensor {
  return tensorOf('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 * Math.sin(1.7 * i + phase)), dims);
}

/** Convolution, a bias and a product in every position, ReLU, pooling, classifier; between the transpositions channels come last. */
function network(channelsLast: boolean): Graph {
  const b = new GraphBuilder();
  const conv = b.add('Conv', [b.input('x', 'float32', [N, 3, 8, 8]), b.constant(some([4, 3, 3, 3]))], { pads: [1, 1, 1, 1] }, { outputs: ['conv'] });
  const product = some([4, 4], 2);
  let mixed: string;
  if (channelsLast) {
    const moved = b.add('Transpose', [conv], { perm: [0, 2, 3, 1] }, { outputs: ['moved'] });
    const biased = b.add('Add', [moved, b.constant(some([4], 1))], {}, { outputs: ['biased'] });
    const last = b.add('MatMul', [biased, b.constant(product)], {}, { outputs: ['mixed'] });
    mixed = b.add('Transpose', [last], { perm: [0, 3, 1, 2] });
  } else {
    const biased = b.add('Add', [conv, b.constant(some([4, 1, 1], 1))], {}, { outputs: ['biased'] });
    const kernel = tensorOf('float32', Float32Array.from({ length: 16 }, (_, i) => Number(product.data[4 * (i % 4) + Math.floor(i / 4)])), [4, 4, 1, 1]);
    mixed = b.add('Conv', [biased, b.constant(kernel)], {}, { outputs: ['mixed'] });
  }
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [b.add('Relu', [mixed], {}, { outputs: ['relu'] })])], { axis: 1 });
  return b.build('network', { scores: b.add('Gemm', [pooled, b.constant(some([4, 5], 3))]) });
}

describe('layers', () => {
  it('are found where channels come last, through products in every position', () => {
    const { layers, defaultLayer } = prepareModel(network(true));
    assert.deepEqual(layers.map(({ name, map }) => [name, map.kind]),
      [['conv', 'spatial'], ['biased', 'channels-last'], ['mixed', 'channels-last'], ['relu', 'spatial']]);
    assert.deepEqual(layers[1].map, { kind: 'channels-last', channels: 4, height: 8, width: 8 });
    assert.equal(defaultLayer?.name, 'relu');
  });

  it('have the same map wherever the channels stand', async () => {
    const maps = await Promise.all([true, false].map(async (channelsLast) => {
      const bench = new TechniqueBench(() => prepareModel(network(channelsLast)));
      try {
        const asked = { input: some([2, 3, 8, 8], 4), classes: [3, 1], parameters: { relu: false } };
        const results = [];
        for (const layer of ['biased', 'mixed']) results.push(await runTechnique(bench, gradCam, { ...asked, layer }));
        return results.map(({ values }) => values);
      } finally {
        await bench.dispose();
      }
    }));
    maps[0].forEach(({ dims, data }, i) => {
      assert.deepEqual(dims, [2, 1, 8, 8]);
      const largest = Math.max(...(data as Float32Array).map(Math.abs));
      assert.ok(largest > 1e-3);
      // Sums of a few dozen float32 products, in another order.
      (data as Float32Array).forEach((value, at) => assert.ok(Math.abs(value - Number(maps[1][i].data[at])) < 1e-5 * largest));
    });
  });

  it('are not windows of attention, which stand where the batch was', () => {
    const b = new GraphBuilder();
    const conv = b.add('Conv', [b.input('x', 'float32', [N, 3, 8, 8]), b.constant(some([4, 3, 3, 3]))], { pads: [1, 1, 1, 1] }, { outputs: ['conv'] });
    const rows = b.add('Transpose', [conv], { perm: [0, 2, 3, 1] });
    const windows = b.add('Reshape', [rows, b.ints([-1, 16, 4])]);
    const scored = b.add('MatMul', [windows, b.constant(some([4, 4], 1))], {}, { outputs: ['windows'] });
    const back = b.add('Reshape', [scored, b.ints([-1, 8, 8, 4])]);
    const sum = b.add('Add', [rows, back], {}, { outputs: ['sum'] });
    const pooled = b.add('Reshape', [b.add('ReduceMean', [sum, b.ints([1, 2])], { keepdims: 0 }), b.ints([-1, 4])]);
    const { layers, defaultLayer } = prepareModel(b.build('windows', { scores: b.add('Gemm', [pooled, b.constant(some([4, 5], 3))]) }));
    assert.deepEqual(layers.map(({ name }) => name), ['conv', 'sum']);
    assert.equal(defaultLayer?.name, 'sum');
  });
});
