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
    const [first, second] = [this.#first, this.#second];
    for (let i = 0; i < target.length; i++) {
      const bits = mix(mix(i, first), second);
      const normal = (bits >> 7) * width[bits & 127];
      target[i] = centre[i] + deviation * (Math.abs(normal) < inner[bits & 127] ? normal : this.#atEdge(i, bits));
    }
  }

  /** What becomes of one number in forty, which lies where the density fills a part of its layer only. */
  #atEdge(index: number, bits: number): number {
    const more = new RandomStream(bits, mix(index, this.#first));
    for (let draw = 0; ; draw += 2) {
      const layer = bits & 127;
      const normal = (bits >> 7) * width[layer];
      if (Math.abs(normal) < inner[layer]) return normal;
      if (layer === 0) return Math.sign(normal) * tail(more, draw);
      const [lowest, highest] = [density(width[layer] * 2 ** 24), density(inner[layer])];
      if (lowest + more.uniform(draw) * (highest - lowest) < density(normal)) return normal;
      bits = more.bits(draw + 1);
    }
  }
}

/**
 * The ziggurat: layers of equal area that cover the normal density, the lowest of them with the tail beyond its edge. Of the 32 bits of a number,
 * 7 choose the layer and 25 the place in it, from −2^24 to 2^24; `width` is what a place of 1 is, and up to `inner` all of a layer is below the
 * density. Three times as fast as the quantile of a uniform number. Source: Marsaglia, Tsang 2000; separate bits after Doornik 2005.
 */
const [width, inner] = [new Float64Array(128), new Float64Array(128)];
const tailStart = 3.442619855899;
const areaOfLayer = 9.91256303526217e-3;
for (let layer = 0, edge = areaOfLayer / density(tailStart); layer < 128; layer++) {
  width[layer] = edge / 2 ** 24;
  if (layer === 0) edge = tailStart;
  else edge = layer === 127 ? 0 : Math.sqrt(-2 * Math.log(areaOfLayer / edge + density(edge)));
  inner[layer] = edge;
}

/** Of the normal distribution, relative to its middle. */
function density(distance: number): number {
  return Math.exp(-0.5 * distance * distance);
}

/** A normal number beyond the start of the tail. Source: Marsaglia 1964. */
function tail(random: RandomStream, from: number): number {
  for (let draw = from; ; draw += 2) {
    // 1 − u keeps 0 out, whose logarithm is infinite.
    const beyond = -Math.log(1 - random.uniform(draw)) / tailStart;
    if (-2 * Math.log(1 - random.uniform(draw + 1)) > beyond * beyond) return tailStart + beyond;
  }
}

function mix(value: number, key: number): number {
  let z = (Math.imul(value, 0x9e3779b9) + key) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
