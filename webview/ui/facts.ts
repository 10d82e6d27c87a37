/** What is known about a result, in few words: for the cells of a page and for pictures of it. */
import { formatValue } from '../../src/protocol/display.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import { directions } from '../../src/protocol/measures.ts';
import { formatProbability, formatTime, scoreNames } from './words.ts';

export interface Fact {
  readonly term: string;
  readonly value: string;
  /** More about it. */
  readonly hint?: string;
}

export function factsOf({ class: explained, score, samples, metrics = [], ...result }: ExplainResult): Fact[] {
  return [
    { term: 'Class', value: explained.name },
    { term: 'Probability', value: formatProbability(explained.probability) },
    ...(score.kind === 'probability' ? [] : [{ term: scoreNames[score.kind], value: formatValue(score.value) }]),
    { term: 'Time', value: formatTime(result) },
    ...(samples ? [{ term: 'Samples', value: `${samples.done} of ${samples.total}` }] : []),
    ...metrics.map(({ title, value, better }) => {
      const direction = better && directions[better];
      const hint = [title, direction?.words].filter(Boolean).join(': ');
      return { term: direction ? `${title} ${direction.mark}` : title, value: formatValue(value), hint };
    }),
  ];
}
