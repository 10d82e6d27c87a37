/**
 * Projected gradient descent: many small steps of the fast gradient sign method that keep within a ball around the photograph.
 *
 *     L∞:  X ← clamp(project(X + α·sign(g)))   within |X − X₀| ≤ ε      L2:  X ← clamp(project(X + α·g/‖g‖₂))   within ‖X − X₀‖₂ ≤ r
 *
 * g = ∂ log p_target/∂X, or −∂ log p_class/∂X without a target; pixels in parts of the way from black to white. Starts at a random point of
 * the ball. Cost of a step: a forward and a backward pass. Source: Madry et al. 2018.
 */
import * as z from 'zod';
import { epsilonParameter } from './fgsm.ts';
import { confidenceParameter, runAttack, stepsParameter } from './fooling.ts';
import type { Generator } from './generator.ts';
import { startSigned } from './gradient-sign.ts';
import { normStep, projectEuclidean, projectMaximum, signStep } from './perturb.ts';
import { RandomStream } from './random.ts';

const parameters = z.object({
  norm: z.enum(['linf', 'l2']).default('linf').meta({
    title: 'Norm', description: 'What is bounded', choices: { linf: 'How far any pixel value moves', l2: 'The distance of the whole picture' },
  }),
  epsilon: epsilonParameter.meta({ when: { norm: 'linf' } }),
  radius: z.number().positive().max(1000).default(3).meta({ title: 'Radius', description: 'L2: largest distance, pixel values from 0 to 1', when: { norm: 'l2' } }),
  steps: stepsParameter(40),
  stepSize: z.union([z.literal('auto'), z.number().positive().max(1000)]).default('auto').meta({
    title: 'Step size', description: 'L∞: of 255; L2: as the radius; auto: 2.5 · bound / steps, enough to cross the ball', live: true,
  }),
  randomStart: z.boolean().default(true).meta({ title: 'Random start', description: 'Begin at a random point of the ball' }),
  confidence: confidenceParameter(0.9),
});

export const pgd: Generator<typeof parameters> = {
  id: 'pgd',
  title: 'PGD',
  family: 'fooling',
  summary: 'The strongest simple attack: small steps within a bound that people hardly see',
  citation: {
    authors: 'Madry et al.', year: 2018, url: 'https://arxiv.org/abs/1706.06083', title: 'Towards Deep Learning Models Resistant to Adversarial Attacks',
  },
  needs: { content: true, style: false, target: 'class-or-any' },
  parameters,
  async run(context) {
    const { norm, epsilon, radius, randomStart } = context.parameters();
    const bound = norm === 'linf' ? epsilon / 255 : radius;
    const start = await startSigned(context);
    const project = (shares: Float32Array): void => (norm === 'linf' ? projectMaximum : projectEuclidean)(shares, start.original, bound);
    const length = (): number => {
      const { stepSize, steps } = context.parameters();
      return stepSize === 'auto' ? (2.5 * bound) / steps : norm === 'linf' ? stepSize / 255 : stepSize;
    };
    if (randomStart && !context.resume) start.put(randomPoint(context.seed, start.original, norm, bound));
    const attack = {
      ...start,
      move({ direction }: typeof start.first): boolean {
        const shares = start.shares();
        (norm === 'linf' ? signStep : normStep)(shares, direction, length());
        project(shares);
        start.put(shares);
        return direction.some((value) => value !== 0);
      },
    };
    const first = randomStart || context.resume ? await start.evaluate(start.picture) : start.first;
    return runAttack(context, attack, start.aim, first, () => context.parameters().steps);
  },
};

/** L∞: uniform in the ball; L2: a uniform direction, with a uniform radius. */
function randomPoint(seed: number, centre: Float32Array, norm: 'linf' | 'l2', bound: number): Float32Array {
  const random = new RandomStream(seed, 0);
  if (norm === 'linf') return centre.map((value, i) => value + bound * (2 * random.uniform(i) - 1));
  const direction = new Float32Array(centre.length);
  random.gaussian(direction, 1, direction);
  const point = centre.slice();
  normStep(point, direction, bound * new RandomStream(seed, 1).uniform(0));
  return point;
}
