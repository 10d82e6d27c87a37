/**
 * A photograph in which the model is made to see more of what it sees: ascent on a layer, a channel or a class, at several sizes in turn.
 *
 *     X ← clamp(X + η·g/mean|g|),   g = ∂s(view(X))/∂X
 *
 * The view is the picture shrunk to one of the octaves (1, 1/r, 1/r², ..., largest patterns first), continued by its mirror image and
 * shifted at random; it is blurred before it is shrunk, and so is what comes back. Pixels in parts of the way from black to white.
 * Cost of a step: a forward and a backward pass. Source: Mordvintsev, Olah, Tyka 2015.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { blurPlane } from './blur.ts';
import { resumedPicture, type Generator, type GeneratorContext } from './generator.ts';
import { objective, type Ascent, type Evaluate } from './objective.ts';
import { clampToPixels, eachChannel, pixelRanges, type PixelRange } from './pixel-range.ts';
import { RandomStream } from './random.ts';
import { runSteps } from './steps.ts';
import { Response, targetOf, unitParameters } from './target.ts';
import { Sampling, viewOf } from './view.ts';

const parameters = z.object({
  steps: z.int().min(1).max(10_000).default(60).meta({ title: 'Steps', description: 'Number of steps, over all octaves', live: true }),
  stepSize: z.number().positive().max(255).default(1.5).meta({ title: 'Step size', description: 'How far a pixel value moves on average, of 255', unit: '/255', live: true }),
  octaves: z.int().min(1).max(8).default(4).meta({ title: 'Octaves', description: 'Sizes at which patterns are drawn', live: true }),
  octaveScale: z.number().min(1.05).max(4).default(1.4).meta({ title: 'Octave scale', description: 'From one size to the next', live: true }),
  jitter: z.int().min(0).max(256).default(32).meta({ title: 'Jitter', description: 'Room of the random shift', unit: 'px', live: true }),
  ...unitParameters,
});

type Settings = z.output<typeof parameters>;

export const deepDream: Generator<typeof parameters> = {
  id: 'deep-dream',
  title: 'Deep Dream',
  family: 'visualization',
  summary: 'Draws into a photograph what a layer, a channel or a class finds in it',
  citation: {
    authors: 'Mordvintsev, Olah, Tyka', year: 2015, title: 'Inceptionism: Going Deeper into Neural Networks',
    url: 'https://research.google/blog/inceptionism-going-deeper-into-neural-networks/',
  },
  needs: { content: true, style: false, target: 'class-or-layer' },
  parameters,
  async run(context) {
    const { model: { input: { channels } }, preprocessing, resume, pictures: { content }, classes, layer, className } = context;
    const ranges = pixelRanges(preprocessing, channels);
    const target = targetOf(classes, layer, context.parameters());
    const response = new Response(target, className);
    const count = Math.max(1, classes.length);
    const data = resume ? resumedPicture(resume, 'pictures') : repeated(content!.data as Float32Array, count);
    const pictures: Tensor = { type: 'float32', dims: [count, ...content!.dims.slice(1)], data };
    const evaluate = objective(context, target);
    const last = await runSteps(context, {
      from: resume?.step ?? 0,
      total: () => context.parameters().steps,
      picture: () => ({ ...pictures, data: data.slice() }),
      advance: async (step) => response.outcome(await dreamStep(pictures, step, context, ranges, evaluate)),
    });
    return {
      ...last, notes: response.notes(), metrics: {},
      state: { step: last.step, arrays: { pictures: last.picture.data as Float32Array } },
    };
  },
};

/** `pictures` is changed. Octave and shift depend on seed and step alone. */
async function dreamStep(
  pictures: Tensor, step: number, { seed, parameters: read }: GeneratorContext<Settings>, ranges: readonly PixelRange[], evaluate: Evaluate,
): Promise<Ascent> {
  const { dims: [, channels, height, width] } = pictures;
  const data = pictures.data as Float32Array;
  const { stepSize, octaves, octaveScale, jitter } = read();
  const shrunk = octaveScale ** (octaves - 1 - (step % octaves));
  // Removes what the smaller size cannot hold.
  const sigma = shrunk > 1 ? 0.5 * Math.sqrt(shrunk ** 2 - 1) : 0;
  const random = new RandomStream(seed, 0);
  const shift = (index: number): number => random.below(jitter + 1, index) - jitter / 2;
  const sampling = new Sampling(viewOf(1 / shrunk, 0, shift(2 * step), shift(2 * step + 1)), width, height, 'mirror');
  const plane = height * width;
  const seen = new Float32Array(data.length);
  const place = (whole: Float32Array, channel: number, n: number): Float32Array => {
    const start = (n * channels + channel) * plane;
    return whole.subarray(start, start + plane);
  };
  eachChannel(pictures, (values, channel, n) => {
    const smooth = values.slice();
    blurPlane(smooth, width, height, sigma);
    sampling.see(smooth, place(seen, channel, n), 0);
  });
  const ascent = await evaluate({ ...pictures, data: seen });
  const gradient = new Float32Array(data.length);
  eachChannel(ascent.gradients, (values, channel, n) => {
    sampling.spread(values, place(gradient, channel, n));
    blurPlane(place(gradient, channel, n), width, height, sigma);
  });
  const size = channels * plane;
  for (let n = 0; n * size < data.length; n++) {
    const own = gradient.subarray(n * size, (n + 1) * size);
    const mean = own.reduce((sum, value) => sum + Math.abs(value), 0) / size;
    if (mean === 0) continue;
    const rate = (stepSize / 255 / mean) * (ranges[0].high - ranges[0].low);
    for (let i = 0; i < size; i++) data[n * size + i] += rate * own[i];
  }
  clampToPixels(pictures, ranges);
  return ascent;
}

function repeated(values: Float32Array, count: number): Float32Array {
  const all = new Float32Array(count * values.length);
  for (let n = 0; n < count; n++) all.set(values, n * values.length);
  return all;
}
