/** The mean of many arrays and its standard error, in double precision; what is added, in the order in which it is added, decides every bit. */

export class RunningMean {
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Adds factor·values[i]. */
  add(values: ArrayLike<number>, factor = 1): void {
    const [sum, squares] = [this.#sum, this.#squares];
    for (let i = 0; i < sum.length; i++) {
      const value = values[i] * factor;
      sum[i] += value;
      squares[i] += value * value;
    }
    this.#count += 1;
  }

  mean(): Float32Array {
    return this.#each((i) => this.#sum[i] / this.#count);
  }

  /** Of the values that were added (divided by their number). */
  variance(): Float32Array {
    return this.#each((i) => this.#variance(i));
  }

  /** Standard error of the mean; undefined for a single array. */
  standardError(): Float32Array | undefined {
    if (this.#count < 2) return undefined;
    return this.#each((i) => Math.sqrt(this.#variance(i) / (this.#count - 1)));
  }

  /** A loop, since this is computed for every partial result and Float32Array.from takes fifty times as long. */
  #each(value: (index: number) => number): Float32Array {
    const result = new Float32Array(this.#sum.length);
    for (let i = 0; i < result.length; i++) result[i] = value(i);
    return result;
  }

  #variance(i: number): number {
    // Rounding may leave a little less than nothing.
    return Math.max(0, this.#squares[i] / this.#count - (this.#sum[i] / this.#count) ** 2);
  }
}
