/**
 * What attacks share: what they aim at, when they have reached it, and how far they went.
 *
 * The goal is judged on the picture rounded to 8 bits, since that is what can be saved. Distances are in parts of the way from black to
 * white: L2, L∞ and PSNR, see metrics/distance.ts.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { euclideanDistance, maximumDistance, peakSignalToNoise } from '../metrics/distance.ts';
import { FoveaError } from '../protocol/errors.ts';
import { resumedPicture, type GeneratorContext, type GeneratorResult, type GeneratorState } from './generator.ts';
import { pixelRanges, roundToPixels, toShares } from './pixel-range.ts';
import { logProbability, mostLikely } from './score-value.ts';
import { runSteps } from './steps.ts';

/** @param usual probability at which an attack ends early */
export function confidenceParameter(usual: number) {
  return z.number().min(0).max(1).default(usual).meta({
    title: 'Confidence', description: 'Ends as soon as the target is the most likely class and has this probability (or, without a target, another class has)', live: true,
  });
}

export function stepsParameter(usual: number) {
  return z.int().min(1).max(10_000).default(usual).meta({ title: 'Steps', description: 'At most so many', live: true });
}

/** What an attack knows of the picture as it is. */
export interface Position {
  /** [K] */
  readonly logits: Float32Array;
}

export interface Attack<E extends Position> {
  /** [1,C,H,W]; changed by `move`. */
  readonly picture: Tensor;
  evaluate(picture: Tensor): Promise<E>;
  /** Changes the picture. @returns false where there is nowhere to go */
  move(at: E, step: number): boolean;
  /** What a later run needs beside the picture. */
  memory?(): GeneratorState['arrays'];
}

type Context = GeneratorContext<{ readonly steps?: number; readonly confidence?: number }>;

/** What is aimed at: a class, or any but the one that the photograph has. */
export interface Aim {
  readonly target: number | undefined;
  /** The photograph's class; undefined for a start from noise. */
  readonly from: number | undefined;
}

/** @throws FoveaError `class-unsuitable`, `parameter-invalid` */
export function aimAt({ classes, className = (index) => `class ${index}` }: Context, original: Float32Array | undefined): Aim {
  if (classes.length > 1) throw new FoveaError('parameter-invalid', 'A picture can be turned into one class at a time.', 'Name a single class.');
  const [target] = classes as readonly (number | undefined)[];
  const from = original && mostLikely(original);
  if (target !== undefined && target === from) {
    throw new FoveaError('class-unsuitable', `The model sees the picture as ${className(target)} already.`, 'Choose another target.');
  }
  return { target, from };
}

/** Where an attack begins: with the picture that it goes on from, else with `start`; a copy. */
export function beginning({ resume }: Pick<GeneratorContext<unknown>, 'resume'>, start: Tensor): Tensor {
  return { ...start, data: resume ? resumedPicture(resume, 'picture') : start.data.slice() as Float32Array };
}

/**
 * Runs an attack step by step until its goal is reached.
 * @param first `attack.evaluate` of the picture as it is
 * @param steps at most so many
 */
export async function runAttack<E extends Position>(
  context: Context, attack: Attack<E>, aim: Aim, first: E, steps: () => number,
): Promise<GeneratorResult> {
  const { model: { input, finalActivation }, preprocessing, pictures: { content } } = context;
  const ranges = pixelRanges(preprocessing, input.channels);
  const { picture } = attack;
  let at = first;
  const probability = ({ logits }: Position): number => Math.exp(logProbability(logits, finalActivation)(aim.target ?? mostLikely(logits)));
  const reached = (position: Position): boolean => {
    const seen = mostLikely(position.logits);
    return (aim.target === undefined ? seen !== aim.from : seen === aim.target) && probability(position) >= (context.parameters().confidence ?? 0);
  };
  const last = await runSteps(context, {
    from: context.resume?.step ?? 0,
    total: steps,
    picture: () => ({ ...picture, data: (picture.data as Float32Array).slice() }),
    async advance(step) {
      const moved = attack.move(at, step);
      at = await attack.evaluate(picture);
      const curves = { [aim.target === undefined ? 'probability of the most likely class' : 'probability of the target']: probability(at) };
      if (!moved) return { curves, end: 'dead' as const };
      return reached(at) && reached(await attack.evaluate(roundToPixels(picture, ranges))) ? { curves, end: 'reached' as const } : { curves };
    },
  });
  const notes = last.ended === 'dead' ? ['The score does not change with the picture: its gradient is zero, so there is no direction to go.'] : [];
  const state: GeneratorState = { step: last.step, arrays: { picture: last.picture.data as Float32Array, ...attack.memory?.() } };
  return { ...last, notes, state, metrics: content ? distances(toShares(content, ranges), toShares(last.picture, ranges)) : {} };
}

/** L2, L∞, and PSNR where there is a difference. */
export function distances(before: Float32Array, after: Float32Array): Record<string, number> {
  const l2 = euclideanDistance(after, before);
  return { l2, linf: maximumDistance(after, before), ...(l2 > 0 && { psnr: peakSignalToNoise(after, before) }) };
}
