/**
 * Attributions of twelve small networks against Captum and pytorch-grad-cam in float64 (`../shared/zoo`, described in its README): arrays
 * that cannot be carried in this repository. Where the folder is absent the tests are skipped.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { readModel } from '../../src/formats/read-model.ts';
import { readNpy } from '../../src/pictures/npy.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';

const zoo = join(import.meta.dirname, '..', '..', '..', 'shared', 'zoo');

/** The technique and the parameters that each array of the zoo was made with. */
const methods: Readonly<Record<string, { technique: string; parameters?: Record<string, unknown> }>> = {
  input_x_gradient: { technique: 'input-x-gradient' },
  grad_cam_plus_plus: { technique: 'grad-cam-plus-plus', parameters: { preset: 'pytorch-grad-cam', relu: false } },
  hires_cam: { technique: 'hires-cam', parameters: { relu: false } },
  layer_cam: { technique: 'layer-cam', parameters: { relu: false } },
  layer_activation: { technique: 'layer-activation' },
  layer_gradient_x_activation: { technique: 'layer-gradient-x-activation' },
};

interface ZooEntry {
  readonly classes: readonly number[];
  readonly layer_tensor?: string;
  readonly attributions: Readonly<Record<string, unknown>>;
}

describe('zoo: attributions of Captum and pytorch-grad-cam in float64', () => {
  const manifestFile = join(zoo, 'manifest.json');
  if (!existsSync(manifestFile)) {
    it('the folder of references', function () {
      console.log(`      skipped: ${zoo} is not there`);
      this.skip();
    });
    return;
  }
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, ZooEntry>;

  for (const [name, { classes, layer_tensor: layerName, attributions }] of Object.entries(manifest)) {
    describe(name, () => {
      const bench = new TechniqueBench(async () => prepareModel((await readModel(join(zoo, name, 'model.onnx'))).graph));
      after(() => bench.dispose());

      for (const [method, { technique: id, parameters }] of Object.entries(methods)) {
        if (!(method in attributions)) continue;
        it(method, async function () {
          this.timeout(120_000);
          const [input, expected] = await Promise.all(['input.npy', `${method}.npy`].map((file) => readNpy(join(zoo, name, file))));
          const technique = techniques.find((one) => one.id === id)!;
          // The references explain what the network gives out: log-probabilities where it ends in a log-softmax.
          const score = (await bench.model).finalActivation === 'log-softmax' ? 'log-probability' : 'logit';
          const { values } = await runTechnique(bench, technique, { input, classes, parameters, score, layer: layerName });
          assert.equal(values.data.length, expected.data.length, `shape ${values.dims.join()} instead of ${expected.dims.join()}`);
          // float32 arithmetic of PyTorch is within 4e-6 of these gradients; no decision of a rectifier or a maximum lies near a tie.
          const errors = relativeErrors(values.data as Float32Array, expected.data as Float32Array, classes.length);
          assert.ok(Math.max(...errors) < 2e-5, `differs by ${errors.join(', ')}`);
        });
      }
    });
  }
});
