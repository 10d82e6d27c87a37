/** Arithmetic on dimensions and shapes: numbers, and multiples of the batch size that is known only when a program runs. */
import { FoveaError } from '../protocol/errors.ts';
import type { Dim, Shape } from './graph.ts';

export function sameDim(a: Dim, b: Dim): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.batch === b.batch : a === b;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => sameDim(dim, b[i]));
}

/** The shape as numbers; undefined if it depends on the batch. */
export function staticShape(shape: Shape): number[] | undefined {
  return shape.every((dim) => typeof dim === 'number') ? (shape as number[]).slice() : undefined;
}

/** A dimension that an operator needs as a number. @throws FoveaError `shape-mismatch` when it depends on the batch */
export function staticDim(dim: Dim, what: string): number {
  if (typeof dim === 'number') return dim;
  throw new FoveaError('shape-mismatch', `${what} depends on the batch size, which is not known before a program runs.`,
    'Export the model with fixed sizes except for the batch.');
}

/** a·b; undefined for the square of the batch size or a named dimension. */
export function multiplyDims(a: Dim, b: Dim): Dim | undefined {
  if (a === 0 || b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (typeof a === 'number' && typeof b === 'object') return { batch: a * b.batch };
  if (typeof a === 'object' && typeof b === 'number') return { batch: a.batch * b };
  return undefined;
}

/** a/b where that is a whole number or a whole multiple of the batch for every batch size. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number') return b !== 0 && a % b === 0 ? a / b : undefined;
  if (typeof a === 'object' && typeof b === 'number') return b !== 0 && a.batch % b === 0 ? { batch: a.batch / b } : undefined;
  if (typeof a === 'object' && typeof b === 'object') return a.batch % b.batch === 0 ? a.batch / b.batch : undefined;
  return undefined;
}

/** Number of elements; undefined if it is not a number or a multiple of the batch. */
export function countElements(shape: Shape): Dim | undefined {
  return shape.reduce<Dim | undefined>((product, dim) => (product === undefined ? undefined : multiplyDims(product, dim)), 1);
}

/** NumPy broadcasting. @throws FoveaError `shape-mismatch` */
export function broadcastShapes(shapes: readonly Shape[], what: string): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (sameDim(dim, 1) || sameDim(dim, result)) continue;
      if (!sameDim(result, 1)) {
        throw new FoveaError('shape-mismatch', `${what}: the shapes ${shapes.map(formatShape).join(' and ')} cannot be broadcast to one another.`);
      }
      result = dim;
    }
    return result;
  });
}

/** An axis counted from the end where negative. @throws FoveaError `graph-invalid` outside the rank */
export function resolveAxis(axis: number, rank: number, what: string): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && resolved >= 0 && resolved < Math.max(rank, 1)) return resolved;
  throw new FoveaError('graph-invalid', `${what} has the axis ${axis}, which a tensor of rank ${rank} does not have.`);
}

export function formatDim(dim: Dim): string {
  if (typeof dim !== 'object') return String(dim);
  return dim.batch === 1 ? 'N' : `${dim.batch}N`;
}

/** For people, e.g. "[N, 3, 224, 224]". */
export function formatShape(shape: Shape): string {
  return `[${shape.map(formatDim).join(', ')}]`;
}
