/** Linear maps along one axis of a tensor, for operators such as Resize and Pad whose every output is a weighted sum of inputs on the same line. */
import { FoveaError } from '../../protocol/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Shape, Tensor } from '../graph.ts';
import { staticDim } from '../shape.ts';

/** Row i lists what output i is the sum of, as [index of an input, weight]. */
export type AxisMap = readonly (readonly (readonly [index: number, weight: number])[])[];

/** Largest matrix that is written for one axis (elements). */
const limit = 1 << 24;

/** Whether the map leaves everything as it is. */
export function isIdentity(map: AxisMap, size: number): boolean {
  return map.length === size && map.every((row, i) => row.length === 1 && row[0][0] === i && row[0][1] === 1);
}

/** The factor k of a map that repeats each element k times. */
export function repeats(map: AxisMap, size: number): number | undefined {
  const factor = map.length / size;
  const repeated = Number.isInteger(factor) && map.every((row, i) => row.length === 1 && row[0][0] === Math.floor(i / factor) && row[0][1] === 1);
  return repeated ? factor : undefined;
}

/** The map as a matrix (outputs,inputs), or turned over. */
function matrixOf(map: AxisMap, size: number, turned: boolean): Tensor {
  if (map.length * size > limit) throw new FoveaError('gradient-unsupported', `A gradient along an axis of ${size} elements is too large.`);
  const data = new Float32Array(map.length * size);
  map.forEach((row, output) => row.forEach(([input, weight]) => { data[turned ? input * map.length + output : output * size + input] += weight; }));
  return { type: 'float32', dims: turned ? [size, map.length] : [map.length, size], data };
}

/**
 * Applies the transpose of a map along an axis: the gradient of what the map computed.
 * @param size number of elements along the axis before the map, and so of the result
 */
export function applyTransposed(b: GraphBuilder, tensor: string, map: AxisMap, axis: number, size: number): string {
  const shape = b.shape(tensor);
  const last = shape.length - 1;
  if (axis === last) return b.add('MatMul', [tensor, b.constant(matrixOf(map, size, false))]);
  const rest = shape.slice(axis + 1).reduce<number>((product, dim) => product * staticDim(dim, 'A size behind a resized or padded axis'), 1);
  const lines: Shape = [...shape.slice(0, axis + 1), rest];
  const product = b.add('MatMul', [b.constant(matrixOf(map, size, true)), b.reshape(tensor, lines)]);
  return b.reshape(product, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}
