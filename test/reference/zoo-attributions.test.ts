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

/** Arrays of techniques that are not built yet. */
const later: ReadonlySet<string> = new Set([
  'ablation_cam', 'eigen_cam', 'eigen_grad_cam', 'internal_influence', 'layer_integrated_gradients', 'xgrad_cam',
]);

/**
 * Where the way from the baseline passes so close to ties of rectifiers and maxima (at the baseline of zero, maxima are all ties), or so close to a
 * picture without contrast that is normalised, that rounding decides. The zoo was made from modules in float64; PyTorch itself, given the ONNX
 * file with its folded float32 weights, is as far from those arrays in float32, and for most of them in float64 too: data/zoo-float32.py.
 * No order of adding up can help: what differs are decisions inside the network.
 */
const ofPyTorch = JSON.parse(readFileSync(join(import.meta.dirname, 'data', 'zoo-float32.json'), 'utf8')) as {
  errors: Readonly<Record<string, { readonly float64: number; readonly float32: readonly number[] } | undefined>>;
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

  it('every array is compared, or is of a technique that is not built yet', () => {
    const all = new Set(Object.values(manifest).flatMap(({ attributions }) => Object.keys(attributions)));
    assert.deepEqual([...all].filter((method) => !(method in methods) && !later.has(method)), []);
  });

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
          const pyTorch = ofPyTorch.errors[`${name} ${method}`];
          if (pyTorch) console.log(`        ${method} differs by ${Math.max(...errors).toExponential(1)}, PyTorch by ${pyTorch.float64} and ${pyTorch.float32.join(' and ')}`);
          // Which decisions fall otherwise differs from one order of sums to another: PyTorch's two sets of kernels are up to eight times apart.
          const bound = pyTorch ? 3 * Math.max(pyTorch.float64, ...pyTorch.float32) : 2e-5;
          assert.ok(Math.max(...errors) < bound, `differs by ${errors.join(', ')}`);
        });
      }
    });
  }
});
