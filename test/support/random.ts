/** A stream of random numbers in [0, 1) that depends on its seed and the count alone (the finaliser of SplitMix32). */
export function randomStream(seed: number): () => number {
  let counter = 0;
  return () => {
    let z = (Math.imul(seed, 0x9e3779b9) + Math.imul(counter++, 0x85ebca6b)) | 0;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
