/** What techniques whose values add up to the score's difference from a baseline say of it. */
import { completeness } from '../protocol/measures.ts';
import type { Metric } from './technique.ts';

/** @param sum of the values @param difference of the score from the baseline's */
export function completenessMetrics(sum: number, difference: number): Metric[] {
  return [
    { id: 'delta', ...completeness, values: [sum - difference] },
    { id: 'score-difference', title: 'Score less the baseline\'s', values: [difference] },
  ];
}
