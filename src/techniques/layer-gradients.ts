/** A layer's activation and the gradient of the score with respect to it, as one program. */
import { GraphBuilder } from '../graph/builder.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { asMaps } from './layer-map.ts';
import { scoreGradients } from './score.ts';

/** @returns a graph: inputs `image` and `classes`, outputs `logits`, `activation` A and `gradient` ∂score/∂A, each (N,C,h,w) */
export function layerGradientGraph(model: Model, layer: Layer, score: ScoreKind): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set([layer.name])));
  const [gradient] = scoreGradients(b, model, score, [layer.name]);
  return b.build('layer-gradient', {
    logits: model.logits.name, activation: asMaps(b, layer, layer.name), gradient: asMaps(b, layer, gradient!),
  });
}

/** Names what `layerGradientGraph` computes. */
export function layerGradientKey(layer: Layer, score: ScoreKind): string {
  return `layer-gradient ${layer.name} ${score}`;
}
