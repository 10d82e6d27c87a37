/**
 * Gradient ascent on the target's logit from a photograph: the recipe that courses teach, with clamping to real pixels.
 *
 *     X ← clamp(X + η·g/‖g‖₂),   g = ∂s_target/∂X, until the target is the most likely class
 *
 * In course units (course-units.ts), whatever the model takes. Cost of a step: a forward and a backward pass.
 * Source: Szegedy et al. 2013 (the idea); Stanford's CS231n (the recipe).
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { euclideanNorm } from '../metrics/distance.ts';
import { courseUnits } from './course-units.ts';
import { aimAt, beginning, confidenceParameter, runAttack, stepsParameter, type Attack, type Position } from './fooling.ts';
import type { Generator, GeneratorContext } from './generator.ts';
import { objective } from './objective.ts';
import { clampToPixels, eachChannel, pixelRanges } from './pixel-range.ts';

const parameters = z.object({
  steps: stepsParameter(100),
  stepSize: z.number().positive().max(1000).default(1).meta({ title: 'Step size', description: 'Length of a step, pixels in deviations of ImageNet', live: true }),
  confidence: confidenceParameter(0),
});

export interface Uphill extends Position {
  /** In course units. */
  readonly gradient: Float32Array;
}

/** Steps of the current length, in course units, up the target's logit. */
export function ascentAttack(context: GeneratorContext<{ stepSize: number }>, picture: Tensor): Attack<Uphill> {
  const evaluate = objective(context, { kind: 'class', classes: context.classes.slice(0, 1) });
  const ranges = pixelRanges(context.preprocessing, context.model.input.channels);
  const { scale } = courseUnits(context.preprocessing);
  return {
    picture,
    async evaluate(current) {
      const { logits, gradients } = await evaluate(current);
      eachChannel(gradients, (values, channel) => {
        for (let i = 0; i < values.length; i++) values[i] *= scale[channel];
      });
      return { logits: logits!.data as Float32Array, gradient: gradients.data as Float32Array };
    },
    move({ gradient }) {
      const norm = euclideanNorm(gradient);
      if (norm === 0) return false;
      const plane = gradient.length / scale.length;
      const rate = context.parameters().stepSize / norm;
      eachChannel(picture, (values, channel) => {
        for (let i = 0; i < plane; i++) values[i] += rate * scale[channel] * gradient[channel * plane + i];
      });
      clampToPixels(picture, ranges);
      return true;
    },
  };
}

export const ascent: Generator<typeof parameters> = {
  id: 'ascent',
  title: 'Fooling by Ascent',
  family: 'fooling',
  summary: 'Changes a photograph step by step until the model sees the class that you choose',
  citation: { authors: 'Szegedy et al.', year: 2013, url: 'https://arxiv.org/abs/1312.6199', title: 'Intriguing Properties of Neural Networks' },
  needs: { content: true, style: false, target: 'class' },
  parameters,
  async run(context) {
    const content = context.pictures.content!;
    const attack = ascentAttack(context, beginning(context, content));
    const original = await attack.evaluate(content);
    const first = context.resume ? await attack.evaluate(attack.picture) : original;
    return runAttack(context, attack, aimAt(context, original.logits), first, () => context.parameters().steps);
  },
};
