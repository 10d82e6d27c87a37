/** Inputs that stand for "nothing is there", for techniques that compare with one. */
import * as z from 'zod';
import { blurPlane } from './blur.ts';
import type { TechniqueContext } from './technique.ts';

const baselineKinds = ['black', 'zero', 'mean', 'blurred'] as const;
export type BaselineKind = (typeof baselineKinds)[number];

/** A schema's field for the choice. */
export function baselineParameter(fallback: BaselineKind) {
  return z.enum(baselineKinds).default(fallback).meta({
    title: 'Baseline',
    description: 'What stands for a missing pixel',
    choices: {
      black: 'A black pixel', zero: 'Zero of the model\'s input, for most models the average colour of their training pictures',
      mean: 'The average colour of this picture', blurred: 'The picture, blurred',
    },
  });
}

/** Standard deviation of the blur, as a part of the shorter side. */
const blurPart = 0.1;

/**
 * @param context with a single sample
 * @returns C·H·W values of the model's input
 */
export function makeBaseline({ model, input, black }: Pick<TechniqueContext<unknown>, 'model' | 'input' | 'black'>, kind: BaselineKind): Float32Array {
  const { channels, height, width } = model.input;
  const plane = height * width;
  const values = input.data as Float32Array;
  const baseline = new Float32Array(values.length);
  for (let c = 0; c < channels; c++) {
    const [from, to] = [values.subarray(c * plane, (c + 1) * plane), baseline.subarray(c * plane, (c + 1) * plane)];
    if (kind === 'black') to.fill(black?.[c] ?? 0);
    if (kind === 'mean') to.fill(from.reduce((sum, value) => sum + value, 0) / plane);
    if (kind === 'blurred') {
      to.set(from);
      blurPlane(to, width, height, blurPart * Math.min(width, height));
    }
  }
  return baseline;
}

/** What a person should know about the baseline. */
export function baselineNotes({ black }: Pick<TechniqueContext<unknown>, 'black'>, kind: BaselineKind): string[] {
  return kind === 'black' && !black ? ['How a black pixel looks to the model is not known for an array; the baseline is zero.'] : [];
}
