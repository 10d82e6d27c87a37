/** Techniques that need many passes for a sample take one sample after the other. */
import { sample, stack } from './run-graph.ts';
import type { RawResult, TechniqueContext } from './technique.ts';

/**
 * @param explain is given the context with a single sample
 * @returns the samples' results as one
 */
export async function eachSample<P>(context: TechniqueContext<P>, explain: (one: TechniqueContext<P>) => Promise<RawResult>): Promise<RawResult> {
  const { input, classes } = context;
  if (classes.length === 1) return explain(context);
  const results: RawResult[] = [];
  for (const [n, chosen] of classes.entries()) {
    results.push(await explain({
      ...context, input: sample(input, n), classes: [chosen],
      report: (samples, soFar) => {
        const all = { done: n * samples.total + samples.done, total: classes.length * samples.total };
        context.report(all, () => ({ ...soFar(), samples: all }));
      },
    }));
  }
  const [first] = results;
  return {
    values: stack(results.map(({ values }) => values)),
    logits: stack(results.map(({ logits }) => logits)),
    notes: [...new Set(results.flatMap(({ notes }) => notes))],
    samples: first.samples,
    standardError: first.standardError && stack(results.map(({ standardError }) => standardError!)),
    metrics: first.metrics?.map((metric, i) => ({ ...metric, values: results.flatMap(({ metrics }) => metrics![i].values) })),
  };
}
