/** How much a map changes where the input hardly does. */

/**
 * max over nearby inputs of ‖E(x) − E(x′)‖₂ / ‖E(x)‖₂: lower is better. 0 for a map of zeros that stays so, Infinity where it does not. Cost:
 * the technique once for each nearby input. Source: Yeh et al. 2019, as in Captum's `sensitivity_max`.
 */
export function sensitivityMax(map: ArrayLike<number>, nearby: readonly ArrayLike<number>[]): number {
  const norm = Math.sqrt(sumOf(map.length, (i) => map[i] ** 2));
  const largest = Math.max(0, ...nearby.map((other) => Math.sqrt(sumOf(map.length, (i) => (map[i] - other[i]) ** 2))));
  return largest === 0 ? 0 : largest / norm;
}

function sumOf(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}
