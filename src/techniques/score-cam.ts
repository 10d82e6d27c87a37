/**
 * Class activation mapping without gradients: each channel is weighted by the score of the picture seen through it.
 *
 *     map = ReLU( Σ_k w_k · A_k ),   w = softmax over k of s_c(x′ + H_k·(x − x′))
 *
 * A_k (h,w): channel k of the layer's activation; H_k: A_k at the input's resolution, stretched to [0, 1]. Values (N,1,h,w) at the layer's
 * resolution, in units of the activation. Cost: a forward pass for each channel that is not the same everywhere. Source: Wang et al. 2020.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { tensorOf } from '../graph/tensor.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { reluParameter } from './cam.ts';
import { eachSample } from './each-sample.ts';
import { activationGraph, activationKey } from './layer-activation.ts';
import { mapNotes } from './layer-map.ts';
import { scoreMasked } from './masks.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';
import { Upsampler } from './upsample.ts';

const parameters = z.object({
  relu: reluParameter,
  baseline: baselineParameter('zero'),
  upsampling: z.enum(['bilinear', 'bilinear-aligned']).default('bilinear').meta({
    title: 'Upsampling', description: 'How channels get to the resolution of the input',
    choices: {
      bilinear: 'Centres of cells keep their places', 'bilinear-aligned': 'The centres of the outermost cells lie at the borders, as in pytorch-grad-cam',
    },
  }),
});
type Parameters = z.output<typeof parameters>;

export const scoreCam: Technique<typeof parameters> = {
  id: 'score-cam',
  title: 'Score-CAM',
  family: 'cam',
  summary: 'Grad-CAM without gradients: every channel of the layer is tried as a mask for the picture',
  citation: {
    authors: 'Wang et al.', year: 2020, url: 'https://arxiv.org/abs/1910.01279',
    title: 'Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks',
  },
  needs: { class: true, layer: true, secondPicture: false },
  values: { signed: false, unit: 'activation', resolution: 'layer' },
  parameters,
  presets: [{
    id: 'pytorch-grad-cam', title: 'pytorch-grad-cam', description: 'Upsampling with aligned corners and baseline zero, as in that library',
    parameters: { upsampling: 'bilinear-aligned', baseline: 'zero' },
  }],
  run: (context) => eachSample(context, explain),
};

/** Keeps the range of a channel that is the same everywhere from being zero. */
const leastRange = 1e-8;

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { model, input, classes, layer, parameters: { relu, baseline: kind, upsampling }, signal } = context;
  const map = layer!.map;
  const x = input.data as Float32Array;
  const baseline = makeBaseline(context, kind);
  const program = await context.program(activationKey(layer!), () => activationGraph(model, [layer!], ['values']));
  const { values, logits } = await program.run({ [model.input.name]: input, classes: tensorOf('int64', classes) }, { signal });
  const cells = map.height * map.width;
  const channel = (k: number): Float32Array => (values.data as Float32Array).subarray(k * cells, (k + 1) * cells);

  const upsampler = new Upsampler(map, model.input, upsampling);
  const plane = model.input.height * model.input.width;
  /** By channel, with holes where none is known yet. */
  const scores = new Array<number>(map.channels);
  let known = 0;
  const all = Array.from({ length: map.channels }, (_, k) => k);
  const flat = all.filter((k) => channel(k).every((value, _, cells) => value === cells[0]));
  // A channel that is the same everywhere hides the whole picture: one pass serves all of these.
  const tried = [...flat.slice(0, 1), ...all.filter((k) => !flat.includes(k))];
  const notes = [...mapNotes(layer), ...baselineNotes(context, kind)];
  const soFar = (): RawResult => {
    const weighted = weightedMean(scores, channel, cells);
    const shown = relu ? weighted.map((value) => Math.max(value, 0)) : weighted;
    const tensor: Tensor = tensorOf('float32', shown, [1, 1, map.height, map.width]);
    return { values: tensor, logits, samples: { done: known, total: map.channels }, notes };
  };
  await scoreMasked(context, {
    count: tried.length, hidden: baseline, shown: x,
    make: (index, mask) => {
      upsampler.resize(channel(tried[index]), mask);
      let [least, most] = [Infinity, -Infinity];
      for (const value of mask) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      const scale = 1 / (most - least + leastRange);
      for (let i = 0; i < plane; i++) mask[i] = (mask[i] - least) * scale;
    },
    read: (index, score) => {
      const alike = flat[0] === tried[index] ? flat : [tried[index]];
      for (const k of alike) scores[k] = score;
      known += alike.length;
    },
    after: (done) => {
      if (done < tried.length) context.report({ done: known, total: map.channels }, soFar);
    },
  });
  return soFar();
}

/** Σ_k w_k·A_k with w the softmax of the scores; over the channels whose score is known. */
function weightedMean(scores: readonly number[], channel: (k: number) => Float32Array, cells: number): Float64Array {
  const top = scores.reduce((a, b) => Math.max(a, b));
  const weights = scores.map((score) => Math.exp(score - top));
  const total = weights.reduce((a, b) => a + b, 0);
  const sum = new Float64Array(cells);
  weights.forEach((weight, k) => channel(k).forEach((value, i) => { sum[i] += (weight / total) * value; }));
  return sum;
}
