/** Measures of a map's quality, as every view shows them. */
import type { Pixels } from './engine.ts';

/** In the order in which they are taken. */
export const metricIds = ['deletion', 'insertion', 'completeness', 'sensitivity-max', 'infidelity', 'sparseness'] as const;
export type MetricId = (typeof metricIds)[number];

/** In which direction a value is better. */
export type Direction = 'lower' | 'higher' | 'zero';

/** Directions as they are said everywhere. */
export const directions: Readonly<Record<Direction, { readonly words: string; readonly mark: string }>> = {
  lower: { words: 'lower is better', mark: '↓' },
  higher: { words: 'higher is better', mark: '↑' },
  zero: { words: 'nearer to zero is better', mark: '→ 0' },
};

/** What is measured, in words. */
export interface Measure {
  title: string;
  better: Direction;
  /** A sentence. */
  description: string;
  /** A sentence: what the number does not say. */
  caveat: string;
  /** What it takes. */
  cost: string;
}

/** What techniques report themselves and an evaluation measures: Σ values − (score − score of the baseline). */
export const completeness: Pick<Measure, 'title' | 'better'> = { title: 'Completeness delta', better: 'zero' };

/** A measure that has not been taken yet. */
export interface PlannedMeasure extends Measure {
  id: MetricId;
  /** About how long it will take; undefined where that is not known. */
  seconds: number | undefined;
  /** Why it makes no sense for the technique, where it makes none. */
  unsuitable: string | undefined;
}

export interface Evaluation extends Measure {
  id: MetricId;
  value: number;
  curve?: MeasureCurve;
  milliseconds: number;
}

export interface MeasureCurve {
  /** Shares of the places that were changed, from 0 to 1. */
  positions: number[];
  /** The class's probability. */
  values: number[];
  pictures?: CurvePictures;
}

/** The inputs along a curve: at each point so many places of `from` are as in `to`. */
export interface CurvePictures {
  /** Of the model's input, as pictures. */
  from: Pixels;
  to: Pixels;
  /** All places, row by row, in the order in which they change. */
  order: Uint32Array;
}
