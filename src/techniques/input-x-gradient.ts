/**
 * The gradient times the input: a first guess at what each pixel contributed.
 *
 *     values = x · ∂s_c/∂x
 *
 * Values (N,C,H,W), signed, in units of the score. For a network of ReLUs without biases they add up to the score.
 * Cost: one forward and one backward pass. Source: Shrikumar et al. 2016.
 */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { gradientGraph, gradientKey, type GradientPass } from './gradients.ts';
import { runGraph } from './run-graph.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({});

export const inputXGradient: Technique<typeof parameters> = {
  id: 'input-x-gradient',
  title: 'Input × Gradient',
  family: 'attribution',
  summary: 'The gradient times the pixel: a first guess at what each pixel adds to the score',
  citation: {
    authors: 'Shrikumar et al.', year: 2016, url: 'https://arxiv.org/abs/1605.01713',
    title: 'Not Just a Black Box: Learning Important Features Through Propagating Activation Differences',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'input' },
  parameters,
  graph(model, { score }) {
    const b = GraphBuilder.from(gradientGraph(model, { score, rectifier: 'gradient' }));
    return b.build('input-x-gradient', { logits: 'logits', values: b.add('Mul', ['values', model.input.name]) });
  },
  async run(context) {
    const pass: GradientPass = { score: context.score, rectifier: 'gradient' };
    const { logits, values: gradient } = await runGraph(context, gradientKey(pass), () => gradientGraph(context.model, pass));
    const [g, x] = [gradient.data as Float32Array, context.input.data as Float32Array];
    return { values: { ...gradient, data: g.map((value, i) => value * x[i]) }, logits, notes: [] };
  },
};
