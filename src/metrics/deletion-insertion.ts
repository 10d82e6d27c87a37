/**
 * Deletion and insertion: how the score falls as the places with the highest values go, and how it rises as they come.
 *
 * A good ranking finds what the model uses: its deletion curve falls at once (lower area is better), its insertion curve rises at once
 * (higher area is better). Cost: a forward pass for each point of a curve. Source: Petsiuk et al. 2018 (RISE).
 */

/** Places by falling value; equal ones in their order. */
export function rankPlaces(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
}

/** How many places are changed at each point of a curve: 0, then ⌈n/steps⌉ more each time, up to all. */
export function changedPlaces(places: number, steps: number): number[] {
  const each = Math.ceil(places / steps);
  const counts = [0];
  while (counts[counts.length - 1] < places) counts.push(Math.min(counts[counts.length - 1] + each, places));
  return counts;
}

/**
 * An input [C,H·W] on its way from `from` to `to`: the first `count` places of the ranking have the values of `to`, in all channels.
 * @param order a ranking of the H·W places
 */
export function replacePlaces(
  from: Float32Array, to: Float32Array, order: Uint32Array, count: number, into: Float32Array,
): void {
  into.set(from);
  const plane = order.length;
  for (let channel = 0; channel < from.length; channel += plane) {
    for (let i = 0; i < count; i++) into[channel + order[i]] = to[channel + order[i]];
  }
}

/** Area under a curve by trapezoids. @param positions rising from 0 to 1 */
export function areaUnder(positions: readonly number[], values: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++) area += ((positions[i] - positions[i - 1]) * (values[i] + values[i - 1])) / 2;
  return area;
}
