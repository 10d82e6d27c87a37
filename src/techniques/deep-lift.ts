/**
 * DeepLIFT with the rescale rule: differences from a baseline instead of derivatives.
 *
 *     values = m · (x − x′),   m: multipliers Δs_c/Δx, made of Δout/Δin at every non-linearity and maximum and of the weights between
 *
 * Values (N,C,H,W), signed, in units of the score. They add up to s(x) − s(x′) where the network is made of linear operators, activations,
 * maxima and products; how far they do is reported as delta = Σ values − (s(x) − s(x′)).
 * Cost: two forward passes and one backward pass; with Captum's hooks (graph/captum-deep-lift.ts) two of each. Source: Shrikumar et al. 2017.
 */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { captumHooks } from '../graph/captum-deep-lift.ts';
import { rescaleRule } from '../graph/deep-lift.ts';
import { addGradients } from '../graph/differentiate.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { replicate, twin } from '../graph/replicate.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { completenessMetrics } from './completeness.ts';
import { eachSample } from './each-sample.ts';
import { scoreSeed } from './score.ts';
import { scoreValue } from './score-value.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  baseline: baselineParameter('black'),
  rule: z.enum(['rescale', 'captum']).default('rescale').meta({
    title: 'Rule',
    description: 'How multipliers pass activations and max-pooling',
    choices: {
      rescale: 'By differences, so that nothing is lost',
      captum: 'As the hooks of that library do, which lose contributions where its modules meet and where windows overlap',
    },
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
  presets: [{ id: 'captum', title: 'Captum', description: 'A baseline of zero and the hooks of that library', parameters: { baseline: 'zero', rule: 'captum' } }],
  run: (context) => eachSample(context, explain),
};

/** @returns a graph: inputs `image`, `baseline` and `classes`, outputs `logits`, `baseline-logits` and `values` */
function rescaleGraph(model: Model, score: ScoreKind): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set()));
  const [image, logits] = [model.input.name, model.logits.name];
  const baseline = b.input(b.fresh('baseline'), 'float32', b.shape(image));
  const reference = replicate(b, image, baseline);
  const [multipliers] = addGradients(b, logits, scoreSeed(b, model, score), [image], { rule: rescaleRule(reference) });
  const values = b.add('Mul', [multipliers!, b.add('Sub', [image, baseline])]);
  return b.build('deep-lift', { logits, 'baseline-logits': reference(logits), values });
}

/** The same as Captum follows it back, which is from the baseline's score too. */
function captumGraph(model: Model, score: ScoreKind): Graph {
  const { b, second, halves } = twin(foldBatchNormalization(model.graph, new Set()), model.input.name);
  const { name: image } = model.input;
  const [logits, before] = halves(model.logits.name);
  const both = b.add('Concat', [logits, before], { axis: 1 });
  const seeds = b.add('Concat', [logits, before].map((name) => scoreSeed(b, model, score, name)), { axis: 1 });
  const [multipliers] = addGradients(b, both, seeds, [image, second], captumHooks(halves));
  const values = b.add('Mul', [multipliers!, b.add('Sub', [image, second])]);
  return b.build('deep-lift-captum', { logits, 'baseline-logits': before, values });
}

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { model, input, classes: [chosen], score, parameters: { baseline: kind, rule }, signal } = context;
  const program = await context.program(`deep-lift ${score} ${rule}`, () => (rule === 'captum' ? captumGraph : rescaleGraph)(model, score));
  const baseline = { ...input, data: makeBaseline(context, kind) };
  const { logits, values, 'baseline-logits': before } = await program.run(
    { [model.input.name]: input, baseline, classes: tensorOf('int64', [chosen]) }, { signal });
  const scores = [logits, before].map(({ data }) => scoreValue(data as Float32Array, chosen, score, model.finalActivation));
  const total = (values.data as Float32Array).reduce((sum, value) => sum + value, 0);
  const difference = scores[0] - scores[1];
  return {
    values, logits, notes: baselineNotes(context, kind),
    metrics: completenessMetrics(total, difference),
  };
}
