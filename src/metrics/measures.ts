/** The measures of a map's quality as people see them. */
import type { Measure, MetricId } from '../protocol/trust.ts';

/** Passes that the measures take. */
export const effort = { curveSteps: 50, perturbations: 100, nearbyInputs: 10 } as const;
/** How far nearby inputs are, as a part of the range of the input's values: Captum's radius for pictures in [0, 1]. */
export const nearbyRadius = 0.02;

export const measures: Readonly<Record<MetricId, Measure>> = {
  deletion: {
    title: 'Deletion', better: 'lower', cost: `${effort.curveSteps + 1} forward passes`,
    description: 'Area under the class\'s probability as pixels turn black, those with the highest values first.',
  },
  insertion: {
    title: 'Insertion', better: 'higher', cost: `${effort.curveSteps + 1} forward passes`,
    description: 'Area under the class\'s probability as pixels of a blurred picture become sharp, those with the highest values first.',
  },
  completeness: {
    title: 'Completeness delta', better: 'lower', cost: '2 forward passes',
    description: 'How far the sum of all values is from the difference of the score to that of the baseline.',
  },
  'sensitivity-max': {
    title: 'Max-sensitivity', better: 'lower', cost: `the technique ${effort.nearbyInputs} times`,
    description: `Largest relative change of the map among ${effort.nearbyInputs} inputs that differ by at most ${100 * nearbyRadius} % of the range of values.`,
  },
  infidelity: {
    title: 'Infidelity', better: 'lower', cost: `${effort.perturbations} forward passes`,
    description: 'Mean squared error of the change of the score that the map foretells when a square is replaced by the baseline; the map is scaled to fit best.',
  },
  sparseness: {
    title: 'Sparseness', better: 'higher', cost: 'no pass of the model',
    description: 'Gini\'s index of the magnitudes: 0 where all are equal, near 1 where few places have everything.',
  },
};
