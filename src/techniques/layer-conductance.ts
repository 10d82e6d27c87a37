/**
 * Integrated gradients that flow through each unit of a layer.
 *
 *     values = Σ_i ½(g(α_i) + g(α_{i+1})) · (A(α_{i+1}) − A(α_i)),   α_i = i/n along x′ + α(x − x′)
 *
 * A, g (C,h,w): the layer's activation and ∂s_c/∂A. Values (N,C,h,w) at the layer's resolution, signed, in units of the score; they add
 * up to s(x) − s(x′) up to the error of the integration, which is reported as delta. Captum has left sums, g(α_i), on Gauss-Legendre nodes.
 * Cost: n + 1 forward passes and as many backward passes as far as the layer. Source: Dhamdhere et al. 2018.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { tensorOf } from '../graph/tensor.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { runBatches } from './batches.ts';
import { completenessMetrics } from './completeness.ts';
import { eachSample } from './each-sample.ts';
import { scoresOf } from './forward.ts';
import { layerGradientGraph, layerGradientKey } from './layer-gradients.ts';
import { mapNotes } from './layer-map.ts';
import { quadrature } from './quadrature.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  steps: z.int().min(1).max(2000).default(50).meta({ title: 'Steps', description: 'Pieces that the way from the baseline is divided into', unit: 'pieces' }),
  nodes: z.enum(['uniform', 'gauss-legendre']).default('uniform').meta({
    title: 'Nodes', description: 'Where the way is divided',
    choices: { uniform: 'Into equal pieces, with both ends', 'gauss-legendre': 'Captum\'s, which leaves out the ends' },
  }),
  sums: z.enum(['trapezoid', 'left']).default('trapezoid').meta({
    title: 'Sums', description: 'Gradient of a piece',
    choices: { trapezoid: 'The mean of those at its ends', left: 'That at its beginning, as in Captum' },
  }),
  baseline: baselineParameter('black'),
});
type Parameters = z.output<typeof parameters>;

export const layerConductance: Technique<typeof parameters> = {
  id: 'layer-conductance',
  title: 'Layer Conductance',
  family: 'layer',
  summary: 'How much of the score flows through each unit of a layer on the way from a baseline to the picture',
  citation: {
    authors: 'Dhamdhere, Sundararajan, Yan', year: 2018, url: 'https://arxiv.org/abs/1805.12233', title: 'How Important Is a Neuron?',
  },
  needs: { class: true, layer: true, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'layer' },
  parameters,
  presets: [{
    id: 'captum', title: 'Captum', description: 'Left sums on Gauss-Legendre nodes and a baseline of zero, as in that library',
    parameters: { nodes: 'gauss-legendre', sums: 'left', baseline: 'zero' },
  }],
  run: (context) => eachSample(context, explain),
};

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { model, input, score, layer, parameters: { steps, nodes: spacing, sums, baseline: kind } } = context;
  const { channels, height, width } = layer!.map;
  const x = input.data as Float32Array;
  const baseline = makeBaseline(context, kind);
  const { logits, scores } = await scoresOf(context, [x, baseline]);
  const logitRow = tensorOf('float32', logits[0], [1, logits[0].length]);
  const notes = [...mapNotes(layer), ...baselineNotes(context, kind)];
  const { nodes } = quadrature(spacing === 'uniform' ? 'trapezoid' : spacing, steps + 1);
  const program = await context.program(layerGradientKey(layer!, score), () => layerGradientGraph(model, layer!, score));

  const sum = new Float64Array(channels * height * width);
  const asTensor = (): Tensor => ({ type: 'float32', dims: [1, channels, height, width], data: new Float32Array(sum) });
  let before: { activation: Float32Array; gradient: Float32Array } | undefined;
  await runBatches(context, program, {
    count: nodes.length,
    make: (index, into) => {
      for (let i = 0; i < into.length; i++) into[i] = baseline[i] + nodes[index] * (x[i] - baseline[i]);
    },
    read: (_, { activation, gradient }) => {
      if (before) {
        const { activation: from, gradient: first } = before;
        for (let i = 0; i < sum.length; i++) {
          const slope = sums === 'left' ? first[i] : (first[i] + gradient[i]) / 2;
          sum[i] += slope * (activation[i] - from[i]);
        }
      }
      before = { activation: activation.slice(), gradient: gradient.slice() };
    },
    after: (done) => {
      if (done === 1 || done === nodes.length) return;
      const samples = { done: done - 1, total: steps };
      context.report(samples, () => ({ values: asTensor(), logits: logitRow, samples, notes }));
    },
  });
  const difference = scores[0] - scores[1];
  return {
    values: asTensor(), logits: logitRow, notes,
    metrics: completenessMetrics(sum.reduce((total, value) => total + value, 0), difference),
  };
}
