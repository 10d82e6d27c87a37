/**
 * A layer's activation times the gradient of the score: a first guess at what each unit contributed.
 *
 *     values = A · ∂s_c/∂A
 *
 * Values (N,C,h,w) at the layer's resolution, signed, in units of the score; tokens are laid out on their grid.
 * Cost: one forward pass and the part of the backward pass that lies behind the layer. Source: Shrikumar et al. 2016.
 */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { layerGradientGraph } from './layer-gradients.ts';
import { mapNotes } from './layer-map.ts';
import { runGraph } from './run-graph.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({});

export const layerGradientXActivation: Technique<typeof parameters> = {
  id: 'layer-gradient-x-activation',
  title: 'Layer Gradient × Activation',
  family: 'layer',
  summary: 'What each unit of a layer adds to the score, to first order',
  citation: {
    authors: 'Shrikumar et al.', year: 2016, url: 'https://arxiv.org/abs/1605.01713',
    title: 'Not Just a Black Box: Learning Important Features Through Propagating Activation Differences',
  },
  needs: { class: true, layer: true, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'layer' },
  parameters,
  graph(model, { layer, score }) {
    const b = GraphBuilder.from(layerGradientGraph(model, layer!, score));
    return b.build('layer-gradient-x-activation', { logits: 'logits', values: b.add('Mul', ['activation', 'gradient']) });
  },
  async run(context) {
    const { model, layer, score } = context;
    const { logits, values } = await runGraph(context, `layer-gradient-x-activation ${layer!.name} ${score}`,
      () => layerGradientXActivation.graph!(model, { layer, score, parameters: {} }));
    return { values, logits, notes: mapNotes(layer) };
  },
};
