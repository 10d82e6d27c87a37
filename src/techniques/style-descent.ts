/** The two optimisers of style transfer, one step at a time, with a sum of losses that may change between two steps. */
import { Adam } from './adam.ts';
import type { CourseUnits } from './course-units.ts';
import { Lbfgs, type Bounds, type Evaluation } from './lbfgs.ts';
import type { GeneratorState } from './generator.ts';
import { clampToPixels } from './pixel-range.ts';
import type { CoursePicture } from './style-objective.ts';

export interface Stage {
  /** Of a step, in course units. For Adam. */
  readonly rate: number;
  /** Whether the run is in its last part, which Adam walks in small steps. */
  readonly last: boolean;
}

export type Evaluate<E extends Evaluation> = (picture: Float32Array) => Promise<E>;

export interface Descent<E extends Evaluation> {
  /**
   * Moves the picture.
   * @param evaluate the same function as long as the sum of losses is the same
   * @returns the newest evaluation: Adam's of the picture before the step, that of L-BFGS after it; undefined at a minimum, as far as precision goes
   */
  step(evaluate: Evaluate<E>, stage: Stage): Promise<E | undefined>;
  /** What a later run can be given. */
  memory(): GeneratorState['arrays'];
}

/** The last steps of a run are this much smaller; published: 0.1 after 3.0. */
const lastRate = 1 / 30;

/** Adam; its moments are fresh for the last steps. */
export class AdamDescent<E extends Evaluation> implements Descent<E> {
  #adam: Adam;
  #last: boolean;

  /** @param past `memory` of an earlier run */
  constructor(private readonly picture: CoursePicture, private readonly units: CourseUnits, { first, second, stage }: GeneratorState['arrays'] = {}) {
    this.#adam = new Adam(picture.data.length, first && { first, second, step: stage[0] });
    this.#last = first ? stage[1] === 1 : false;
  }

  memory(): GeneratorState['arrays'] {
    const { first, second, step } = this.#adam.moments;
    return { first, second, stage: Float32Array.of(step, this.#last ? 1 : 0) };
  }

  async step(evaluate: Evaluate<E>, { rate, last }: Stage): Promise<E> {
    const { data, dims } = this.picture;
    if (last !== this.#last) this.#adam = new Adam(data.length);
    this.#last = last;
    const evaluation = await evaluate(data);
    this.#adam.step(data, evaluation.gradient, last ? rate * lastRate : rate);
    clampToPixels({ type: 'float32', dims, data }, this.units.ranges);
    return evaluation;
  }
}

export class LbfgsDescent<E extends Evaluation> implements Descent<E> {
  readonly #bounds: Bounds;
  #memory: { readonly evaluate: Evaluate<E>; readonly lbfgs: Lbfgs<E>; here: E } | undefined;

  constructor(private readonly picture: CoursePicture, { ranges }: CourseUnits) {
    const plane = picture.data.length / ranges.length;
    const each = (values: readonly number[]): Float32Array => Float32Array.from(picture.data, (_, i) => values[Math.floor(i / plane)]);
    this.#bounds = { low: each(ranges.map(({ low }) => low)), high: each(ranges.map(({ high }) => high)) };
  }

  /** None: the steps that it has learnt from are too large to be kept. */
  memory(): GeneratorState['arrays'] {
    return {};
  }

  async step(evaluate: Evaluate<E>): Promise<E | undefined> {
    const { data } = this.picture;
    // What was learnt of one sum of losses says nothing of another.
    if (this.#memory?.evaluate !== evaluate) this.#memory = { evaluate, lbfgs: new Lbfgs(evaluate, this.#bounds), here: await evaluate(data) };
    const taken = await this.#memory.lbfgs.step(data, this.#memory.here);
    if (!taken) return undefined;
    data.set(taken.values);
    this.#memory.here = taken.evaluation;
    return taken.evaluation;
  }
}
