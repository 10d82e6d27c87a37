/**
 * Twelve small networks with what PyTorch says about them in float64 (`../shared/zoo`, described in its README): numbers that cannot be carried
 * in this repository. Where the folder is absent the tests are skipped.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { addGradients } from '../../src/graph/differentiate.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { numbersOf, tensorOf } from '../../src/graph/tensor.ts';
import { readModel } from '../../src/formats/read-model.ts';
import { readNpy } from '../../src/pictures/npy.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';

const zoo = join(import.meta.dirname, '..', '..', '..', 'shared', 'zoo');

const names = [
  'alexnet_like', 'convnext', 'efficientnet', 'googlenet_pool', 'mobilenet_v2', 'mobilenet_v3_small', 'odd_operators', 'resnet18', 'resnet50',
  'squeezenet1_1', 'vgg_bn', 'vit',
];

interface ZooEntry {
  readonly classes: readonly number[];
}

describe('zoo: PyTorch in float64', () => {
  const manifestFile = join(zoo, 'manifest.json');
  const manifest = existsSync(manifestFile) ? JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, ZooEntry> : undefined;

  for (const name of names) {
    it(`${name}: logits and input gradient`, async function () {
      if (!manifest) {
        console.log(`      skipped: ${zoo} is not there`);
        this.skip();
      }
      const file = (part: string): ReturnType<typeof readNpy> => readNpy(join(zoo, name, part));
      const [picture, expectedLogits, expectedGradient] = await Promise.all(['input.npy', 'logits.npy', 'input_gradient.npy'].map(file));
      const graph = normalise((await readModel(join(zoo, name, 'model.onnx'))).graph);
      const b = GraphBuilder.from(graph);
      const [input, logits] = [graph.inputs[0].name, graph.outputs[0].name];
      const seed = b.input('seed', 'float32', b.shape(logits));
      const [gradient] = addGradients(b, logits, seed, [input]);
      assert.ok(gradient, 'the logits do not depend on the input');
      const program = await (await loadNative()).compile(b.build(name, { logits, gradient }));

      const { classes } = manifest[name];
      const classCount = expectedLogits.dims[1];
      const oneHot = new Float32Array(classes.length * classCount);
      classes.forEach((chosen, sample) => { oneHot[sample * classCount + chosen] = 1; });
      const results = await program.run({
        [input]: picture,
        seed: tensorOf('float32', oneHot, [classes.length, classCount]),
      });
      await program.dispose();

      // PyTorch's own float32 gradients are within 4e-6 of these; no decision of a rectifier or a maximum lies near a tie.
      const forward = relativeErrors(numbersOf(results.logits), numbersOf(expectedLogits), classes.length);
      const backward = relativeErrors(numbersOf(results.gradient), numbersOf(expectedGradient), classes.length);
      assert.ok(Math.max(...forward) < 1e-5, `logits differ by ${forward.join(', ')}`);
      assert.ok(Math.max(...backward) < 2e-5, `input gradients differ by ${backward.join(', ')}`);
    });
  }
});
