/** The difference of two results, and what it says in words. Pure functions on numbers. */
import type { DifferenceView } from '../../src/protocol/compare-panel.ts';
import { formatValue, reduceChannels } from '../../src/protocol/display.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';
import type { Fact } from '../ui/facts.ts';

/** Where a map lies may differ by rounding, in pixels. */
const samePlace = 0.01;

export interface Term {
  /** As its cell is called. */
  readonly name: string;
  readonly result: ExplainResult;
}

export interface Difference {
  readonly name: string;
  /** With a signed map of one channel. */
  readonly result: ExplainResult;
  readonly facts: Fact[];
  /** What was subtracted from what, in which unit, and what the signs mean. */
  readonly sentence: string;
}

/** Why there is none. `canScale`: there is one if each map is scaled first. */
export interface Refusal {
  readonly reason: string;
  readonly canScale: boolean;
}

/** Whether two cells have a difference unasked: those of the same technique on the same picture. */
export function hasDifference(subjects: readonly Subject[]): boolean {
  if (subjects.length !== 2) return false;
  const [first, second] = subjects;
  return first.picture === second.picture && first.technique === second.technique;
}

/** `from − less`, place by place, in the unit of both; or why there is none. */
export function differenceOf(from: Term, less: Term, { magnitudes, scaled }: Pick<DifferenceView, 'magnitudes' | 'scaled'>): Difference | Refusal {
  const refuse = (reason: string, canScale = false): Refusal => ({ reason, canScale });
  const [a, b] = [reduceChannels(from.result.map), reduceChannels(less.result.map)];
  const [p, q] = [from.result, less.result];
  if (p.recipe.picture.hash !== q.recipe.picture.hash) return refuse('They are maps of different pictures: no place of one is a place of the other.');
  if (a.width !== b.width || a.height !== b.height) {
    return refuse(`The maps have different resolutions: ${a.width} × ${a.height} and ${b.width} × ${b.height}.`);
  }
  if ((['x', 'y', 'width', 'height'] as const).some((key) => Math.abs(p.placement[key] - q.placement[key]) > samePlace)) {
    return refuse('The models see different parts of the picture.');
  }
  if (p.map.unit !== q.map.unit && !scaled) {
    return refuse(`The maps have different units: ${p.map.unit}; ${q.map.unit}. They can be subtracted once each is divided by its largest magnitude.`, true);
  }
  const tops = [a, b].map(({ values }) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  if (scaled && tops.includes(0)) return refuse(`The map of ${tops[0] === 0 ? from.name : less.name} is zero everywhere and has no scale.`);
  const [s, t] = scaled ? tops : [1, 1];
  const term = magnitudes ? Math.abs : (value: number): number => value;
  const values = a.values.map((value, at) => term(value) / s - term(b.values[at]) / t);
  const unit = scaled ? 'share of the largest magnitude' : p.map.unit;
  const sizes = values.map(Math.abs);
  const most = sizes.reduce((so, value) => Math.max(so, value), 0);
  const bars = magnitudes ? '|' : '';
  const name = `${bars}${from.name}${bars} − ${bars}${less.name}${bars}`;
  const what = `${magnitudes ? 'Magnitudes' : 'Values'}${scaled ? ', each divided by its map\'s largest magnitude' : ''}`;
  const techniques = p.technique === q.technique || scaled ? ''
    : ' The techniques differ, and with them what a value means: scale each map to compare where they look.';
  return {
    name,
    result: {
      ...p, map: { ...p.map, values, channels: 1, signed: true, unit }, standardError: undefined, metrics: [], samples: undefined, notes: [],
    },
    facts: [
      { term: 'Subtracts', value: `${magnitudes ? 'magnitudes' : 'signed values'}${scaled ? ', scaled' : ''}`, hint: `${what}.${techniques}` },
      ...(scaled ? [{ term: 'Scales', value: `${formatValue(s)}; ${formatValue(t)}`, hint: 'Largest magnitude of each map, in its unit' }] : []),
      most === 0 ? { term: 'Difference', value: 'none' } : { term: 'Above zero', value: `more in ${from.name}` },
      { term: 'Mean magnitude', value: formatValue(sizes.reduce((sum, value) => sum + value, 0) / sizes.length) },
      { term: 'Largest magnitude', value: formatValue(most) },
    ],
    sentence: `${name}: ${what.toLowerCase()}, in ${unit}. Above zero: more in ${from.name}; below zero: more in ${less.name}.${techniques}`,
  };
}
