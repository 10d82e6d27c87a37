/** A model of three classes whose scores are s = W·x + b: its gradients, boundaries and best attacks are known. */
import { GraphBuilder } from '../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { randomStream } from './random.ts';

export const side = 6;
export const size = 3 * side * side;

/** Uniform in ±1. */
export function noise(count: number, seed: number): Float32Array {
  const next = randomStream(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

export const weights = [1, 2, 3].map((seed) => noise(size, seed));
const biases = [0, -9, -6];

export function linear(): Graph {
  const b = new GraphBuilder();
  const flat = b.add('Flatten', [b.input('pixels', 'float32', [N, 3, side, side])], { axis: 1 });
  const matrix = tensorOf('float32', weights.flatMap((row) => Array.from(row)), [3, size]);
  const scores = b.add('Gemm', [flat, b.constant(matrix), b.constant(tensorOf('float32', biases))], { transB: 1 });
  return b.build('linear', { scores });
}

export function scoreOf(x: ArrayLike<number>, index: number): number {
  return weights[index].reduce((sum, w, i) => sum + w * x[i], biases[index]);
}

/** A picture on the grid of 8-bit pixels from −1 to 1, away from black and white, [1,3,length,length]. */
export function photograph(seed: number, length = side): Tensor {
  const values = noise(3 * length * length, seed).map((v) => -1 + (2 * Math.round(127.5 + 40 * v)) / 255);
  return tensorOf('float32', values, [1, 3, length, length]);
}
