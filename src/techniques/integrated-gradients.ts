/**
 * The gradient, integrated along the straight line from a baseline to the picture.
 *
 *     values = (x − x′) · ∫₀¹ ∂s_c/∂x (x′ + α(x − x′)) dα ≈ (x − x′) · Σ_i w_i · g(α_i)
 *
 * Values (N,C,H,W), signed, in units of the score. They add up to s(x) − s(x′) up to the error of the integration, which is reported as
 * delta = Σ values − (s(x) − s(x′)).
 * Cost: a forward and a backward pass for each step, and two forward passes. Source: Sundararajan et al. 2017.
 */
import * as z from 'zod';
import { tensorOf } from '../graph/tensor.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { runBatches } from './batches.ts';
import { completenessMetrics } from './completeness.ts';
import { eachSample } from './each-sample.ts';
import { scoresOf } from './forward.ts';
import { gradientGraph, gradientKey, type GradientPass } from './gradients.ts';
import { quadrature, quadratureRules, type Quadrature } from './quadrature.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  steps: z.union([z.int().min(1).max(2000), z.literal('auto')]).default(50).meta({
    title: 'Steps', unit: 'gradients',
    description: 'Gradients that are taken along the way; auto: as many as are needed for an error of at most 1 % of the score\'s difference',
  }),
  rule: z.enum(quadratureRules).default('gauss-legendre').meta({
    title: 'Integration rule',
    description: 'Where along the way gradients are taken, and how they are weighted',
    choices: {
      'gauss-legendre': 'Most precise for smooth functions', midpoint: 'In the middle of equal pieces', trapezoid: 'At the borders of equal pieces, with both ends',
      'captum-trapezoid': 'The same with the weights of that library, which add up to (n − 1)/n',
    },
  }),
  baseline: baselineParameter('black'),
}).refine(({ steps, rule }) => steps === 'auto' || steps > 1 || !rule.endsWith('trapezoid'), {
  path: ['steps'], message: 'a trapezoid has both ends of the way, which are two steps',
});
type Parameters = z.output<typeof parameters>;

/** Where `steps: auto` starts and ends; each refinement doubles. */
const [fewestSteps, mostSteps] = [16, 1024];
/** Of the score's difference, that `steps: auto` accepts as error. */
const acceptedError = 0.01;

export const integratedGradients: Technique<typeof parameters> = {
  id: 'integrated-gradients',
  title: 'Integrated Gradients',
  family: 'attribution',
  summary: 'What each pixel adds to the score on the way from a baseline, such as a black picture, to the picture',
  citation: {
    authors: 'Sundararajan, Taly, Yan', year: 2017, url: 'https://arxiv.org/abs/1703.01365', title: 'Axiomatic Attribution for Deep Networks',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'input' },
  parameters,
  presets: [
    { id: 'captum', title: 'Captum', description: 'Baseline zero, as is that library\'s default', parameters: { baseline: 'zero' } },
    {
      id: 'captum-trapezoid', title: 'Captum, trapezoid', description: 'That library\'s rule riemann_trapezoid',
      parameters: { baseline: 'zero', rule: 'captum-trapezoid' },
    },
  ],
  run: (context) => eachSample(context, explain),
};

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { input, parameters: { steps: wanted, rule, baseline: kind } } = context;
  const x = input.data as Float32Array;
  const baseline = makeBaseline(context, kind);
  const { logits, scores: [score, scoreBefore] } = await scoresOf(context, [x, baseline]);
  const logitRow = tensorOf('float32', logits[0], [1, logits[0].length]);
  const difference = score - scoreBefore;
  const notes = baselineNotes(context, kind);

  for (let steps = wanted === 'auto' ? fewestSteps : wanted; ; steps *= 2) {
    const partial = (values: () => Float32Array, done: number): void => {
      const samples = { done, total: steps };
      context.report(samples, () => ({ values: { ...input, data: values() }, logits: logitRow, samples, notes }));
    };
    const values = await integrate(context, baseline, quadrature(rule, steps), partial);
    const sum = values.reduce((total, value) => total + value, 0);
    const precise = Math.abs(sum - difference) <= acceptedError * Math.abs(difference);
    if (wanted === 'auto' && !precise && steps < mostSteps) continue;
    return {
      values: { ...input, data: new Float32Array(values) }, logits: logitRow,
      notes: wanted === 'auto' && !precise ? [...notes, `After ${steps} steps the error is still more than 1 % of the score's difference.`] : notes,
      metrics: [
        ...completenessMetrics(sum, difference),
        { id: 'steps', title: 'Steps', values: [steps] },
      ],
    };
  }
}

/** (x − x′)·Σ w·g in double precision. @param partial may ask for the integral so far as if it were all, after each batch but the last */
async function integrate(
  context: TechniqueContext<Parameters>, baseline: Float32Array, { nodes, weights }: Quadrature,
  partial: (values: () => Float32Array, done: number) => void,
): Promise<Float64Array> {
  const x = context.input.data as Float32Array;
  const pass: GradientPass = { score: context.score, rectifier: 'gradient' };
  const program = await context.program(gradientKey(pass), () => gradientGraph(context.model, pass));
  const sum = new Float64Array(x.length);
  let covered = 0;
  await runBatches(context, program, {
    count: nodes.length,
    make: (index, into) => {
      for (let i = 0; i < into.length; i++) into[i] = baseline[i] + nodes[index] * (x[i] - baseline[i]);
    },
    read: (index, { values }) => {
      for (let i = 0; i < sum.length; i++) sum[i] += weights[index] * values[i];
      covered += weights[index];
    },
    after: (done) => {
      if (done < nodes.length) partial(() => new Float32Array(sum.map((value, i) => ((x[i] - baseline[i]) * value) / covered)), done);
    },
  });
  return sum.map((value, i) => (x[i] - baseline[i]) * value);
}
