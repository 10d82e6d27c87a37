/** The measures of a map's quality as people see them, and what each takes. */
import { completeness, type Measure, type MetricId } from '../protocol/measures.ts';

/** Passes that the measures take. */
export const effort = { curveSteps: 50, perturbations: 100, nearbyInputs: 10 } as const;
/** How far nearby inputs are, as a part of the range of the input's values: Captum's radius for pictures in [0, 1]. */
export const nearbyRadius = 0.02;

/** Passes of the model alone, and runs of the technique. */
export interface Passes {
  readonly forward: number;
  readonly technique: number;
}

/** The order of places alone counts: that is what the two curves have in common. */
const rankAlone = 'It judges the order of the places alone, and altered pictures look like nothing that the model was trained on.';

export const measures: Readonly<Record<MetricId, Measure & { readonly passes: Passes }>> = {
  deletion: {
    title: 'Deletion', better: 'lower', ...takes(effort.curveSteps + 1),
    description: 'How long the class stays likely as pixels turn black, those with the highest values first: the area under its probability.',
    caveat: rankAlone,
  },
  insertion: {
    title: 'Insertion', better: 'higher', ...takes(effort.curveSteps + 1),
    description: 'How soon the class becomes likely as pixels of a blurred picture become sharp, those with the highest values first: the area under its probability.',
    caveat: rankAlone,
  },
  completeness: {
    ...completeness, ...takes(2),
    description: 'The sum of all values minus the difference of the score to that of the baseline: what the map does not account for.',
    caveat: 'It says that the shares add up, not that each lies in the right place.',
  },
  'sensitivity-max': {
    title: 'Max-sensitivity', better: 'lower', ...takes(0, effort.nearbyInputs),
    description: `How much the map changes where the picture hardly does: the largest relative change among ${effort.nearbyInputs} inputs that differ by at most ${100 * nearbyRadius} % of the range of values.`,
    caveat: 'A map that never changes has 0, however wrong it is.',
  },
  infidelity: {
    title: 'Infidelity', better: 'lower', ...takes(effort.perturbations + 1),
    description: 'How far the map is wrong about what happens to the score when a square is replaced by the baseline: the mean squared error, with the map scaled to fit best.',
    caveat: 'Its unit is the square of the score\'s, so it compares maps of one picture and model only.',
  },
  sparseness: {
    title: 'Sparseness', better: 'higher', ...takes(0),
    description: 'Gini\'s index of the magnitudes: 0 where all are equal, near 1 where few places have everything.',
    caveat: 'A map of few places is easier to read, not more often right.',
  },
};

function takes(forward: number, technique = 0): { cost: string; passes: Passes } {
  const cost = technique > 0 ? `the technique ${technique} times` : forward > 0 ? `${forward} forward passes` : 'no pass of the model';
  return { cost, passes: { forward, technique } };
}
