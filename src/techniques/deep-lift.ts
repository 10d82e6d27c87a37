/**
 * DeepLIFT with the rescale rule: differences from a baseline instead of derivatives.
 *
 *     values = m · (x − x′),   m: multipliers Δs_c/Δx, made of Δout/Δin at every non-linearity and maximum and of the weights between
 *
 * Values (N,C,H,W), signed, in units of the score. They add up to s(x) − s(x′) where the network is made of linear operators, activations,
 * maxima and products; how far they do is reported as delta = Σ values − (s(x) − s(x′)).
 * Cost: two forward passes and one backward pass. Source: Shrikumar et al. 2017.
 */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { rescaleRule } from '../graph/deep-lift.ts';
import { addGradients } from '../graph/differentiate.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { replicate } from '../graph/replicate.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { eachSample } from './each-sample.ts';
import { scoreSeed } from './score.ts';
import { scoreValue } from './score-value.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  baseline: baselineParameter('black'),
  maxima: z.enum(['rescale', 'gradient']).default('rescale').meta({
    title: 'Maxima',
    description: 'How multipliers pass max-pooling. rescale: by differences, so that nothing is lost; gradient: by the derivative, which is what '
      + 'Captum comes down to where the maximum stands behind an activation',
  }),
});
type Parameters = z.output<typeof parameters>;

export const deepLift: Technique<typeof parameters> = {
  id: 'deep-lift',
  title: 'DeepLIFT',
  family: 'attribution',
  summary: 'What each pixel adds to the score compared with a baseline, from differences instead of gradients, in a single pass',
  citation: {
    authors: 'Shrikumar, Greenside, Kundaje', year: 2017, url: 'https://arxiv.org/abs/1704.02685',
    title: 'Learning Important Features Through Propagating Activation Differences',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'input' },
  parameters,
  presets: [{ id: 'captum', title: 'Captum', description: 'Baseline zero and derivatives at maxima, as in that library', parameters: { baseline: 'zero', maxima: 'gradient' } }],
  run: (context) => eachSample(context, explain),
};

/** @returns a graph: inputs `image`, `baseline` and `classes`, outputs `logits`, `baseline-logits` and `values` */
function deepLiftGraph(model: Model, score: ScoreKind, maxima: Parameters['maxima']): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set()));
  const [image, logits] = [model.input.name, model.logits.name];
  const baseline = b.input(b.fresh('baseline'), 'float32', b.shape(image));
  const reference = replicate(b, image, baseline);
  const [multipliers] = addGradients(b, logits, scoreSeed(b, model, score), [image], { rule: rescaleRule(reference, { maxima }) });
  const values = b.add('Mul', [multipliers!, b.add('Sub', [image, baseline])]);
  return b.build('deep-lift', { logits, 'baseline-logits': reference(logits), values });
}

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { model, input, classes: [chosen], score, parameters: { baseline: kind, maxima }, signal } = context;
  const program = await context.program(`deep-lift ${score} ${maxima}`, () => deepLiftGraph(model, score, maxima));
  const baseline = { ...input, data: makeBaseline(context, kind) };
  const { logits, values, 'baseline-logits': before } = await program.run(
    { [model.input.name]: input, baseline, classes: tensorOf('int64', [chosen]) }, { signal });
  const scores = [logits, before].map(({ data }) => scoreValue(data as Float32Array, chosen, score, model.finalActivation));
  const total = (values.data as Float32Array).reduce((sum, value) => sum + value, 0);
  const difference = scores[0] - scores[1];
  return {
    values, logits, notes: baselineNotes(context, kind),
    metrics: [
      { id: 'delta', title: 'Conservation delta: sum of the values minus the score\'s difference from the baseline', values: [total - difference] },
      { id: 'score-difference', title: 'Difference of the score from the baseline\'s', values: [difference] },
    ],
  };
}
