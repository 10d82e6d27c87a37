/**
 * Where each output of a resize comes from along one axis, as ONNX defines it and ONNX Runtime computes it: positions in float32,
 * since a rounding to the nearest element hangs on their last bit.
 */
import type { AxisMap } from './axis-map.ts';

export interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly position: 'half_pixel' | 'pytorch_half_pixel' | 'align_corners' | 'asymmetric' | 'tf_half_pixel_for_nn';
  readonly rounding: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** Coefficient a of the cubic kernel (Keys 1981). */
  readonly cubic: number;
  /** Weights outside the input are dropped and the others scaled up, instead of repeating the border. */
  readonly excludeOutside: boolean;
}

const f = Math.fround;

/** Position in the input that output `i` looks at. */
function positionOf(i: number, scale: number, input: number, output: number, position: Interpolation['position']): number {
  switch (position) {
    case 'asymmetric': return f(i / scale);
    case 'tf_half_pixel_for_nn': return f(f(i + 0.5) / scale);
    case 'align_corners': return output === 1 ? 0 : f(f(i * (input - 1)) / (output - 1));
    case 'pytorch_half_pixel': return output === 1 ? 0 : f(f(f(i + 0.5) / scale) - 0.5);
    case 'half_pixel': return f(f(f(i + 0.5) / scale) - 0.5);
  }
}

function roundTo(position: number, rounding: Interpolation['rounding']): number {
  switch (rounding) {
    case 'floor': return Math.floor(position);
    case 'ceil': return Math.ceil(position);
    case 'round_prefer_floor': return Math.ceil(position - 0.5);
    case 'round_prefer_ceil': return Math.floor(position + 0.5);
  }
}

function clamp(index: number, size: number): number {
  return Math.min(size - 1, Math.max(0, index));
}

/** Weights of the four neighbours of a position that lies `t` behind the second of them. */
function cubicWeights(t: number, a: number): readonly number[] {
  return [1 + t, t, 1 - t, 2 - t].map((x) =>
    (x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a));
}

function cubicRow(position: number, size: number, { cubic, excludeOutside }: Interpolation): AxisMap[number] {
  const floor = Math.floor(position);
  const taps = cubicWeights(position - floor, cubic).map((weight, i) => [floor - 1 + i, weight] as const);
  if (!excludeOutside) return taps.map(([index, weight]) => [clamp(index, size), weight] as const);
  const inside = taps.filter(([index]) => index >= 0 && index < size);
  const sum = inside.reduce((total, [, weight]) => total + weight, 0);
  return inside.map(([index, weight]) => [index, weight / sum] as const);
}

/** @param scale output size per input size, as float32 */
export function interpolationMap(input: number, output: number, scale: number, interpolation: Interpolation): AxisMap {
  return Array.from({ length: output }, (_, i) => {
    if (scale === 1) return [[clamp(i, input), 1]] as const;
    const position = positionOf(i, scale, input, output, interpolation.position);
    if (interpolation.mode === 'nearest') return [[clamp(roundTo(position, interpolation.rounding), input), 1]] as const;
    if (interpolation.mode === 'cubic') return cubicRow(position, input, interpolation);
    const inside = clamp(position, input);
    const left = Math.floor(inside);
    const weight = inside - left;
    return weight === 0 ? [[left, 1]] as const : [[left, 1 - weight], [left + 1, weight]] as const;
  });
}
