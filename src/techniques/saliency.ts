/**
 * The gradient of the score with respect to the picture.
 *
 *     values = ∂s_c/∂x
 *
 * Values (N,C,H,W), signed, in units of the score per unit of the model's input; shown as the largest magnitude over the channels.
 * Cost: one forward and one backward pass. Source: Simonyan et al. 2013.
 */
import * as z from 'zod';
import { gradientGraph, gradientKey, type GradientPass } from './gradients.ts';
import { runGraph } from './run-graph.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({});

export const saliency: Technique<typeof parameters> = {
  id: 'saliency',
  title: 'Saliency',
  family: 'attribution',
  summary: 'How strongly the score reacts to each pixel: the gradient',
  citation: {
    authors: 'Simonyan, Vedaldi, Zisserman', year: 2013, url: 'https://arxiv.org/abs/1312.6034',
    title: 'Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score per unit of input', resolution: 'input' },
  parameters,
  graph: (model, { score }) => gradientGraph(model, { score, rectifier: 'gradient' }),
  async run(context) {
    const pass: GradientPass = { score: context.score, rectifier: 'gradient' };
    const { logits, values } = await runGraph(context, gradientKey(pass), () => gradientGraph(context.model, pass));
    return { values, logits, notes: [] };
  },
};
