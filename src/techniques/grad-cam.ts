/**
 * Gradient-weighted class activation mapping.
 *
 *     map = ReLU( Σ_k w_k · A_k ),   w_k = mean over positions of ∂s_c/∂A_k
 *
 * A_k (h,w): channel k of the layer's activation. Values (N,1,h,w) at the layer's resolution, in units of the score times activation.
 * Cost: one forward pass and the part of the backward pass that lies behind the layer.
 * Source: Selvaraju et al. 2017.
 */
import { z } from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { addGradients } from '../graph/differentiate.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { asMaps, mapNotes } from './layer-map.ts';
import { runGraph } from './run-graph.ts';
import { scoreSeed } from './score.ts';
import type { Technique } from './technique.ts';

const parameters = z.object({
  relu: z.boolean().default(true).meta({ title: 'Positive evidence only', description: 'Sets values below zero, evidence against the class, to zero' }),
});
type Parameters = z.output<typeof parameters>;

/**
 * @param layers one map is made for each
 * @returns a graph: inputs `image` and `classes`, outputs `logits` and, for the layer i, names[i] float32 [N,1,h,w]
 */
function gradCamGraph(model: Model, layers: readonly Layer[], names: readonly string[], score: ScoreKind, { relu }: Parameters): Graph {
  const kept = new Set(layers.map((layer) => layer.name));
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, kept));
  const gradients = addGradients(b, model.logits.name, scoreSeed(b, model, score), layers.map((layer) => layer.name));
  const maps = layers.map((layer, i) => {
    const activation = asMaps(b, layer, layer.name);
    const [batch, channels, height, width] = b.shape(activation);
    const weights = b.add('GlobalAveragePool', [asMaps(b, layer, gradients[i]!)]);
    // Σ_k w_k·A_k as a product of matrices: (N,1,K) · (N,K,h·w)
    const flat = [b.reshape(weights, [batch, 1, channels]), b.reshape(activation, [batch, channels, layer.map.height * layer.map.width])];
    const sum = b.reshape(b.add('MatMul', flat), [batch, 1, height, width]);
    return relu ? b.add('Relu', [sum]) : sum;
  });
  return b.build('grad-cam', { logits: model.logits.name, ...Object.fromEntries(names.map((name, i) => [name, maps[i]])) });
}

export const gradCam: Technique<typeof parameters> = {
  id: 'grad-cam',
  title: 'Grad-CAM',
  family: 'cam',
  summary: 'Which regions, at the resolution of a deep layer, raise the score of a class',
  citation: {
    authors: 'Selvaraju et al.', year: 2017, url: 'https://arxiv.org/abs/1610.02391',
    title: 'Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization',
  },
  needs: { class: true, layer: true, secondPicture: false },
  values: { signed: false, unit: 'score · activation', resolution: 'layer' },
  parameters,
  graph: (model, { layer, score, parameters: chosen }) => gradCamGraph(model, [layer!], ['values'], score, chosen),
  layersGraph: (model, { layers, score, parameters: chosen }) =>
    gradCamGraph(model, layers, layers.map((_, i) => `values.${i}`), score, chosen),
  async run(context) {
    const { model, layer, score, parameters: chosen } = context;
    const { logits, values } = await runGraph(context, `grad-cam ${layer!.name} ${score} ${chosen.relu}`,
      () => gradCam.graph!(model, { layer, score, parameters: chosen }));
    return { values, logits, notes: mapNotes(layer) };
  },
};
