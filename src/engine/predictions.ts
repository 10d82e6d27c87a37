/** Logits as predictions. */
import type { Tensor } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Prediction } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { logProbability } from '../techniques/score-value.ts';

/** Per sample: one logit for each class. */
export function logitRows(logits: Tensor, classes: number): Float32Array[] {
  const data = logits.data as Float32Array;
  return Array.from({ length: data.length / classes }, (_, sample) => data.subarray(sample * classes, (sample + 1) * classes));
}

/** One class as a prediction. */
export function prediction(logits: Float32Array, index: number, labels: readonly string[], finalActivation: Model['finalActivation']): Prediction {
  return { index, name: className(labels, index), logit: logits[index], probability: Math.exp(logProbability(logits, finalActivation)(index)) };
}

/** The `count` most likely classes, best first; equal ones by index. */
export function topPredictions(logits: Float32Array, count: number, labels: readonly string[], finalActivation: Model['finalActivation']): Prediction[] {
  const log = logProbability(logits, finalActivation);
  return Array.from(logits.keys())
    .sort((a, b) => logits[b] - logits[a] || a - b)
    .slice(0, count)
    .map((index) => ({ index, name: className(labels, index), logit: logits[index], probability: Math.exp(log(index)) }));
}

/** A class's name, or "class 17" where none is known. */
export function className(labels: readonly string[], index: number): string {
  return labels[index] ?? `class ${index}`;
}

/** @throws FoveaError `output-not-finite` if a value is NaN or infinite */
export function requireFinite({ data }: Pick<Tensor, 'data'>, what: string): void {
  for (const value of data as Float32Array) {
    if (Number.isFinite(value)) continue;
    throw new FoveaError('output-not-finite', `${what} contain ${Number.isNaN(value) ? 'values that are not a number' : 'infinite values'}.`,
      'The model may be damaged, or its preprocessing may be wrong.');
  }
}
