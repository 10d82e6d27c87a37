/**
 * L-BFGS with bounds: descent along the gradient times an estimate of the inverse Hessian, made of the last few steps.
 *
 * Values at a bound that the gradient pushes against stay there, the others move along the two-loop recursion's direction and are clamped; the
 * length of a step is found by bisection until the value falls far enough (Armijo) and its slope has flattened (weak Wolfe).
 * Sources: Nocedal 1980; Bertsekas 1982 (bounds); Lewis and Overton 2013 (line search).
 */

/** Value of a function, and its gradient, which the caller may keep. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float32Array;
}

/** Between which values may move; one entry for each. */
export interface Bounds {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Where a step leads. */
interface Taken<E> {
  readonly values: Float32Array;
  readonly evaluation: E;
}

/** A step, and the change of the gradient over it; scale = 1 / (step · change). */
interface Pair {
  readonly step: Float32Array;
  readonly change: Float32Array;
  readonly scale: number;
}

const pairsKept = 10;
const [armijo, curvature] = [1e-4, 0.9];
const mostTrials = 20;

/** E: what the function returns, which may say more than value and gradient. */
export class Lbfgs<E extends Evaluation = Evaluation> {
  readonly #pairs: Pair[] = [];

  /** @param evaluate deterministic; is not to keep or change what it is given */
  constructor(private readonly evaluate: (values: Float32Array) => Promise<E>, private readonly bounds?: Bounds) {}

  /**
   * One step from `at`, where the function is `here`.
   * @returns where it leads; undefined where no step lowers the value, at a minimum or at the limit of precision
   */
  async step(at: Float32Array, here: E): Promise<Taken<E> | undefined> {
    const free = this.#freeGradient(at, here.gradient);
    const taken = await this.#search(at, here, this.#direction(free)) ?? await this.#restart(at, here, free);
    if (taken) this.#remember(difference(taken.values, at), difference(taken.evaluation.gradient, here.gradient));
    return taken;
  }

  /** Steepest descent, once the recursion's direction has failed. */
  async #restart(at: Float32Array, here: E, free: Float32Array): Promise<Taken<E> | undefined> {
    if (this.#pairs.length === 0) return undefined;
    this.#pairs.length = 0;
    return this.#search(at, here, this.#direction(free));
  }

  async #search(at: Float32Array, here: E, direction: Float32Array): Promise<Taken<E> | undefined> {
    if (!(dot(here.gradient, direction) < 0)) return undefined;
    let [low, high, length] = [0, Infinity, 1];
    let best: Taken<E> | undefined;
    for (let trial = 0; trial < mostTrials; trial++) {
      const values = this.#clamped(at.map((value, i) => value + length * direction[i]));
      const evaluation = await this.evaluate(values);
      // Along the way that was really gone, which bounds may have bent.
      const moved = difference(values, at);
      const slope = dot(here.gradient, moved);
      if (!(evaluation.value <= here.value + armijo * slope) || !(evaluation.value < here.value)) {
        high = length;
      } else {
        if (!best || evaluation.value < best.evaluation.value) best = { values, evaluation };
        if (dot(evaluation.gradient, moved) >= curvature * slope) return { values, evaluation };
        low = length;
      }
      // A bound may keep the slope from flattening; what has been found is then good enough.
      if (best && trial >= mostTrials / 2) return best;
      length = high === Infinity ? 2 * low : (low + high) / 2;
    }
    return best;
  }

  /** −H · gradient, by the two-loop recursion; without a memory, a step that moves no value by more than 1. */
  #direction(gradient: Float32Array): Float32Array {
    const direction = gradient.map((value) => -value);
    const parts: number[] = [];
    for (const { step, change, scale } of this.#pairs.toReversed()) {
      const part = scale * dot(step, direction);
      parts.push(part);
      addScaled(direction, change, -part);
    }
    const last = this.#pairs.at(-1);
    const steepest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    const size = last ? 1 / (last.scale * dot(last.change, last.change)) : 1 / steepest;
    for (let i = 0; i < direction.length; i++) direction[i] *= size;
    for (const { step, change, scale } of this.#pairs) addScaled(direction, step, parts.pop()! - scale * dot(change, direction));
    // What may not move has no part in the recursion's result either.
    for (let i = 0; i < direction.length; i++) if (gradient[i] === 0) direction[i] = 0;
    return direction;
  }

  #remember(step: Float32Array, change: Float32Array): void {
    const product = dot(step, change);
    // The estimate stays positive definite only with pairs of positive curvature.
    if (!(product > 1e-10 * dot(change, change))) return;
    this.#pairs.push({ step, change, scale: 1 / product });
    if (this.#pairs.length > pairsKept) this.#pairs.shift();
  }

  #freeGradient(at: Float32Array, gradient: Float32Array): Float32Array {
    const { bounds } = this;
    if (!bounds) return gradient;
    return gradient.map((value, i) => ((at[i] <= bounds.low[i] && value > 0) || (at[i] >= bounds.high[i] && value < 0) ? 0 : value));
  }

  #clamped(values: Float32Array): Float32Array {
    const { bounds } = this;
    if (bounds) for (let i = 0; i < values.length; i++) values[i] = Math.min(Math.max(values[i], bounds.low[i]), bounds.high[i]);
    return values;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

function addScaled(target: Float32Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * values[i];
}
