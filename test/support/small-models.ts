/** Small models for tests, written as real ONNX files. */
import { writeFile } from 'node:fs/promises';
import { exportOnnx } from '../../src/formats/onnx-export.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { N, type Graph, type Shape } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';

export interface SmallModelOptions {
  /** Default 3. */
  readonly channels?: number;
  /** Side of the square input; default 8. */
  readonly side?: number;
  /** Default 4. */
  readonly classes?: number;
  /** Makes other weights of the same model. */
  readonly seed?: number;
  /** ONNX metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Weights without a pattern that a test could rely on: sin of a growing angle, in ±0.5. */
function weights(dims: readonly number[], seed: number) {
  const size = dims.reduce((a, b) => a * b, 1);
  return tensorOf('float32', Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(1.7 * i + 0.3 + seed)), dims);
}

/** Convolution `conv`, ReLU `relu`, second convolution `features`, global pooling, classifier: layers of side and side/2. */
export function convolutional({ channels = 3, side = 8, classes = 4, seed = 0, metadata }: SmallModelOptions = {}): Graph {
  const b = new GraphBuilder();
  const image = b.input('pixels', 'float32', [N, channels, side, side]);
  const conv = b.add('Conv', [image, b.constant(weights([5, channels, 3, 3], seed))], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, { outputs: ['conv'] });
  const relu = b.add('Relu', [conv], {}, { outputs: ['relu'] });
  const features = b.add('Conv', [relu, b.constant(weights([6, 5, 3, 3], seed + 1))],
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }, { outputs: ['features'] });
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [b.add('Relu', [features], {}, { outputs: ['features/relu'] })])], { axis: 1 });
  const scores = b.add('Gemm', [pooled, b.constant(weights([6, classes], seed + 2))]);
  return b.build('convolutional', { scores }, metadata);
}

/** Flatten and two fully connected layers: no layer with positions. */
export function perceptron({ channels = 3, side = 8, classes = 4, seed = 0 }: SmallModelOptions = {}): Graph {
  const b = new GraphBuilder();
  const flat = b.add('Flatten', [b.input('pixels', 'float32', [N, channels, side, side])], { axis: 1 });
  const hidden = b.add('Relu', [b.add('Gemm', [flat, b.constant(weights([channels * side * side, 7], seed))])]);
  return b.build('perceptron', { scores: b.add('Gemm', [hidden, b.constant(weights([7, classes], seed + 1))]) });
}

/** A convolutional model whose scores are 0/0 wherever the picture is black. */
export function notFinite(): Graph {
  const b = new GraphBuilder();
  const image = b.input('pixels', 'float32', [N, 3, 8, 8]);
  const features = b.add('Conv', [image, b.constant(weights([4, 3, 3, 3], 0))], { kernel_shape: [3, 3] }, { outputs: ['features'] });
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [features])], { axis: 1 });
  const zero = b.add('Sub', [pooled, pooled]);
  return b.build('not-finite', { scores: b.add('Div', [zero, zero]) });
}

/** Scores of `silent`, whatever the picture. */
export const silentScores = [0.25, -0.5, 1, 2];

/** A network whose rectifier `relu` is never active: all its gradients are zero. */
export function silent(): Graph {
  const b = new GraphBuilder();
  const image = b.input('pixels', 'float32', [N, 3, 8, 8]);
  const kernel = tensorOf('float32', new Float32Array(5 * 3 * 9).fill(0.1), [5, 3, 3, 3]);
  const conv = b.add('Conv', [image, b.constant(kernel), b.constant(tensorOf('float32', new Float32Array(5).fill(-100)))], { pads: [1, 1, 1, 1] });
  const relu = b.add('Relu', [conv], {}, { outputs: ['relu'] });
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [relu])], { axis: 1 });
  const matrix = tensorOf('float32', new Float32Array(20).fill(1), [5, 4]);
  return b.build('silent', { scores: b.add('Gemm', [pooled, b.constant(matrix), b.constant(tensorOf('float32', silentScores))]) });
}

/** Adds up two inputs. */
export function twoInputs(): Graph {
  const b = new GraphBuilder();
  const shape: Shape = [N, 3, 8, 8];
  const sum = b.add('Add', [b.input('left', 'float32', shape), b.input('right', 'float32', shape)]);
  return b.build('two-inputs', { scores: b.add('Flatten', [b.add('GlobalAveragePool', [sum])], { axis: 1 }) });
}

/** Writes a graph as an ONNX file and returns the path. */
export async function writeModel(graph: Graph, file: string): Promise<string> {
  await writeFile(file, exportOnnx(graph));
  return file;
}
