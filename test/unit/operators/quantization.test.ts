import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import { N } from '../../../src/graph/graph.ts';
import { numbersOf, tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import { checkEvaluate, checkShapes, integers, runGraph, uniform } from './gradient-check.ts';

describe('quantization', () => {
  it('DequantizeLinear of constant weights, per tensor and per axis', async () => {
    for (const [type, least, most] of [['int8', -128, 127], ['uint8', 0, 255]] as const) {
      const weights = { shape: [4, 3, 2, 2], type, values: integers(least, most) };
      const zeros = (count: number) => ({ shape: count === 0 ? [] : [count], type, values: integers(0, 20) });
      await checkEvaluate({ op: 'DequantizeLinear', inputs: [weights, { shape: [], values: [0.02] }, zeros(0)] });
      await checkEvaluate({ op: 'DequantizeLinear', inputs: [weights, { shape: [3], values: uniform(0.01, 0.1) }, zeros(3)] });
      await checkEvaluate({ op: 'DequantizeLinear', inputs: [weights, { shape: [4], values: uniform(0.01, 0.1) }, zeros(4)], attributes: { axis: 0 } });
      await checkEvaluate({ op: 'DequantizeLinear', inputs: [weights, { shape: [2], values: uniform(0.01, 0.1) }], attributes: { axis: -1 } });
    }
    await checkEvaluate({ op: 'DequantizeLinear', inputs: [{ shape: [8], type: 'int32', values: integers(-(10 ** 6), 10 ** 6) }, { shape: [], values: [0.001] }] });
  });

  it('shapes and types', async () => {
    const scale = { shape: [], values: [0.05], constant: true };
    for (const type of ['int8', 'uint8'] as const) {
      const zero = { shape: [], type, values: [3], constant: true };
      await checkShapes({ op: 'QuantizeLinear', inputs: [{ shape: [N, 3] }, scale, zero] });
      await checkShapes({ op: 'DequantizeLinear', inputs: [{ shape: [N, 3], type, values: integers(0, 9) }, scale, zero] });
    }
    await checkShapes({ op: 'QuantizeLinear', inputs: [{ shape: [N, 3] }, scale] });
  });

  it('gradients pass the rounding of activations, except where it saturates', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [6]);
    const [scale, zero] = [b.scalar(0.1), b.constant(tensorOf('uint8', [0], []))];
    const rounded = b.add('DequantizeLinear', [b.add('QuantizeLinear', [x, scale, zero]), scale, zero]);
    const [gradient] = addGradients(b, rounded, b.input('seed', 'float32', [6]), [x]);
    const { y, g } = await runGraph(b.build('rounding', { y: rounded, g: gradient! }), {
      // 8-bit integers from 0 on stand for 0 to 25.5; -0.04 is rounded to 0, -0.06 would be rounded to -1.
      x: tensorOf('float32', [-3, -0.06, -0.04, 1.26, 25.54, 25.56]), seed: tensorOf('float32', [1, 2, 3, 4, 5, 6]),
    });
    assert.deepEqual(Array.from(numbersOf(g)), [0, 0, 3, 4, 5, 0]);
    assert.deepEqual(Array.from(numbersOf(y), (value) => Math.round(value * 10)), [0, 0, 0, 13, 255, 255]);
  });

  it('scales that do not fit, and quantization in blocks, are typed errors', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'uint8', [N, 3]);
    const scales = b.constant(tensorOf('float32', [1, 2]));
    assert.throws(() => b.add('DequantizeLinear', [x, scales]), FoveaError);
    assert.throws(() => b.add('DequantizeLinear', [x, b.scalar(1), b.constant(tensorOf('uint8', [1, 2]))]), FoveaError);
    assert.throws(() => b.add('DequantizeLinear', [x, scales], { axis: 5 }), FoveaError);
    assert.throws(() => b.add('DequantizeLinear', [x, scales], { block_size: 2 }), FoveaError);
    assert.throws(() => b.add('DequantizeLinear', [x]), FoveaError);
  });
});
