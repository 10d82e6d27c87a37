/** Every case of the shared reference vectors is in this project's data, or it is said here why it does not apply. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const vectors = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors');
const data = path.join(import.meta.dirname, 'data');

interface Case {
  readonly id: string;
  readonly method: string;
}

/** By method. */
const methodsLeftOut: Readonly<Record<string, readonly string[]>> = {
  'techniques that are not built yet': [
    'internalInfluence', 'layerIntegratedGradients', 'neuronConductance', 'neuronIntegratedGradients', 'lrp', 'layerLrp', 'deepLiftShap', 'layerDeepLift',
    'layerDeepLiftShap', 'neuronDeepLift', 'neuronDeepLiftShap', 'layerGradientShap', 'neuronGradientShap', 'featureAblation', 'layerFeatureAblation',
    'noiseTunnelFeatureAblation', 'neuronFeatureAblation', 'shapleyValueSampling', 'shapleyValues', 'kernelShap', 'guidedIntegratedGradients',
    'blurIntegratedGradients', 'femMap',
  ],
  'measures that Fovea does not offer': [
    'averageDrop', 'attributionEntropy', 'kendallTau', 'manhattanDistance', 'meanAbsDifference', 'cosineDistance', 'mse', 'lipschitzConstant',
    'squaredDifference', 'normaliseByMax', 'normaliseByNegative', 'normaliseBySecondMoment', 'pointingGame', 'topKIntersection', 'relevanceMassAccuracy',
    'relevanceRankAccuracy', 'localisationAuc', 'intersectionCoefficient', 'normalizedRmse', 'roadLinearImputation',
  ],
  'rules, objectives and regularisers that Fovea does not offer': [
    'reluOpen', 'cosineSimilarity', 'l1Regularizer', 'l2Regularizer', 'lInfRegularizer', 'totalVariationL1',
  ],
};
/** By case. */
const leftOut: Readonly<Record<string, string>> = {
  'gc-conv1-channels': 'Grad-CAM sums over channels',
  'occ-mi-baselines': 'a baseline that is another for each place', 'occ-conv-window': 'a window that is not square', 'occ-conv-shapes': 'the same',
  'fgsm-mask': 'a mask of what may change', 'fgsm-mask-multi': 'the same', 'pgd-mask-targeted': 'the same', 'pgd-mask-multi': 'the same',
  'xplique-gradcampp-weights': 'means where the paper has sums', 'pair-occlusion': 'a sum over windows where ours is their mean',
  'xplique-occlusion-count-9': 'windows with gaps between them', 'tf-explain-patch': 'a patch on a picture, before the model\'s input is made of it',
};
/** In the text of a test instead of a data file. */
const inTests: Readonly<Record<string, string>> = {
  'pair-ig': 'vectors-attributions.test.ts', 'pair-gradient': 'vectors-attributions.test.ts', 'xplique-trapezoid': 'vectors-attributions.test.ts',
  'xplique-path': 'vectors-attributions.test.ts', 'tf-explain-path': 'vectors-attributions.test.ts', 'xplique-occlusion-masks': 'vectors-attributions.test.ts',
  'xplique-occlusion-count-100': 'vectors-attributions.test.ts', 'xplique-occlusion-count-25': 'vectors-attributions.test.ts',
  'xplique-occlusion-delta': 'vectors-attributions.test.ts', 'xplique-gradcam-weights': 'grad-cam.test.ts',
  'skimage-ssim-default': 'vectors-metrics.test.ts', 'skimage-ssim-gaussian': 'vectors-metrics.test.ts', 'skimage-psnr': 'vectors-metrics.test.ts',
  'tv-squares-small': 'style-losses.test.ts', 'gram-small': 'style-losses.test.ts', 'content-small': 'style-losses.test.ts', 'style-small': 'style-losses.test.ts',
};
/** Numbers that hang on a photograph or on weights that cannot be had here; see the README of the vectors. */
const unverified = /^cs231n-/;
/** Rules that Fovea does not offer: left and right sums. */
const otherRules = /^riemann_(left|right)-/;

function read(file: string): Case[] {
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as { cases?: Case[] } | Case[];
  return Array.isArray(parsed) ? parsed : parsed.cases ?? [];
}

const methodsOut = new Set(Object.values(methodsLeftOut).flat());

describe('the shared reference vectors', () => {
  before(function () {
    if (existsSync(vectors)) return;
    console.log(`      skipped: ${vectors} is not there`);
    this.skip();
  });

  for (const name of ['captum-attributions', 'adversarial', 'quadrature', 'gradcam', 'relu-rules', 'paths', 'perturbation', 'metrics', 'style']) {
    it(`${name}: all that applies is tested`, () => {
      const own = new Set(readdirSync(data).filter((file) => file.endsWith('.json')).flatMap((file) => read(path.join(data, file))).map(({ id }) => id));
      const cases = read(path.join(vectors, `${name}.json`));
      const missing = cases.filter(({ id, method }) => {
        return !own.has(id) && !(id in inTests) && !(id in leftOut) && !methodsOut.has(method) && !unverified.test(id) && !otherRules.test(id);
      });
      const tested = cases.filter(({ id }) => own.has(id) || id in inTests).length;
      console.log(`        ${tested} of ${cases.length} apply`);
      assert.deepEqual(missing.map(({ id }) => id), []);
      assert.deepEqual(cases.filter(({ id, method }) => own.has(id) && (id in leftOut || methodsOut.has(method))), [], 'left out, and yet tested');
    });
  }
});
