/**
 * The fast gradient sign method: one step, as far as allowed, for every pixel.
 *
 *     X ← clamp(X + ε·sign(∂ log p_target/∂X)),   without a target X ← clamp(X − ε·sign(∂ log p_class/∂X))
 *
 * Cost: two forward and backward passes, the second to see what came of it. Source: Goodfellow et al. 2014.
 */
import * as z from 'zod';
import { runAttack } from './fooling.ts';
import type { Generator } from './generator.ts';
import { startSigned } from './gradient-sign.ts';
import { signStep } from './perturb.ts';

export const epsilonParameter = z.number().positive().max(255).default(8)
  .meta({ title: 'Epsilon', description: 'How far a pixel value may move, of 255', unit: '/255' });

const parameters = z.object({ epsilon: epsilonParameter });

export const fgsm: Generator<typeof parameters> = {
  id: 'fgsm',
  title: 'FGSM',
  family: 'fooling',
  summary: 'Moves every pixel once by the same small amount, against the model or towards a class',
  citation: { authors: 'Goodfellow, Shlens, Szegedy', year: 2014, url: 'https://arxiv.org/abs/1412.6572', title: 'Explaining and Harnessing Adversarial Examples' },
  needs: { content: true, style: false, target: 'class-or-any' },
  parameters,
  async run(context) {
    const start = await startSigned(context);
    const attack = {
      ...start,
      move({ direction }: typeof start.first): boolean {
        const shares = start.shares();
        signStep(shares, direction, context.parameters().epsilon / 255);
        start.put(shares);
        return direction.some((value) => value !== 0);
      },
    };
    return runAttack({ ...context, parameters: () => ({}) }, attack, start.aim, start.first, () => 1);
  },
};
