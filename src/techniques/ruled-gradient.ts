/** Techniques that are the input gradient with another rule at rectifiers. */
import * as z from 'zod';
import type { RectifierRule } from '../graph/operators/operator.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { gradientGraph, gradientKey, type GradientPass } from './gradients.ts';
import { runGraph } from './run-graph.ts';
import { checkActivations, rulePresets, ruleParameters, type RuleParameters } from './ruled-activations.ts';
import type { Technique } from './technique.ts';

const parameters = z.object(ruleParameters);

/** What tells one of these techniques from the others. */
export type RuledGradientFacts = Pick<Technique, 'id' | 'title' | 'summary' | 'citation'>;

export function ruledGradient(facts: RuledGradientFacts, rectifier: RectifierRule): Technique<typeof parameters> {
  const passOf = (score: ScoreKind, { rectifiers }: RuleParameters): GradientPass => ({ score, rectifier, reluAlone: rectifiers === 'relu' });
  return {
    ...facts,
    family: 'attribution',
    needs: { class: true, layer: false, secondPicture: false },
    values: { signed: true, unit: 'score per unit of input', resolution: 'input' },
    parameters,
    presets: rulePresets,
    graph(model, { score, parameters: rule }) {
      checkActivations(model, rule, facts.title);
      return gradientGraph(model, passOf(score, rule));
    },
    async run(context) {
      const { model, score, parameters: rule } = context;
      const notes = checkActivations(model, rule, facts.title);
      const pass = passOf(score, rule);
      const { logits, values } = await runGraph(context, gradientKey(pass), () => gradientGraph(model, pass));
      return { values, logits, notes };
    },
  };
}
