/** Whether a map foretells how the score answers to changes of the input. */

export interface Perturbation {
  /** Inner product of the change and the map, Σ I·E(x); the change leads from the perturbed input to x. */
  readonly foretold: number;
  /** s(x) − s(x − I) */
  readonly happened: number;
}

/**
 * Mean over perturbations of (foretold − happened)²: lower is better.
 * @param normalise scales the map by the factor that fits best, Σ foretold·happened / Σ foretold², so that only its pattern counts and
 *   techniques in different units can be compared
 * Cost: a forward pass for each perturbation. Source: Yeh et al. 2019, as in Captum's `infidelity`.
 */
export function infidelity(perturbations: readonly Perturbation[], normalise: boolean): number {
  const sum = (term: (one: Perturbation) => number): number => perturbations.reduce((total, one) => total + term(one), 0);
  const squares = sum(({ foretold }) => foretold * foretold);
  const scale = !normalise ? 1 : squares === 0 ? 0 : sum(({ foretold, happened }) => foretold * happened) / squares;
  return sum(({ foretold, happened }) => (scale * foretold - happened) ** 2) / perturbations.length;
}
