/** The explained number: a class's logit, probability or log-probability, as the start of a backward pass. */
import type { GraphBuilder } from '../graph/builder.ts';
import { chosenLogit } from '../graph/chosen-logit.ts';
import { addGradients, type DifferentiateOptions } from '../graph/differentiate.ts';
import type { Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { tensorOf } from '../graph/tensor.ts';

/**
 * Adds the graph input `classes` (int64 [N]) and the gradient of each sample's score.
 * @param wrt names of the tensors to differentiate with respect to
 * @returns for each of `wrt` the name of a tensor of its shape; undefined where the score does not depend on it
 * @throws UnsupportedOperatorError (gradient) naming operator and node
 */
export function scoreGradients(
  b: GraphBuilder, model: Model, kind: ScoreKind, wrt: readonly string[], options: DifferentiateOptions = {},
): (string | undefined)[] {
  const logits = model.logits.name;
  const logit = kind === 'logit' ? chosenLogit(b, logits, classesInput(b, logits), new Set(wrt)) : undefined;
  if (!logit) return addGradients(b, logits, scoreSeed(b, model, kind), wrt, options);
  // (N,1) ones, whatever the classes.
  const ones = b.add('OneHot', [classesInput(b, logits), b.constant(tensorOf('int64', [1], [])), b.constant(tensorOf('float32', [1, 1]))], { axis: -1 });
  return addGradients(b, logit, ones, wrt, options);
}

/** The graph input `classes`. */
function classesInput(b: GraphBuilder, logits: string): string {
  return b.has('classes') ? 'classes' : b.input('classes', 'int64', [b.shape(logits)[0]]);
}

/**
 * Adds the graph input `classes` (int64 [N]), unless it is there, and ∂score/∂logits.
 * @param logits the model's, or a tensor like it
 * @returns name of a tensor [N,K]: one-hot rows for the logit; p_c·(1_c − p) for the probability of a softmax; 1_c − p for its logarithm
 */
export function scoreSeed(b: GraphBuilder, model: Model, kind: ScoreKind, logits = model.logits.name): string {
  const { classes: count } = model.logits;
  const chosen = b.add('OneHot', [classesInput(b, logits), b.constant(tensorOf('int64', [count], [])), b.constant(tensorOf('float32', [0, 1]))], { axis: -1 });
  if (kind === 'logit') return chosen;
  const independent = model.finalActivation === 'sigmoid';
  const probabilities = independent ? b.add('Sigmoid', [logits]) : b.add('Softmax', [logits], { axis: 1 });
  const chosenProbability = b.add('Mul', [chosen, probabilities]);
  const towards = independent ? b.add('Sub', [chosen, chosenProbability]) : b.add('Sub', [chosen, probabilities]);
  if (kind === 'log-probability') return towards;
  return b.add('Mul', [towards, b.add('ReduceSum', [chosenProbability, b.ints([1])], { keepdims: 1 })]);
}
