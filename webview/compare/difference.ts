/** The difference of two results: of the same picture by two models, layers or settings. Pure functions on numbers. */
import { formatValue, reduceChannels } from '../../src/protocol/display.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';
import type { Fact } from '../ui/facts.ts';

/** Where a map lies may differ by rounding, in pixels. */
const samePlace = 0.01;

/** Whether it makes sense to subtract: the same technique on the same picture, twice. */
export function hasDifference(subjects: readonly Subject[]): boolean {
  if (subjects.length !== 2) return false;
  const [first, second] = subjects;
  return first.picture === second.picture && first.technique === second.technique;
}

/** Second minus first, as a result with a signed map of one channel, and how large it is; or why there is none. */
export function differenceOf(first: ExplainResult, second: ExplainResult): { result: ExplainResult; facts: Fact[] } | { reason: string } {
  const [a, b] = [reduceChannels(first.map), reduceChannels(second.map)];
  if (a.width !== b.width || a.height !== b.height) {
    return { reason: `The maps have different resolutions: ${a.width} × ${a.height} and ${b.width} × ${b.height}.` };
  }
  if (first.map.unit !== second.map.unit) return { reason: `The maps have different units: ${first.map.unit}; ${second.map.unit}.` };
  const [p, q] = [first.placement, second.placement];
  if ((['x', 'y', 'width', 'height'] as const).some((key) => Math.abs(p[key] - q[key]) > samePlace)) {
    return { reason: 'The models see different parts of the picture.' };
  }
  const values = b.values.map((value, at) => value - a.values[at]);
  const map = { ...second.map, values, channels: 1, signed: true };
  const magnitudes = values.map(Math.abs);
  const facts = [
    { term: 'Mean magnitude', value: formatValue(magnitudes.reduce((sum, value) => sum + value, 0) / magnitudes.length) },
    { term: 'Largest magnitude', value: formatValue(magnitudes.reduce((most, value) => Math.max(most, value), 0)) },
  ];
  return { facts, result: { ...second, map, standardError: undefined, metrics: [], samples: undefined, notes: [] } };
}
