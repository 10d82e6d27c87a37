/**
 * What a generated picture is to make large: the logit of a class, or the activation of a layer, of one of its channels or of one neuron.
 *
 *     class:   s = logit_c (or log p)  channel: s = mean over the positions of A_k
 *     layer:   s = mean of A²          neuron:  s = A_k at one position
 *
 * A pass gives scores and ∂s/∂picture for every picture of the batch; for a layer it ends at the layer.
 * Sources: Simonyan et al. 2013 (class); Mordvintsev et al. 2015 (layer); Erhan et al. 2009, Olah et al. 2017 (channel, neuron).
 */
import { GraphBuilder } from '../graph/builder.ts';
import { addGradients } from '../graph/differentiate.ts';
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { RectifierRule } from '../graph/operators/operator.ts';
import { tensorOf } from '../graph/tensor.ts';
import { euclideanNorm } from '../metrics/distance.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { batchSize } from './batches.ts';
import type { GeneratorContext } from './generator.ts';
import { gradientGraph, gradientKey } from './gradients.ts';
import { asMaps } from './layer-map.ts';
import { stack } from './run-graph.ts';
import { scoreValue } from './score-value.ts';

export type Target =
  | { readonly kind: 'class'; /** One for each picture. */ readonly classes: readonly number[]; /** Default: the logit. */ readonly score?: ScoreKind }
  | { readonly kind: 'layer'; readonly layer: Layer }
  | { readonly kind: 'channel'; readonly layer: Layer; readonly channel: number; /** Of the neuron; the whole channel where absent. */ readonly position?: Position };

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Scores of pictures, and the gradient of each with respect to its own picture. */
export interface Ascent {
  readonly scores: Float32Array;
  /** [N,C,H,W] */
  readonly gradients: Tensor;
  /** Euclidean norm of each picture's gradient. */
  readonly norms: readonly number[];
  /** [N,K]; for classes only. */
  readonly logits: Tensor | undefined;
}

/** @throws FoveaError `output-not-finite`, `runtime-failed`; CancelledError between two passes */
export type Evaluate = (pictures: Tensor, rectifier?: RectifierRule) => Promise<Ascent>;

/** Compiles nothing yet: programs are made when first needed. */
export function objective({ model, program, signal }: Pick<GeneratorContext<unknown>, 'model' | 'program' | 'signal'>, target: Target): Evaluate {
  const most = batchSize(model);
  const score = (target.kind === 'class' && target.score) || 'logit';
  return async (pictures, rectifier = 'gradient') => {
    const [count, ...dims] = pictures.dims;
    const size = pictures.data.length / count;
    const compiled = target.kind === 'class'
      ? await program(gradientKey({ score, rectifier }), () => gradientGraph(model, { score, rectifier }))
      : await program(`ascent ${targetKey(target)} ${rectifier}`, () => layerAscentGraph(model, target, rectifier));
    const parts: Record<string, Tensor>[] = [];
    for (let start = 0; start < count; start += most) {
      const end = Math.min(start + most, count);
      const batch: Tensor = { type: 'float32', dims: [end - start, ...dims], data: pictures.data.subarray(start * size, end * size) };
      const inputs = target.kind === 'class' ? { classes: tensorOf('int64', target.classes.slice(start, end)) }
        : target.kind === 'channel' ? unitInputs(target) : {};
      parts.push(await compiled.run({ [model.input.name]: batch, ...inputs }, { signal }));
    }
    const all = (name: string): Tensor => (parts.length === 1 ? parts[0][name] : stack(parts.map((part) => part[name])));
    const gradients = all('values');
    const logits = target.kind === 'class' ? all('logits') : undefined;
    const scores = target.kind === 'class' ? chosen(logits!, target.classes, score, model.finalActivation) : all('score').data as Float32Array;
    const norms = Array.from({ length: count }, (_, n) => euclideanNorm((gradients.data as Float32Array).subarray(n * size, (n + 1) * size)));
    if (![...scores, ...norms].every(Number.isFinite)) {
      throw new FoveaError('output-not-finite', 'The score or its gradient is not a finite number.', 'The model may be damaged, or its preprocessing may be wrong.');
    }
    return { scores, gradients, norms, logits };
  };
}

/** One program serves all units of a layer. */
function targetKey({ kind, layer }: Exclude<Target, { kind: 'class' }>): string {
  return `${kind} ${layer.name}`;
}

/**
 * @returns a graph: inputs `image` and, for a unit, `channel` int64 [1] and `positions` float32 [1,1,h,w]; outputs `score` [N] and
 *   `values` = ∂score/∂image
 */
function layerAscentGraph(model: Model, { kind, layer }: Exclude<Target, { kind: 'class' }>, rectifier: RectifierRule): Graph {
  const b = GraphBuilder.from(foldBatchNormalization(model.graph, new Set([layer.name])));
  const { channels, height, width } = layer.map;
  const maps = asMaps(b, layer, layer.name);
  let seed: string;
  let score: string;
  if (kind === 'layer') {
    const count = channels * height * width;
    seed = b.add('Mul', [maps, b.scalar(2 / count)]);
    score = b.add('Mul', [b.add('Mul', [maps, maps]), b.scalar(1 / count)]);
  } else {
    const channel = b.input('channel', 'int64', [1]);
    const positions = b.input('positions', 'float32', [1, 1, height, width]);
    const one = b.add('OneHot', [channel, b.constant(tensorOf('int64', [channels], [])), b.constant(tensorOf('float32', [0, 1]))], { axis: -1 });
    const unit = b.add('Mul', [b.reshape(one, [1, channels, 1, 1]), positions]);
    seed = b.expandLike(unit, maps);
    score = b.add('Mul', [maps, unit]);
  }
  const [gradient] = addGradients(b, maps, seed, [model.input.name], { rectifier });
  return b.build('ascent', { score: b.add('ReduceSum', [score, b.ints([1, 2, 3])], { keepdims: 0 }), values: gradient! });
}

function unitInputs({ layer, channel, position }: Extract<Target, { kind: 'channel' }>): Record<string, Tensor> {
  const { height, width } = layer.map;
  const positions = new Float32Array(height * width).fill(position ? 0 : 1 / (height * width));
  if (position) positions[position.y * width + position.x] = 1;
  return { channel: tensorOf('int64', [channel]), positions: tensorOf('float32', positions, [1, 1, height, width]) };
}

function chosen(logits: Tensor, classes: readonly number[], score: ScoreKind, finalActivation: Model['finalActivation']): Float32Array {
  const [, count] = logits.dims;
  const row = (n: number): Float32Array => (logits.data as Float32Array).subarray(n * count, (n + 1) * count);
  return Float32Array.from(classes, (index, n) => scoreValue(row(n), index, score, finalActivation));
}
