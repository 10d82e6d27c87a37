/**
 * Twelve small networks with what PyTorch says about them in float64 (`../shared/zoo`, described in its README): numbers that cannot be carried
 * in this repository. Where the folder is absent the tests are skipped.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { addGradients } from '../../src/graph/differentiate.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { numbersOf, tensorOf } from '../../src/graph/tensor.ts';
import { readModel } from '../../src/formats/read-model.ts';
import { readNpy } from '../../src/pictures/npy.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';
import { gradCam } from '../../src/techniques/grad-cam.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';
import { referenceRuntimes } from '../support/runtimes.ts';

const zoo = join(import.meta.dirname, '..', '..', '..', 'shared', 'zoo');

const names = [
  'alexnet_like', 'convnext', 'efficientnet', 'googlenet_pool', 'mobilenet_v2', 'mobilenet_v3_small', 'odd_operators', 'resnet18', 'resnet50',
  'squeezenet1_1', 'vgg_bn', 'vit',
];

interface ZooEntry {
  readonly classes: readonly number[];
  /** Tensor that Grad-CAM was made of. */
  readonly layer_tensor?: string;
}

describe('zoo: PyTorch in float64', () => {
  const manifestFile = join(zoo, 'manifest.json');
  const manifest = existsSync(manifestFile) ? JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, ZooEntry> : undefined;

  before(function () {
    if (manifest) return;
    console.log(`    skipped: ${zoo} is not there`);
    this.skip();
  });

  const file = (name: string, part: string): Promise<Tensor> => readNpy(join(zoo, name, part));

  async function run(runtime: Runtime, graph: Graph, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const program = await runtime.compile(graph);
    try {
      return await program.run(inputs);
    } finally {
      await program.dispose();
    }
  }

  function assertNear(what: string, found: Tensor, expected: Tensor, samples: number, bound: number): void {
    const errors = relativeErrors(numbersOf(found), numbersOf(expected), samples);
    assert.ok(Math.max(...errors) < bound, `${what} differs by ${errors.join(', ')}`);
  }

  for (const { name: runtimeName, load } of referenceRuntimes) {
    for (const name of names) {
      it(`${name}: logits and input gradient (${runtimeName})`, async () => {
        const [picture, expectedLogits, expectedGradient] = await Promise.all(
          ['input.npy', 'logits.npy', 'input_gradient.npy'].map((part) => file(name, part)));
        const graph = normalise((await readModel(join(zoo, name, 'model.onnx'))).graph);
        const b = GraphBuilder.from(graph);
        const [input, logits] = [graph.inputs[0].name, graph.outputs[0].name];
        const seed = b.input('seed', 'float32', b.shape(logits));
        const [gradient] = addGradients(b, logits, seed, [input]);
        assert.ok(gradient, 'the logits do not depend on the input');

        const { classes } = manifest![name];
        const classCount = expectedLogits.dims[1];
        const oneHot = new Float32Array(classes.length * classCount);
        classes.forEach((chosen, sample) => { oneHot[sample * classCount + chosen] = 1; });
        const found = await run(await load(), b.build(name, { logits, gradient }), {
          [input]: picture, seed: tensorOf('float32', oneHot, [classes.length, classCount]),
        });
        // PyTorch's own float32 gradients are within 4e-6 of these; no decision of a rectifier or a maximum lies near a tie.
        assertNear('the logits', found.logits, expectedLogits, classes.length, 1e-5);
        assertNear('the input gradient', found.gradient, expectedGradient, classes.length, 2e-5);
      });

      it(`${name}: Grad-CAM (${runtimeName})`, async function () {
        const { classes, layer_tensor: tensor } = manifest![name];
        // The transformer and the network of odd operators have no map of PyTorch's.
        if (!tensor) this.skip();
        const model = prepareModel((await readModel(join(zoo, name, 'model.onnx'))).graph);
        const layer = model.layers.find((candidate) => candidate.name === tensor);
        assert.ok(layer, `${tensor} is not among the layers`);
        const graph = gradCam.graph!(model, { layer, score: 'logit', parameters: { relu: true } });
        const { values } = await run(await load(), graph, { [model.input.name]: await file(name, 'input.npy'), classes: tensorOf('int64', classes) });
        assertNear('the map', values, await file(name, 'gradcam.npy'), classes.length, 2e-5);
      });
    }
  }
});
