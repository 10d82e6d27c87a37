/** The model alone, as one program that all techniques share, and scores of many inputs by it. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { runBatches } from './batches.ts';
import { scoreValue } from './score-value.ts';
import type { TechniqueContext } from './technique.ts';

/** Names what `forwardGraph` computes. */
export const forwardKey = 'forward';

/** @returns a graph: input `image`, output `logits` */
export function forwardGraph(model: Model): Graph {
  return GraphBuilder.from(model.graph).build('forward', { logits: model.logits.name });
}

export interface ScoredInputs {
  readonly count: number;
  /** The explained number; the context's where absent. */
  readonly kind?: ScoreKind;
  /** Writes input `index` (C·H·W values); `slot` tells it from the others of its batch. */
  make(index: number, into: Float32Array, slot: number): void;
  /** Is told the score of the context's first class, and the logits, which it must not keep; in the order of the indices. */
  read(index: number, score: number, slot: number, logits: Float32Array): void;
  /** After each batch. */
  after?(done: number): void;
}

/** Runs inputs through the model. @throws FoveaError `runtime-failed`; CancelledError */
async function scoreInputs(context: TechniqueContext<unknown>, inputs: ScoredInputs): Promise<void> {
  const { model, classes: [chosen], score } = context;
  const kind = inputs.kind ?? score;
  const program = await context.program(forwardKey, () => forwardGraph(model));
  await runBatches(context, program, {
    count: inputs.count,
    make: (index, into, slot) => inputs.make(index, into, slot),
    read: (index, { logits }, slot) => inputs.read(index, scoreValue(logits, chosen, kind, model.finalActivation), slot, logits),
    after: inputs.after && ((done) => inputs.after!(done)),
  });
}

/** Logits and scores of a few inputs. */
export async function scoresOf(
  context: TechniqueContext<unknown>, inputs: readonly Float32Array[], kind?: ScoreKind,
): Promise<{ logits: Float32Array[]; scores: number[] }> {
  const [logits, scores]: [Float32Array[], number[]] = [[], []];
  await scoreInputs(context, {
    count: inputs.length, kind,
    make: (index, into) => into.set(inputs[index]),
    read: (index, score, _, row) => {
      scores[index] = score;
      logits[index] = row.slice();
    },
  });
  return { logits, scores };
}
