/**
 * What a layer says, channel by channel, whatever the class.
 *
 *     values = A
 *
 * Values (N,C,h,w) at the layer's resolution; tokens are laid out on their grid. Cost: a forward pass.
 * Source: Zeiler and Fergus 2014.
 */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import { asMaps, mapNotes } from './layer-map.ts';
import { runGraph } from './run-graph.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({});

/** @returns a graph: input `image`, outputs `logits` and names[i] = the activation of layer i, (N,C,h,w) */
export function activationGraph(model: Model, layers: readonly Layer[], names: readonly string[]): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set(layers.map(({ name }) => name))));
  const outputs = names.map((name, i) => [name, asMaps(b, layers[i], layers[i].name)]);
  return b.build('activation', { logits: model.logits.name, ...Object.fromEntries(outputs) });
}

/** Names what `activationGraph` computes for one layer, as `values`. */
export function activationKey(layer: Layer): string {
  return `activation ${layer.name}`;
}

export const layerActivation: Technique<typeof parameters> = {
  id: 'layer-activation',
  title: 'Layer Activation',
  family: 'layer',
  summary: 'What the channels of a layer respond to in the picture, whatever the class',
  citation: {
    authors: 'Zeiler, Fergus', year: 2014, url: 'https://arxiv.org/abs/1311.2901', title: 'Visualizing and Understanding Convolutional Networks',
  },
  needs: { class: false, layer: true, secondPicture: false },
  values: { signed: true, unit: 'activation', resolution: 'layer' },
  parameters,
  graph: (model, { layer }) => activationGraph(model, [layer!], ['values']),
  layersGraph: (model, { layers }) => activationGraph(model, layers, layers.map((_, i) => `values.${i}`)),
  async run(context) {
    const layer = context.layer!;
    const { logits, values } = await runGraph(context, activationKey(layer), () => activationGraph(context.model, [layer], ['values']));
    return { values, logits, notes: mapNotes(layer) };
  },
};
