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

  /** target[i] = centre[i] + deviation · (standard normal number i). */
  gaussian(centre: ArrayLike<number>, deviation: number, target: Float32Array): void {
    // Halves keep 0 and 1 out, where the quantile is infinite.
    for (let i = 0; i < target.length; i++) target[i] = centre[i] + deviation * normalQuantile((this.bits(i) + 0.5) / 2 ** 32);
  }
}

/**
 * The number that a standard normal one is below with probability p, 0 < p < 1, with a relative error of 1e-7: four times as fast as the
 * transcendental functions of Box and Muller's method. Source: Wichura 1988, algorithm AS 241, PPND7.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179))
      / (((67.18756360 * r + 78.757757664) * r + 17.895169469) * r + 1);
  }
  const tail = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  let distance: number;
  if (tail <= 5) {
    const r = tail - 1.6;
    distance = (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) / ((0.12021132975 * r + 0.7370016425) * r + 1);
  } else {
    const r = tail - 5;
    distance = (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) / ((0.012258202635 * r + 0.24197894225) * r + 1);
  }
  return q < 0 ? -distance : distance;
}

function mix(value: number, key: number): number {
  let z = (Math.imul(value, 0x9e3779b9) + key) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
