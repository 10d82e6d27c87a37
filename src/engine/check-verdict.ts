/** What the similarities of a sanity check mean, in plain words. */
import type { CheckMode } from '../protocol/checks.ts';
import { likeness } from '../protocol/likeness.ts';
import type { Similarity, Verdict, VerdictLevel } from '../protocol/trust.ts';

/**
 * Likeness below the first: the map changes; from the second on: it hardly does. On the bundled model and a SqueezeNet saliency has 0.3 to 0.5,
 * Grad-CAM 0 to 0.3, guided backpropagation, which is known to ignore upper layers, 0.8 to 1.
 */
const [changes, stays] = [0.6, 0.75];

/** One step, as far as it is judged. */
interface JudgedStep {
  readonly layers: number;
  readonly similarity: Similarity;
}

/**
 * The mean likeness of the judged steps against two thresholds. Of a cascade the steps that leave at least the lower half of the layers as they
 * are: once the first filters are shuffled too, even an edge detector made of them changes.
 * @param steps at least one
 * @param layers that the model has
 */
export function verdict(mode: CheckMode, technique: string, steps: readonly JudgedStep[], layers: number): Verdict {
  const judged = mode === 'cascading' ? steps.filter((step) => step.layers <= layers / 2 + 1) : steps;
  const mean = judged.reduce((sum, { similarity }) => sum + likeness(similarity), 0) / judged.length;
  const level = mean < changes ? 'passed' : mean >= stays ? 'failed' : 'mixed';
  return {
    level, label: labels[level], sentence: sentences[mode][level](technique, number(mean)),
    rule: `Likeness: the median of rank correlation of magnitudes, SSIM and HOG correlation, ${averaged[mode]}: ${number(mean)}. `
      + `Passed below ${changes}, failed from ${stays}.`,
  };
}

const number = (value: number): string => value.toFixed(2);

const labels: Readonly<Record<VerdictLevel, string>> = {
  passed: 'Sanity check passed', mixed: 'Sanity check unclear', failed: 'Sanity check failed',
};

const averaged: Readonly<Record<CheckMode, string>> = {
  cascading: 'averaged over the steps that leave the lower half of the model as it is',
  independent: 'averaged over the layers',
  'random-logit': 'averaged over the other classes',
};

const sentences: Readonly<Record<CheckMode, Readonly<Record<VerdictLevel, (technique: string, mean: string) => string>>>> = {
  cascading: {
    passed: (technique, mean) => `${technique}'s map changes when the upper layers are made meaningless (likeness ${mean}): it depends on what this model learned.`,
    mixed: (technique, mean) => `${technique}'s map changes only in part when the upper layers are made meaningless (likeness ${mean}).`,
    failed: (technique, mean) => `${technique}'s map hardly changes when the upper layers are made meaningless (likeness ${mean}): `
      + 'it shows the picture more than what this model learned.',
  },
  independent: {
    passed: (technique, mean) => `${technique}'s map changes when any single layer is made meaningless (likeness ${mean}).`,
    mixed: (technique, mean) => `${technique}'s map changes only in part when a single layer is made meaningless (likeness ${mean}); layers with a shortcut around them matter less.`,
    failed: (technique, mean) => `${technique}'s map hardly changes when a single layer is made meaningless (likeness ${mean}).`,
  },
  'random-logit': {
    passed: (technique, mean) => `${technique}'s map changes with the class (likeness ${mean}).`,
    mixed: (technique, mean) => `${technique}'s map changes only in part with the class (likeness ${mean}).`,
    failed: (technique, mean) => `${technique}'s map is nearly the same whatever class is explained (likeness ${mean}): it does not say what speaks for this class.`,
  },
};

/** What is known against checks of this kind. */
export function caveats(mode: CheckMode): string[] {
  const common = [
    'A passed check does not say that the map is right, only that it depends on the model (Adebayo et al. 2018).',
    'Similarities depend on how maps are normalised, and noisy maps look dissimilar by their noise alone (Binder et al. 2022, Hedström et al. 2024).',
  ];
  if (mode === 'random-logit') return [...common, 'Classes that look alike may rightly have the same map.'];
  return [
    ...common,
    'Shuffled weights keep some of the activations\' pattern, most of all through shortcuts and in the layers near the picture (Binder et al. 2022).',
    'A map of a layer\'s activations alone does not depend on the layers above it.',
  ];
}
