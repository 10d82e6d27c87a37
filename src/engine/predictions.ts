/** Logits as predictions and as the explained score. */
import type { Tensor } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Prediction } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { ScoreKind } from '../protocol/techniques.ts';

/** Per sample: one logit for each class. */
export function logitRows(logits: Tensor, classes: number): Float32Array[] {
  const data = logits.data as Float32Array;
  return Array.from({ length: data.length / classes }, (_, sample) => data.subarray(sample * classes, (sample + 1) * classes));
}

/** The index of the largest logit; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** log Σ exp(logit), in double precision and shifted by the maximum so that nothing overflows. */
function logSumExp(logits: Float32Array): number {
  const top = logits[argmax(logits)];
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  return top + Math.log(sum);
}

/** The logarithm of each class's probability: log-softmax, or log-sigmoid for a model whose last activation is a sigmoid. */
function logProbability(logits: Float32Array, finalActivation: Model['finalActivation']): (index: number) => number {
  if (finalActivation === 'sigmoid') return (index) => -Math.log1p(Math.exp(-logits[index]));
  const normaliser = logSumExp(logits);
  return (index) => logits[index] - normaliser;
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

/** The explained number of one class. */
export function scoreValue(logits: Float32Array, index: number, kind: ScoreKind, finalActivation: Model['finalActivation']): number {
  if (kind === 'logit') return logits[index];
  const log = logProbability(logits, finalActivation)(index);
  return kind === 'probability' ? Math.exp(log) : log;
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
