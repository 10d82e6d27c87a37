/** What class activation maps made from a layer's activation and gradient have in common. */
import * as z from 'zod';
import { GraphBuilder } from '../graph/builder.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { asMaps, mapNotes } from './layer-map.ts';
import { runGraph } from './run-graph.ts';
import { scoreGradients } from './score.ts';
import type { Technique } from './technique.ts';

export const reluParameter = z.boolean().default(true)
  .meta({ title: 'Positive evidence only', description: 'Sets values below zero, evidence against the class, to zero' });

/** Adds the nodes of the map (N,1,h,w), before the ReLU, from activation A and gradient g (N,K,h,w). */
export type Combine<P> = (b: GraphBuilder, activation: string, gradient: string, parameters: P) => string;

/** What tells one of these techniques from the others. */
export type CamFacts<S extends z.ZodObject> = Pick<Technique<S>, 'id' | 'title' | 'summary' | 'citation' | 'parameters' | 'presets'> & { readonly unit: string };

/** A technique whose map is one combination of activation and gradient, for one layer or several at once. */
export function camTechnique<S extends z.ZodObject<{ relu: typeof reluParameter }>>(
  { unit, ...facts }: CamFacts<S>, combine: Combine<z.output<S>>,
): Technique<S> {
  const graphOf = (model: Model, layers: readonly Layer[], names: readonly string[], score: ScoreKind, parameters: z.output<S>): Graph => {
    const kept = new Set(layers.map((layer) => layer.name));
    const b = GraphBuilder.from(foldBatchNormalization(model.graph, kept));
    const gradients = scoreGradients(b, model, score, layers.map((layer) => layer.name));
    const maps = layers.map((layer, i) => {
      const map = combine(b, asMaps(b, layer, layer.name), asMaps(b, layer, gradients[i]!), parameters);
      return parameters.relu ? b.add('Relu', [map]) : map;
    });
    return b.build(facts.id, { logits: model.logits.name, ...Object.fromEntries(names.map((name, i) => [name, maps[i]])) });
  };
  const technique: Technique<S> = {
    ...facts,
    family: 'cam',
    needs: { class: true, layer: true, secondPicture: false },
    values: { signed: false, unit, resolution: 'layer' },
    graph: (model, { layer, score, parameters }) => graphOf(model, [layer!], ['values'], score, parameters),
    layersGraph: (model, { layers, score, parameters }) => graphOf(model, layers, layers.map((_, i) => `values.${i}`), score, parameters),
    async run(context) {
      const { model, layer, score, parameters } = context;
      const { logits, values } = await runGraph(context, `${facts.id} ${layer!.name} ${score} ${JSON.stringify(parameters)}`,
        () => technique.graph!(model, { layer, score, parameters }));
      return { values, logits, notes: mapNotes(layer) };
    },
  };
  return technique;
}

/** Σ_k w_k·A_k as a product of matrices: (N,1,K) · (N,K,h·w) → (N,1,h,w). @param weights (N,K,1,1) */
export function weightedSum(b: GraphBuilder, weights: string, activation: string): string {
  const [batch, channels, height, width] = b.shape(activation);
  const flat = [b.reshape(weights, [batch, 1, channels]), b.reshape(activation, [batch, channels, (height as number) * (width as number)])];
  return b.reshape(b.add('MatMul', flat), [batch, 1, height, width]);
}

/** Sum over the channels: (N,K,h,w) → (N,1,h,w). */
export function channelSum(b: GraphBuilder, maps: string): string {
  return b.add('ReduceSum', [maps, b.ints([1])], { keepdims: 1 });
}
