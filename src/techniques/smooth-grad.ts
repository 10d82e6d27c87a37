/**
 * The mean gradient over noisy copies of the picture.
 *
 *     mean:      values = 1/n · Σ g(x + σ·ε_i)          ε_i normal, g = ∂s_c/∂x, σ = noise · (max x − min x)
 *     squared:   values = 1/n · Σ g(x + σ·ε_i)²
 *     variance:  values = 1/n · Σ (g(x + σ·ε_i) − mean)²
 *
 * Values (N,C,H,W) in units of the score per unit of the model's input, or their square; mean and squared come with a standard error.
 * Cost: n forward and backward passes. Source: Smilkov et al. 2017; squared: Hooker et al. 2019; variance: Adebayo et al. 2018.
 */
import * as z from 'zod';
import { tensorOf } from '../graph/tensor.ts';
import { runBatches } from './batches.ts';
import { eachSample } from './each-sample.ts';
import { scoresOf } from './forward.ts';
import { gradientGraph, gradientKey, type GradientPass } from './gradients.ts';
import { RandomStream } from './random.ts';
import { RunningMean } from './running-mean.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  samples: z.int().min(1).max(10_000).default(25).meta({ title: 'Samples', description: 'Noisy copies whose gradients are averaged', unit: 'copies' }),
  noise: z.number().min(0).max(2).default(0.15).meta({
    title: 'Noise', description: 'Standard deviation of the noise, as a part of the range of the input\'s values', unit: 'of the range',
  }),
  variant: z.enum(['mean', 'squared', 'variance']).default('mean').meta({
    title: 'Variant', description: 'What is made of the gradients',
    choices: { mean: 'SmoothGrad: their mean', squared: 'The mean of their squares', variance: 'VarGrad: how much they differ' },
  }),
});
type Parameters = z.output<typeof parameters>;

export const smoothGrad: Technique<typeof parameters> = {
  id: 'smooth-grad',
  title: 'SmoothGrad',
  family: 'attribution',
  summary: 'The gradient, averaged over noisy copies of the picture, so that what is left is less noisy than the gradient itself',
  citation: { authors: 'Smilkov et al.', year: 2017, url: 'https://arxiv.org/abs/1706.03825', title: 'SmoothGrad: removing noise by adding noise' },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score per unit of input', resolution: 'input' },
  parameters,
  run: (context) => eachSample(context, explain),
};

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { input, seed, parameters: { samples, noise, variant } } = context;
  const x = input.data as Float32Array;
  const { logits: [logits] } = await scoresOf(context, [x]);
  const pass: GradientPass = { score: context.score, rectifier: 'gradient' };
  const program = await context.program(gradientKey(pass), () => gradientGraph(context.model, pass));
  const deviation = noise * rangeOf(x);

  const mean = new RunningMean(x.length);
  const soFar = (done: number): RawResult => {
    const error = variant === 'variance' ? undefined : mean.standardError();
    return {
      values: { ...input, data: variant === 'variance' ? mean.variance() : mean.mean() },
      standardError: error && { ...input, data: error },
      logits: tensorOf('float32', logits, [1, logits.length]), samples: { done, total: samples }, notes: [],
    };
  };
  await runBatches(context, program, {
    count: samples,
    make: (index, into) => new RandomStream(seed, index).gaussian(x, deviation, into),
    read: (_, { values }) => mean.add(variant === 'squared' ? values.map((value) => value * value) : values),
    after: (done) => {
      if (done < samples) context.report({ done, total: samples }, () => soFar(done));
    },
  });
  return soFar(samples);
}

/** Largest minus smallest value; a loop, since `reduce` takes as long as the noise of four copies. */
function rangeOf(x: Float32Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of x) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}
