/**
 * A picture of nothing that a model is sure of: ascent on the target's logit, from noise.
 *
 * As `ascent`, but from noise around middle grey, until the target has a high probability.
 * Cost of a step: a forward and a backward pass. Source: Nguyen, Yosinski, Clune 2015.
 */
import * as z from 'zod';
import { ascentAttack } from './ascent.ts';
import { noisePictures } from './classic-ascent.ts';
import { aimAt, beginning, confidenceParameter, runAttack, stepsParameter } from './fooling.ts';
import type { Generator } from './generator.ts';
import { pixelRanges } from './pixel-range.ts';

const parameters = z.object({
  steps: stepsParameter(100),
  stepSize: z.number().positive().max(1000).default(1).meta({ title: 'Step size', description: 'Length of a step, pixels in deviations of ImageNet', live: true }),
  noise: z.number().min(0).max(1).default(0.2).meta({ title: 'Noise', description: 'Standard deviation of the start, as a part of the range from black to white' }),
  confidence: confidenceParameter(0.99),
});

export const fromNoise: Generator<typeof parameters> = {
  id: 'from-noise',
  title: 'Fooling from Noise',
  family: 'fooling',
  summary: 'Turns noise into a picture that means nothing to people and of whose class the model is sure',
  citation: {
    authors: 'Nguyen, Yosinski, Clune', year: 2015, url: 'https://arxiv.org/abs/1412.1897',
    title: 'Deep Neural Networks are Easily Fooled: High Confidence Predictions for Unrecognizable Images',
  },
  needs: { content: false, style: false, target: 'class' },
  parameters,
  async run(context) {
    const { model: { input: { channels, height, width } }, preprocessing, seed } = context;
    const ranges = pixelRanges(preprocessing, channels);
    const start = beginning(context, noisePictures(seed, [1, channels, height, width], ranges, context.parameters().noise));
    const attack = ascentAttack(context, start);
    return runAttack(context, attack, aimAt(context, undefined), await attack.evaluate(start), () => context.parameters().steps);
  },
};
