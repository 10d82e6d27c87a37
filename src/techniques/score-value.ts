/** What logits say: the most likely class, and the explained number of a class. */
import type { Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';

/** The index of the largest logit; the first of equals. */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** log Σ exp(logit), in double precision and shifted by the maximum so that nothing overflows. */
function logSumExp(logits: Float32Array): number {
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  return top + Math.log(sum);
}

/** The logarithm of each class's probability: log-softmax, or log-sigmoid for a model whose last activation is a sigmoid. */
export function logProbability(logits: Float32Array, finalActivation: Model['finalActivation']): (index: number) => number {
  // Of the exponentials the one that cannot overflow.
  if (finalActivation === 'sigmoid') return (index) => Math.min(logits[index], 0) - Math.log1p(Math.exp(-Math.abs(logits[index])));
  const normaliser = logSumExp(logits);
  return (index) => logits[index] - normaliser;
}

/** The explained number of one class. */
export function scoreValue(logits: Float32Array, index: number, kind: ScoreKind, finalActivation: Model['finalActivation']): number {
  if (kind === 'logit') return logits[index];
  const log = logProbability(logits, finalActivation)(index);
  return kind === 'probability' ? Math.exp(log) : log;
}
