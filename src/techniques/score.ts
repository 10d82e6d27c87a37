/** The explained number: a class's logit, probability or log-probability, as the start of a backward pass. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { tensorOf } from '../graph/tensor.ts';

/**
 * Adds the graph input `classes` (int64 [N]), unless it is there, and ∂score/∂logits.
 * @param logits the model's, or a tensor like it
 * @returns name of a tensor [N,K]: one-hot rows for the logit; p_c·(1_c − p) for the probability of a softmax; 1_c − p for its logarithm
 */
export function scoreSeed(b: GraphBuilder, model: Model, kind: ScoreKind, logits = model.logits.name): string {
  const { classes: count } = model.logits;
  const classes = b.has('classes') ? 'classes' : b.input('classes', 'int64', [b.shape(logits)[0]]);
  const chosen = b.add('OneHot', [classes, b.constant(tensorOf('int64', [count], [])), b.constant(tensorOf('float32', [0, 1]))], { axis: -1 });
  if (kind === 'logit') return chosen;
  const independent = model.finalActivation === 'sigmoid';
  const probabilities = independent ? b.add('Sigmoid', [logits]) : b.add('Softmax', [logits], { axis: 1 });
  const chosenProbability = b.add('Mul', [chosen, probabilities]);
  const towards = independent ? b.add('Sub', [chosen, chosenProbability]) : b.add('Sub', [chosen, probabilities]);
  if (kind === 'log-probability') return towards;
  return b.add('Mul', [towards, b.add('ReduceSum', [chosenProbability, b.ints([1])], { keepdims: 1 })]);
}
