/**
 * The losses of style transfer, as graphs.
 *
 *     content:          Σ (F − P)²
 *     style of layer l: Σ (G − A)²,  G = F Fᵀ / (C·H·W)        (statistic: gram)
 *                       Σ (μ − μ')² + Σ (σ − σ')²              (statistic: moments; mean and deviation of each channel)
 *     total variation:  Σ of squared differences between neighbours, down and across
 *
 * F are the features of the picture, P those of the photograph, A, μ' and σ' those of the style picture. Features may be softened first: see
 * `soften`. The weights of the terms are inputs, so that they may change between two passes.
 * Sources: Gatys et al. 2016; Li et al. 2017 (moments); Mahendran and Vedaldi 2015 (total variation).
 */
import { GraphBuilder } from '../graph/builder.ts';
import { addGradients } from '../graph/differentiate.ts';
import type { Graph } from '../graph/graph.ts';
import { countElements, staticShape } from '../graph/shape.ts';
import type { Trunk } from './style-trunk.ts';

export const statistics = ['gram', 'moments'] as const;
export type Statistic = (typeof statistics)[number];

export interface Features {
  readonly statistic: Statistic;
  /** Temperature of the softmax that features pass first; 0 for none. */
  readonly temperature: number;
}

/** Layers by name. */
export interface Terms extends Features {
  readonly content: string | undefined;
  readonly style: readonly string[];
}

/** @returns a graph: input the picture; outputs `content` and `style.0`, `style.1`, ..., what the losses compare with */
export function targetGraph({ graph }: Trunk, terms: Terms): Graph {
  const b = GraphBuilder.from(graph);
  const outputs: Record<string, string> = {};
  if (terms.content !== undefined) outputs.content = soften(b, terms.content, terms.temperature);
  terms.style.forEach((layer, i) => { outputs[`style.${i}`] = statisticOf(b, layer, terms); });
  return b.build('style-targets', outputs);
}

/**
 * @returns a graph: inputs the picture, the targets as `targetGraph` names them, and `weights` [terms]; outputs `losses` [terms], without their
 * weights, and `gradient`, that of the weighted sum with respect to the picture. Terms: content where there is one, style layers, total variation.
 */
export function lossGraph({ graph, picture }: Trunk, terms: Terms): Graph {
  const b = GraphBuilder.from(graph);
  const losses: string[] = [];
  const compared = (value: string, name: string): void => {
    const target = b.input(name, 'float32', b.shape(value));
    losses.push(squareSum(b, b.add('Sub', [value, target])));
  };
  if (terms.content !== undefined) compared(soften(b, terms.content, terms.temperature), 'content');
  terms.style.forEach((layer, i) => compared(statisticOf(b, layer, terms), `style.${i}`));
  losses.push(totalVariation(b, picture));

  const weights = b.input('weights', 'float32', [losses.length]);
  const all = b.add('Concat', losses.map((loss) => b.reshape(loss, [1])), { axis: 0 });
  const total = b.add('ReduceSum', [b.add('Mul', [all, weights]), b.ints([0])], { keepdims: 0 });
  const [gradient] = addGradients(b, total, b.scalar(1), [picture]);
  return b.build('style-losses', { losses: all, gradient: gradient! });
}

/** Of a layer [1,C,h,w]: the Gram matrix [C,C], or mean and deviation of each channel [2,C]. */
function statisticOf(b: GraphBuilder, layer: string, { statistic, temperature }: Features): string {
  const features = soften(b, layer, temperature);
  const [, channels, height, width] = staticShape(b.shape(features))!;
  const flat = b.reshape(features, [channels, height * width]);
  if (statistic === 'gram') return b.add('Gemm', [flat, flat], { transB: 1, alpha: 1 / (channels * height * width) });
  const mean = b.add('ReduceMean', [flat, b.ints([1])], { keepdims: 1 });
  const centred = b.add('Sub', [flat, mean]);
  const variance = b.add('ReduceMean', [b.add('Mul', [centred, centred]), b.ints([1])], { keepdims: 1 });
  // Channels that are zero everywhere would have no finite slope.
  const deviation = b.add('Sqrt', [b.add('Add', [variance, b.scalar(1e-6)])]);
  return b.reshape(b.add('Concat', [mean, deviation], { axis: 0 }), [2, channels]);
}

/**
 * softmax(F / T) over all of a layer's features, times their number, so that their mean is 1. In residual networks a few features may be so large
 * that the losses see them alone; a softmax that is warm enough beside them evens them out. Source: Wang, Li and Vasconcelos 2021.
 */
function soften(b: GraphBuilder, layer: string, temperature: number): string {
  if (temperature === 0) return layer;
  const shape = b.shape(layer);
  const count = countElements(shape) as number;
  const flat = b.reshape(b.add('Mul', [layer, b.scalar(1 / temperature)]), [1, count]);
  return b.reshape(b.add('Mul', [b.add('Softmax', [flat], { axis: 1 }), b.scalar(count)]), shape);
}

function totalVariation(b: GraphBuilder, picture: string): string {
  const [, , height, width] = staticShape(b.shape(picture))!;
  const differences = (axis: number, size: number): string => {
    const part = (from: number, to: number): string => b.add('Slice', [picture, b.ints([from]), b.ints([to]), b.ints([axis])]);
    return squareSum(b, b.add('Sub', [part(1, size), part(0, size - 1)]));
  };
  return b.add('Add', [differences(2, height), differences(3, width)]);
}

function squareSum(b: GraphBuilder, value: string): string {
  const axes = b.shape(value).map((_, axis) => axis);
  return b.add('ReduceSum', [b.add('Mul', [value, value]), b.ints(axes)], { keepdims: 0 });
}
