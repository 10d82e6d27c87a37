/**
 * Gradient ascent on the target's logit from a photograph: the recipe that courses teach, with clamping to real pixels.
 *
 *     X ← clamp(X + η·g/‖g‖₂),   g = ∂s_target/∂X, until the target is the most likely class
 *
 * In the model's input space. Cost of a step: a forward and a backward pass. Source: Szegedy et al. 2013 (the idea); Stanford's CS231n (the recipe).
 */
import * as z from 'zod';
import { aimAt, beginning, confidenceParameter, runAttack, stepsParameter, type Attack, type Position } from './fooling.ts';
import type { Generator, GeneratorContext } from './generator.ts';
import { objective } from './objective.ts';
import { normStep } from './perturb.ts';
import { clampToPixels, pixelRanges } from './pixel-range.ts';
import type { Tensor } from '../graph/graph.ts';

const parameters = z.object({
  steps: stepsParameter(100),
  stepSize: z.number().positive().max(1000).default(1).meta({ title: 'Step size', description: 'Length of a step, in units of the model\'s input', live: true }),
  confidence: confidenceParameter(0),
});

export interface Uphill extends Position {
  readonly gradient: Float32Array;
}

/** Steps of the current length up the target's logit. */
export function ascentAttack(context: GeneratorContext<{ stepSize: number }>, picture: Tensor): Attack<Uphill> {
  const evaluate = objective(context, { kind: 'class', classes: context.classes.slice(0, 1) });
  const ranges = pixelRanges(context.preprocessing, context.model.input.channels);
  return {
    picture,
    async evaluate(current) {
      const { logits, gradients } = await evaluate(current);
      return { logits: logits!.data as Float32Array, gradient: gradients.data as Float32Array };
    },
    move({ gradient }) {
      normStep(picture.data as Float32Array, gradient, context.parameters().stepSize);
      clampToPixels(picture, ranges);
      return gradient.some((value) => value !== 0);
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
