/**
 * How raw values are shown: normalising range, colour map, threshold, opacity. Used by the webview (live) and by PNG export alike,
 * so that both paint the same. Pure functions on numbers; no DOM, no Node.
 */
import { interpolateInferno, interpolateMagma, interpolateRdBu, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic';
import * as z from 'zod/mini';
import type { Placement } from './preprocessing.ts';

export const colorMaps = ['turbo', 'viridis', 'inferno', 'magma', 'red-blue', 'grey'] as const;
export type ColorMap = (typeof colorMaps)[number];

export const displaySchema = z.object({
  colorMap: z.optional(z.enum(colorMaps)),
  opacity: z._default(z.number().check(z.gte(0), z.lte(1)), 0.5),
  threshold: z._default(z.number().check(z.gte(0), z.lte(1)), 0),
});
export type Display = z.output<typeof displaySchema>;

/** One value per cell, row-major [h,w]: what a colour map is applied to. */
export interface Plane {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Whether values below zero mean something (evidence against); such planes are shown centred on zero. */
  readonly signed: boolean;
}

/** Values at the two ends of the colour map, in the map's own unit. */
export interface DisplayRange {
  readonly min: number;
  readonly max: number;
}

/**
 * A map [C,h,w] as one plane [h,w]: a single channel as it stands, sign and all; of several the largest magnitude at each place, which
 * has no sign (Simonyan 2013).
 * @param map e.g. the `map` of an ExplainResult
 */
export function reduceChannels(map: { values: Float32Array; channels: number; height: number; width: number; signed: boolean }): Plane {
  const { values, channels, height, width, signed } = map;
  if (channels === 1) return { values, width, height, signed };
  const size = width * height;
  const out = new Float32Array(size);
  for (let c = 0; c < channels; c++) {
    for (let i = 0, j = c * size; i < size; i++, j++) {
      const magnitude = Math.abs(values[j]);
      if (!(magnitude <= out[i])) out[i] = magnitude; // so that NaN is kept and seen
    }
  }
  return { values: out, width, height, signed: false };
}

/**
 * The range that the colour map spans: 0 to the largest value for unsigned maps, symmetric about zero for signed ones, so that no
 * evidence is always the same colour. Values that are not finite are left out; {0, 0} where nothing differs from zero.
 */
export function displayRange(values: Float32Array, signed: boolean): DisplayRange {
  let top = 0;
  for (const value of values) {
    const magnitude = signed ? Math.abs(value) : value;
    if (magnitude > top && magnitude < Infinity) top = magnitude;
  }
  return { min: signed ? 0 - top : 0, max: top };
}

/** The colour map in use where the person chose none. */
export function colorMapOf(display: Pick<Display, 'colorMap'>, signed: boolean): ColorMap {
  return display.colorMap ?? (signed ? 'red-blue' : 'turbo');
}

/** Red for evidence for, blue for evidence against, white at zero. */
const interpolators: Record<Exclude<ColorMap, 'grey'>, (t: number) => string> = {
  turbo: interpolateTurbo,
  viridis: interpolateViridis,
  inferno: interpolateInferno,
  magma: interpolateMagma,
  'red-blue': (t) => interpolateRdBu(1 - t),
};

const tableSize = 256;
const tables = new Map<ColorMap, Uint8Array>();

/** A colour map as 256 RGB triples from its lower end to its upper end (768 bytes); the same array each time, not to be changed. */
export function colorTable(colorMap: ColorMap): Uint8Array {
  let table = tables.get(colorMap);
  if (!table) {
    table = new Uint8Array(tableSize * 3);
    for (let i = 0; i < tableSize; i++) {
      table.set(colorMap === 'grey' ? [i, i, i] : parseColor(interpolators[colorMap](i / (tableSize - 1))), i * 3);
    }
    tables.set(colorMap, table);
  }
  return table;
}

/** d3's interpolators answer in CSS: `#rrggbb` or `rgb(r, g, b)`. */
function parseColor(css: string): number[] {
  if (css.startsWith('#')) return [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
  return css.match(/\d+/g)!.map(Number);
}

/** Where a plane lies on the pixels to be painted, in those pixels: a Placement, scaled when the picture is shown smaller. */
export interface PaintTarget {
  readonly width: number;
  readonly height: number;
  readonly placement: Placement;
}

/** A placement in a picture of one width, for the same picture shown at another width. */
export function scalePlacement(placement: Placement, factor: number): Placement {
  return { x: placement.x * factor, y: placement.y * factor, width: placement.width * factor, height: placement.height * factor };
}

/** For each pixel along one axis: the two cells that it lies between and the share of the second; -1 outside the placement. */
function axisSamples(count: number, start: number, length: number, cells: number): { first: Int32Array; second: Int32Array; share: Float64Array } {
  const first = new Int32Array(count).fill(-1);
  const second = new Int32Array(count);
  const share = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const along = (i + 0.5 - start) / length;
    if (!(along >= 0 && along <= 1)) continue;
    const cell = Math.min(Math.max(along * cells - 0.5, 0), cells - 1);
    first[i] = Math.floor(cell);
    second[i] = Math.min(first[i] + 1, cells - 1);
    share[i] = cell - first[i];
  }
  return { first, second, share };
}

/**
 * A plane on the grid of the target by bilinear sampling with half-pixel centres, clamped at the borders (as `Resize` with
 * `linear`, align_corners false). NaN where the placement does not reach. Length target.width · target.height.
 */
export function sampleOnto(plane: Plane, target: PaintTarget): Float32Array {
  const out = new Float32Array(target.width * target.height).fill(NaN);
  eachSample(plane, target, (index, value) => {
    out[index] = value;
  });
  return out;
}

function eachSample(plane: Plane, { width, height, placement }: PaintTarget, visit: (index: number, value: number) => void): void {
  const { values } = plane;
  const columns = axisSamples(width, placement.x, placement.width, plane.width);
  const rows = axisSamples(height, placement.y, placement.height, plane.height);
  for (let y = 0; y < height; y++) {
    if (rows.first[y] < 0) continue;
    const upper = rows.first[y] * plane.width;
    const lower = rows.second[y] * plane.width;
    const down = rows.share[y];
    for (let x = 0; x < width; x++) {
      const left = columns.first[x];
      if (left < 0) continue;
      const right = columns.second[x];
      const across = columns.share[x];
      const above = values[upper + left] + (values[upper + right] - values[upper + left]) * across;
      const below = values[lower + left] + (values[lower + right] - values[lower + left]) * across;
      visit(y * width + x, above + (below - above) * down);
    }
  }
}

/** The value shown at a point of the picture (pixel coordinates, 0.5 is the middle of the first pixel); undefined outside the map. */
export function valueAt(plane: Plane, placement: Placement, x: number, y: number): number | undefined {
  const sampled = sampleOnto(plane, {
    width: 1,
    height: 1,
    placement: { ...placement, x: placement.x - x + 0.5, y: placement.y - y + 0.5 },
  })[0];
  return Number.isNaN(sampled) ? undefined : sampled;
}

/**
 * Paints a plane: RGBA, 8 bits, not premultiplied, 4 · width · height bytes. Alpha is the opacity where the map is shown and 0 outside
 * the placement, where the magnitude is below the threshold (a fraction of the range's end), and where the value is not finite.
 */
export function paint(plane: Plane, range: DisplayRange, display: Display, target: PaintTarget): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(target.width * target.height * 4);
  const table = colorTable(colorMapOf(display, plane.signed));
  const span = range.max - range.min;
  const toIndex = span > 0 ? (tableSize - 1) / span : 0;
  const least = display.threshold * Math.max(Math.abs(range.min), Math.abs(range.max));
  const alpha = Math.round(display.opacity * 255);
  const zero = plane.signed && span === 0 ? (tableSize - 1) / 2 : 0; // an all-zero signed map has the colour of zero
  eachSample(plane, target, (index, value) => {
    if (!Number.isFinite(value) || Math.abs(value) < least) return;
    const position = Math.min(Math.max((value - range.min) * toIndex + zero, 0), tableSize - 1);
    const color = Math.round(position) * 3;
    const at = index * 4;
    out[at] = table[color];
    out[at + 1] = table[color + 1];
    out[at + 2] = table[color + 2];
    out[at + 3] = alpha;
  });
  return out;
}

/** Puts `over` on `base` in place (both RGBA, not premultiplied, same size): source-over, rounded. */
export function blend(base: Uint8Array | Uint8ClampedArray, over: Uint8Array | Uint8ClampedArray): void {
  for (let i = 0; i < base.length; i += 4) {
    const above = over[i + 3];
    if (above === 0) continue;
    const below = (base[i + 3] * (255 - above)) / 255;
    const alpha = above + below;
    for (let c = i; c < i + 3; c++) base[c] = Math.round((over[c] * above + base[c] * below) / alpha);
    base[i + 3] = Math.round(alpha);
  }
}

/** A mark of a colour bar. */
export interface Tick {
  readonly value: number;
  /** 0 at the lower end of the bar, 1 at the upper. */
  readonly position: number;
  readonly label: string;
}

/** About `count` round values (1, 2 or 5 times a power of ten apart) inside the range, in real units; the one value where both ends are equal. */
export function ticks(range: DisplayRange, count = 5): Tick[] {
  const span = range.max - range.min;
  if (!(span > 0) || !Number.isFinite(span)) return [{ value: range.min, position: 0, label: formatValue(range.min) }];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const marks: Tick[] = [];
  for (let k = Math.ceil(range.min / step - 1e-6); k * step <= range.max + step * 1e-6; k++) {
    const value = k * step;
    marks.push({ value, position: Math.min(Math.max((value - range.min) / span, 0), 1), label: formatValue(value) });
  }
  return marks;
}

/** A value for people: three significant digits, powers of ten only where plain digits would be long. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e4 || magnitude < 1e-3) return value.toExponential(2).replace(/\.?0+e/, 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}
