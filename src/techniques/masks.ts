/** Pictures seen through masks. */

/**
 * into = hidden + mask·difference in each channel. In plain loops, since many thousand pictures are made for one map.
 * @param hidden what is where the mask is 0 (C·H·W)
 * @param difference what the mask adds where it is 1 (C·H·W)
 * @param mask (H·W)
 */
export function mix(hidden: Float32Array, difference: Float32Array, mask: Float32Array, into: Float32Array): void {
  const plane = mask.length;
  for (let start = 0; start < into.length; start += plane) {
    for (let p = 0; p < plane; p++) into[start + p] = hidden[start + p] + mask[p] * difference[start + p];
  }
}
