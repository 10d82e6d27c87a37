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
import type { ScoreKind } from '../../src/protocol/techniques.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';

const zoo = join(import.meta.dirname, '..', '..', '..', 'shared', 'zoo');

/** The technique and the parameters that each array of the zoo was made with. */
const methods: Readonly<Record<string, { technique: string; parameters?: Record<string, unknown> }>> = {
  input_x_gradient: { technique: 'input-x-gradient' },
  integrated_gradients: { technique: 'integrated-gradients', parameters: { preset: 'captum' } },
  integrated_gradients_trapezoid: { technique: 'integrated-gradients', parameters: { preset: 'captum-trapezoid', steps: 20 } },
  deep_lift_rescale: { technique: 'deep-lift', parameters: { preset: 'captum' } },
  occlusion: { technique: 'occlusion', parameters: { preset: 'captum', window: 16, stride: 8 } },
  score_cam: { technique: 'score-cam', parameters: { preset: 'pytorch-grad-cam', relu: false } },
  guided_backprop: { technique: 'guided-backprop' },
  deconvolution: { technique: 'deconvnet' },
  layer_conductance: { technique: 'layer-conductance', parameters: { preset: 'captum' } },
  grad_cam_plus_plus: { technique: 'grad-cam-plus-plus', parameters: { preset: 'pytorch-grad-cam', relu: false } },
  hires_cam: { technique: 'hires-cam', parameters: { relu: false } },
  layer_cam: { technique: 'layer-cam', parameters: { relu: false } },
  layer_activation: { technique: 'layer-activation' },
  layer_gradient_x_activation: { technique: 'layer-gradient-x-activation' },
};

/**
 * Where the way from the baseline passes so close to ties of rectifiers and maxima (at the baseline of zero, maxima are all ties), or so close
 * to a picture without contrast that is normalised, that rounding decides: no computation in float32 can reproduce what float64 gives there.
 * The test shows for each that moving the inputs of the passes by ten times their own rounding changes the result as much.
 */
const sensitive: ReadonlySet<string> = new Set([
  'resnet50 integrated_gradients', 'vgg_bn integrated_gradients', 'mobilenet_v2 integrated_gradients',
  'mobilenet_v2 integrated_gradients_trapezoid', 'googlenet_pool integrated_gradients_trapezoid', 'odd_operators integrated_gradients_trapezoid',
  'vgg_bn layer_conductance', 'convnext layer_conductance',
  // Its logits are 4e-6 off in float32, and what occlusion shows is a tenth of them.
  'mobilenet_v2 occlusion',
]);

/** Input values moved by ten times the rounding of float32, in directions without a pattern. */
const relativeMove = (value: number, i: number): number => value * (1 + 1e-6 * Math.sin(1000 * i));
/** The same for values of zero, as the baseline has. */
const absoluteMove = (value: number, i: number): number => value + 3e-7 * Math.sin(1000 * i);

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
          const score: ScoreKind = (await bench.model).finalActivation === 'log-softmax' ? 'log-probability' : 'logit';
          const request = { input, classes, parameters, score, layer: layerName };
          const { values } = await runTechnique(bench, technique, request);
          assert.equal(values.data.length, expected.data.length, `shape ${values.dims.join()} instead of ${expected.dims.join()}`);
          // float32 arithmetic of PyTorch is within 4e-6 of these gradients; no decision of a rectifier or a maximum lies near a tie.
          const errors = relativeErrors(values.data as Float32Array, expected.data as Float32Array, classes.length);
          if (!sensitive.has(`${name} ${method}`)) {
            assert.ok(Math.max(...errors) < 2e-5, `differs by ${errors.join(', ')}`);
            return;
          }
          // The trapezoid takes the gradient of the baseline itself.
          const move = method.endsWith('trapezoid') ? absoluteMove : relativeMove;
          const moved = await runTechnique(bench, technique, { ...request, move });
          const changes = relativeErrors(moved.values.data as Float32Array, values.data as Float32Array, classes.length);
          console.log(`        ${method} differs by ${Math.max(...errors).toExponential(1)}; rounding changes it by ${Math.max(...changes).toExponential(1)}`);
          assert.ok(Math.max(...errors) < 2 * Math.max(...changes), `differs by ${errors.join(', ')}, while rounding changes it by ${changes.join(', ')}`);
        });
      }
    });
  }
});
