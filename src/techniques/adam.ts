/** Adam: gradient descent with a step of its own for each coordinate. Source: Kingma and Ba 2014. */

const [firstDecay, secondDecay, epsilon] = [0.9, 0.999, 1e-8];

/** Running means of the gradient and of its square, not freed of their bias, after a number of steps. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly step: number;
}

export class Adam {
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  #step: number;

  /** @param past from which to go on; not changed */
  constructor(size: number, past?: Moments) {
    this.#first = past ? past.first.slice() : new Float32Array(size);
    this.#second = past ? past.second.slice() : new Float32Array(size);
    this.#step = past?.step ?? 0;
  }

  /** As they are now; later steps change them. */
  get moments(): Moments {
    return { first: this.#first, second: this.#second, step: this.#step };
  }

  /** Moves `values` downhill; uphill where the rate is negative. @param rate length of the first step along each coordinate */
  step(values: Float32Array, gradient: Float32Array, rate: number): void {
    this.#step++;
    const [first, second] = [this.#first, this.#second];
    const size = rate / (1 - firstDecay ** this.#step);
    const correction = 1 / (1 - secondDecay ** this.#step);
    for (let i = 0; i < values.length; i++) {
      const slope = gradient[i];
      first[i] += (1 - firstDecay) * (slope - first[i]);
      second[i] += (1 - secondDecay) * (slope * slope - second[i]);
      values[i] -= size * first[i] / (Math.sqrt(second[i] * correction) + epsilon);
    }
  }
}
