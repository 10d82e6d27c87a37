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
    return Float32Array.from(this.#sum, (sum) => sum / this.#count);
  }

  /** Of the values that were added (divided by their number). */
  variance(): Float32Array {
    return Float32Array.from(this.#squares, (_, i) => this.#variance(i));
  }

  /** Standard error of the mean; undefined for a single array. */
  standardError(): Float32Array | undefined {
    if (this.#count < 2) return undefined;
    return Float32Array.from(this.#squares, (_, i) => Math.sqrt(this.#variance(i) / (this.#count - 1)));
  }

  #variance(i: number): number {
    // Rounding may leave a little less than nothing.
    return Math.max(0, this.#squares[i] / this.#count - (this.#sum[i] / this.#count) ** 2);
  }
}
