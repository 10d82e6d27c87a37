/** Integration over [0, 1]: where to look, and how much each place counts. */

export interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** `captum-trapezoid` has that library's weights, whose sum is (n − 1)/n. */
export const quadratureRules = ['gauss-legendre', 'midpoint', 'trapezoid', 'captum-trapezoid'] as const;
export type QuadratureRule = (typeof quadratureRules)[number];

/** @param count number of nodes, at least 1; the trapezoid rules need 2 */
export function quadrature(rule: QuadratureRule, count: number): Quadrature {
  switch (rule) {
    case 'gauss-legendre': return gaussLegendre(count);
    case 'midpoint': return { nodes: numbers(count, (i) => (i + 0.5) / count), weights: numbers(count, () => 1 / count) };
    case 'trapezoid': return trapezoid(count, count - 1);
    case 'captum-trapezoid': return trapezoid(count, count);
  }
}

function numbers(count: number, of: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => of(i));
}

function trapezoid(count: number, intervals: number): Quadrature {
  if (count < 2) return quadrature('midpoint', count);
  return { nodes: numbers(count, (i) => i / (count - 1)), weights: numbers(count, (i) => (i === 0 || i === count - 1 ? 0.5 : 1) / intervals) };
}

/** Exact for polynomials up to degree 2·count − 1. The nodes are the roots of a Legendre polynomial, found by Newton's method. */
function gaussLegendre(count: number): Quadrature {
  const nodes = new Array<number>(count);
  const weights = new Array<number>(count);
  for (let i = 0; i < (count + 1) >> 1; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    // Converges quadratically from this start; the bound is for safety.
    for (let round = 0; round < 100; round++) {
      const { value, derivative } = legendre(count, x);
      slope = derivative;
      const step = value / derivative;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    const weight = 1 / ((1 - x * x) * slope * slope);
    nodes[i] = (1 - x) / 2;
    nodes[count - 1 - i] = (1 + x) / 2;
    weights[i] = weight;
    weights[count - 1 - i] = weight;
  }
  return { nodes, weights };
}

/** The Legendre polynomial of a degree, and its derivative, at |x| < 1. */
function legendre(degree: number, x: number): { value: number; derivative: number } {
  let [previous, value] = [1, x];
  for (let k = 2; k <= degree; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  return { value, derivative: (degree * (x * value - previous)) / (x * x - 1) };
}
