/**
 * The nearest point, about, at which the model changes its mind: every step goes to where the nearest boundary would be if the scores were linear.
 *
 *     X ← X + r,   r = |f|/‖w‖²·w,   f = s_k − s_class, w = ∂f/∂X, for the class k whose |f|/‖w‖ is smallest (or for the target)
 *
 * The picture is the photograph plus (1 + overshoot) · Σ r, clamped to pixels. In the model's input space. On a linear model one step is
 * the shortest way there is. Cost of a step: a forward and a backward pass for each class looked at, plus one.
 * Source: Moosavi-Dezfooli et al. 2016.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { aimAt, beginning, confidenceParameter, runAttack, stepsParameter, type Position } from './fooling.ts';
import type { Generator, GeneratorContext } from './generator.ts';
import { objective } from './objective.ts';
import { clampToPixels, pixelRanges } from './pixel-range.ts';
import { mostLikely } from './score-value.ts';

const parameters = z.object({
  steps: stepsParameter(50),
  candidates: z.int().min(1).max(100).default(9).meta({ title: 'Candidates', description: 'Without a target: how many of the next most likely classes are looked at' }),
  overshoot: z.number().min(0).max(1).default(0.02).meta({ title: 'Overshoot', description: 'How far beyond the boundary', live: true }),
  confidence: confidenceParameter(0),
});

/** Gradients of the logits of several classes at one picture. */
interface Slopes extends Position {
  /** One for each class; the first is the one to leave. */
  readonly gradients: readonly Float32Array[];
}

export const deepFool: Generator<typeof parameters> = {
  id: 'deep-fool',
  title: 'DeepFool',
  family: 'fooling',
  summary: 'Finds a very small change at which the model changes its mind',
  citation: {
    authors: 'Moosavi-Dezfooli, Fawzi, Frossard', year: 2016, url: 'https://arxiv.org/abs/1511.04599',
    title: 'DeepFool: A Simple and Accurate Method to Fool Deep Neural Networks',
  },
  needs: { content: true, style: false, target: 'class-or-any' },
  parameters,
  async run(context) {
    const { model: { input }, preprocessing, pictures: { content } } = context;
    const start = content!.data as Float32Array;
    const ranges = pixelRanges(preprocessing, input.channels);
    const probe = (await objective(context, { kind: 'class', classes: [0] })(content!)).logits!.data as Float32Array;
    const aim = aimAt(context, probe);
    const leave = mostLikely(probe);
    const next = Array.from(probe.keys()).filter((index) => index !== leave).sort((a, b) => probe[b] - probe[a] || a - b);
    const candidates = aim.target === undefined ? next.slice(0, context.parameters().candidates) : [aim.target];
    const classes = [leave, ...candidates];
    const evaluate = objective(context, { kind: 'class', classes });

    const picture = beginning(context, content!);
    const way = wayFrom(context, start, picture.data as Float32Array);
    const attack = {
      picture,
      async evaluate(current: Tensor): Promise<Slopes> {
        const copies = new Float32Array(classes.length * start.length);
        for (let k = 0; k < classes.length; k++) copies.set(current.data as Float32Array, k * start.length);
        const { gradients, logits } = await evaluate({ ...current, dims: [classes.length, ...current.dims.slice(1)], data: copies });
        return {
          logits: (logits!.data as Float32Array).subarray(0, probe.length),
          gradients: classes.map((_, k) => (gradients.data as Float32Array).subarray(k * start.length, (k + 1) * start.length)),
        };
      },
      move({ logits, gradients }: Slopes): boolean {
        const boundaryTo = (index: number, k: number): Boundary => {
          const slope = gradients[k + 1];
          return { gap: Math.abs(logits[index] - logits[leave]), slope, square: squaredDistance(slope, gradients[0]) };
        };
        const nearest = candidates
          .map(boundaryTo)
          .filter(({ square }) => square > 0)
          .reduce<Boundary | undefined>((best, one) => (best && best.gap ** 2 / best.square <= one.gap ** 2 / one.square ? best : one), undefined);
        if (!nearest) return false;
        const values = picture.data as Float32Array;
        const { overshoot } = context.parameters();
        for (let i = 0; i < way.length; i++) {
          way[i] += (nearest.gap / nearest.square) * (nearest.slope[i] - gradients[0][i]);
          values[i] = start[i] + (1 + overshoot) * way[i];
        }
        clampToPixels(picture, ranges);
        return true;
      },
      memory: () => ({ way: way.slice() }),
    };
    return runAttack(context, attack, aim, await attack.evaluate(picture), () => context.parameters().steps);
  },
};

/** Σ r so far: as it was kept, else as far as the picture tells. */
function wayFrom({ resume, parameters: read }: GeneratorContext<{ overshoot: number }>, start: Float32Array, picture: Float32Array): Float32Array {
  if (resume && !resume.picture) return resume.arrays.way.slice();
  const { overshoot } = read();
  return picture.map((value, i) => (value - start[i]) / (1 + overshoot));
}

interface Boundary {
  readonly gap: number;
  readonly slope: Float32Array;
  readonly square: number;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}
