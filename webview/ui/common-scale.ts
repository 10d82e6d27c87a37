/** One absolute colour scale for several maps, where that makes sense. Pure functions on numbers. */
import { displayRange, type DisplayRange, type Plane } from '../../src/protocol/display.ts';

export interface ScaledMap {
  readonly plane: Plane;
  readonly unit: string;
}

/** A range for all maps, or why there is none. */
export type CommonScale = { readonly range: DisplayRange; readonly signed: boolean } | { readonly reason: string };

/** The range that spans all maps, symmetric about zero if any of them has a sign. Values of different units cannot be compared. */
export function commonScale(maps: readonly ScaledMap[]): CommonScale {
  if (maps.length < 2) return { reason: 'There are no two maps yet.' };
  const units = [...new Set(maps.map(({ unit }) => unit))];
  if (units.length > 1) return { reason: `The maps have different units: ${units.join('; ')}.` };
  const signed = maps.some(({ plane }) => plane.signed);
  const tops = maps.map(({ plane }) => displayRange(plane.values, signed).max);
  const max = Math.max(...tops);
  return { range: { min: signed ? 0 - max : 0, max }, signed };
}
