/**
 * Random numbers by counter: each is a function of seed, stream (the sample's index) and its own index alone, so that a result does not
 * depend on the order or on the batches in which samples are computed. Two rounds of the mixer of SplitMix32, keyed with 64 bits.
 */

export class RandomStream {
  readonly #first: number;
  readonly #second: number;

  /** @param stream e.g. the index of a sample; streams of one seed are independent */
  constructor(seed: number, stream: number) {
    const low = mix(seed | 0, 0x2545f491);
    const high = mix(Math.floor(seed / 2 ** 32) | 0, low);
    this.#first = mix(stream | 0, high);
    this.#second = mix(high, this.#first ^ 0x6a09e667);
  }

  /** 32 random bits. @param index 0 to 2^32 − 1 */
  bits(index: number): number {
    return mix(mix(index | 0, this.#first), this.#second) >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(index: number): number {
    return this.bits(index) / 2 ** 32;
  }

  /** Uniform whole number in [0, bound). */
  below(bound: number, index: number): number {
    return Math.floor(this.uniform(index) * bound);
  }

  /** target[i] = centre[i] + deviation · (standard normal number i); Box and Muller's method. */
  gaussian(centre: ArrayLike<number>, deviation: number, target: Float32Array): void {
    for (let i = 0; i < target.length; i += 2) {
      // 1 − u is in (0, 1], where the logarithm is finite.
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.uniform(i)));
      const angle = 2 * Math.PI * this.uniform(i + 1);
      target[i] = centre[i] + radius * Math.cos(angle);
      if (i + 1 < target.length) target[i + 1] = centre[i + 1] + radius * Math.sin(angle);
    }
  }
}

function mix(value: number, key: number): number {
  let z = (Math.imul(value, 0x9e3779b9) + key) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
