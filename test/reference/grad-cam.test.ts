/** Grad-CAM against maps that the test suites of other projects expect, on networks whose activation and gradient are given. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Graph, Node, Tensor } from '../../src/graph/graph.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { makeTensor, tensorOf } from '../../src/graph/tensor.ts';
import { gradCam } from '../../src/techniques/grad-cam.ts';
import { referenceRuntimes } from '../support/runtimes.ts';

interface Case {
  id: string;
  citation: string;
  /** [channel][row][column] */
  inputs: { activations: number[][][]; gradients: number[][][] };
  expected: number[][];
  tolerance: { abs: number };
  /** The map divided by its maximum. */
  normalised: boolean;
}
const cases = JSON.parse(readFileSync(new URL('data/grad-cam.json', import.meta.url), 'utf8')) as Case[];

function tensor(values: number[][][]): Tensor {
  return tensorOf('float32', values.flat(2), [1, values.length, values[0].length, values[0][0].length]);
}

/** score = Σ G·A with A = x: a network whose layer A has the activation x and the gradient G. */
function network(gradient: Tensor): Graph {
  const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node =>
    ({ op, domain: '', name: output, inputs, outputs: [output], attributes });
  return {
    name: 'linear', opset: 17, metadata: {}, values: new Map(),
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', ...gradient.dims.slice(1)] }],
    outputs: [{ name: 'score', type: 'float32', shape: ['batch', 1] }],
    initializers: new Map([['zero', makeTensor('float32', [])], ['gradient', gradient], ['axis', tensorOf('int64', [1])]]),
    nodes: [
      node('Add', ['x', 'zero'], 'layer'), node('Mul', ['layer', 'gradient'], 'product'),
      node('Flatten', ['product'], 'flat'), node('ReduceSum', ['flat', 'axis'], 'score', { keepdims: 1 }),
    ],
  };
}

for (const { name, load } of referenceRuntimes) {
  describe(`Grad-CAM (${name})`, () => {
    for (const { id, citation, inputs, expected, tolerance, normalised } of cases) {
      it(`${id} (${citation})`, async () => {
        const model = prepareModel(network(tensor(inputs.gradients)));
        const layer = model.layers.find(({ name }) => name === 'layer');
        const program = await (await load()).compile(gradCam.graph!(model, { layer, score: 'logit', parameters: { relu: true } }));
        const { values } = await program.run({ image: tensor(inputs.activations), classes: tensorOf('int64', [0]) });
        await program.dispose();
        const map = [...values.data as Float32Array];
        const scale = normalised ? Math.max(...map) : 1;
        assert.deepEqual(values.dims, [1, 1, expected.length, expected[0].length]);
        expected.flat().forEach((value, i) => assert.ok(Math.abs(map[i] / scale - value) <= tolerance.abs, `${i}: ${map[i] / scale}, expected ${value}`));
      });
    }

    it('weights are the means of the gradients (deel-ai/xplique@0c90fa41:tests/attributions/test_grad_cam.py:test_weights_computation)', async () => {
      const gradients = tensor([[[1, 1], [1, 1]], [[1, 1], [0, 0]], [[1, 0.5], [0, 0]], [[0.5, 0], [0, 0]]]);
      const model = prepareModel(network(gradients));
      const layer = model.layers.find(({ name }) => name === 'layer');
      const program = await (await load()).compile(gradCam.graph!(model, { layer, score: 'logit', parameters: { relu: false } }));
      const weights: number[] = [];
      for (let k = 0; k < 4; k++) {
        // Where one channel is one and the others are zero, the map is that channel's weight.
        const image = tensorOf('float32', Array.from({ length: 16 }, (_, i) => (i >> 2 === k ? 1 : 0)), [1, 4, 2, 2]);
        weights.push(Number((await program.run({ image, classes: tensorOf('int64', [0]) })).values.data[0]));
      }
      await program.dispose();
      assert.deepEqual(weights, [1, 0.5, 0.375, 0.125]);
    });
  });
}
