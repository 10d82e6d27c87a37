/** The model alone, as one program that all techniques share, and scores of many inputs by it. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { runBatches } from './batches.ts';
import { scoreValue } from './score-value.ts';
import type { TechniqueContext } from './technique.ts';

/** Names what `forwardGraph` computes. */
export const forwardKey = 'forward';

/** @returns a graph: input `image`, output `logits` */
export function forwardGraph(model: Model): Graph {
  return GraphBuilder.from(model.graph).build('forward', { logits: model.logits.name });
}

/**
 * Logits and scores of a few inputs.
 * @param kind the explained number; the context's where absent
 * @throws FoveaError `runtime-failed`; CancelledError
 */
export async function scoresOf(
  context: TechniqueContext<unknown>, inputs: readonly Float32Array[], kind = context.score,
): Promise<{ logits: Float32Array[]; scores: number[] }> {
  const { model, classes: [chosen] } = context;
  const [logits, scores]: [Float32Array[], number[]] = [[], []];
  await runBatches(context, await context.program(forwardKey, () => forwardGraph(model)), {
    count: inputs.length,
    make: (index, into) => into.set(inputs[index]),
    read: (index, { logits: row }) => {
      scores[index] = scoreValue(row, chosen, kind, model.finalActivation);
      logits[index] = row.slice();
    },
  });
  return { logits, scores };
}
