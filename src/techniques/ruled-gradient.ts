/** Techniques that are the input gradient with another rule at rectifiers. */
import * as z from 'zod';
import type { RectifierRule } from '../graph/operators/operator.ts';
import { gradientGraph, gradientKey } from './gradients.ts';
import { runGraph } from './run-graph.ts';
import { checkActivations, smoothParameter } from './smooth-activations.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({ smooth: smoothParameter });

/** What tells one of these techniques from the others. */
export type RuledGradientFacts = Pick<Technique, 'id' | 'title' | 'summary' | 'citation'>;

export function ruledGradient(facts: RuledGradientFacts, rectifier: RectifierRule): Technique<typeof parameters> {
  return {
    ...facts,
    family: 'attribution',
    needs: { class: true, layer: false, secondPicture: false },
    values: { signed: true, unit: 'score per unit of input', resolution: 'input' },
    parameters,
    graph(model, { score, parameters: { smooth } }) {
      checkActivations(model, smooth, facts.title);
      return gradientGraph(model, { score, rectifier });
    },
    async run(context) {
      const { model, score, parameters: { smooth } } = context;
      const notes = checkActivations(model, smooth, facts.title);
      const { logits, values } = await runGraph(context, gradientKey({ score, rectifier }), () => gradientGraph(model, { score, rectifier }));
      return { values, logits, notes };
    },
  };
}
