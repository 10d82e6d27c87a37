/**
 * Merges what scales and shifts whole channels into the convolution or matrix product before it. A runtime does so by itself for the
 * forward pass; a gradient graph gets smaller only when it is done before differentiating.
 */
import { numberAttribute } from './attributes.ts';
import type { Graph, Node, Tensor, ValueInfo } from './graph.ts';
import { sameShape } from './shape.ts';
import { numbersOf, tensorOf } from './tensor.ts';

/** y = scale·x + shift, one entry for each channel or one for all. */
interface Affine {
  readonly input: string;
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
}

/** A product whose output channels can be scaled: its constant weights and the channel that each of them belongs to. */
interface Product {
  readonly weights: Tensor;
  readonly channels: number;
  channelOf(index: number): number;
  /** Neighbouring weights that belong to the same channel. */
  readonly run: number;
  /** One entry for each channel. */
  readonly bias: Float64Array;
}

/**
 * Conv, ConvTranspose or Gemm followed by BatchNormalization, or by Mul, Add, Sub or Div with a constant for each channel, become one
 * product that has the last one's output name.
 * @param graph normalised
 * @param keep names of tensors that must stay
 */
export function foldBatchNormalization(graph: Graph, keep: ReadonlySet<string>): Graph {
  const uses = new Map<string, number>(graph.outputs.map(({ name }) => [name, Infinity]));
  for (const node of graph.nodes) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const initializers = new Map(graph.initializers);
  const values = new Map(graph.values);
  const nodes: (Node | undefined)[] = [];
  const position = new Map<string, number>();
  const folded: Graph = { ...graph, initializers, values };

  for (const node of graph.nodes) {
    const affine = affineOf(folded, node);
    const at = affine && position.get(affine.input);
    const before = at === undefined ? undefined : nodes[at];
    if (affine && before && uses.get(affine.input) === 1 && !keep.has(affine.input)) {
      const merged = merge(folded, initializers, before, affine, node.outputs[0]);
      if (merged) {
        nodes[at!] = undefined;
        values.delete(affine.input);
        position.set(node.outputs[0], nodes.push(merged) - 1);
        continue;
      }
    }
    const index = nodes.push(node) - 1;
    for (const output of node.outputs) position.set(output, index);
  }
  const left = nodes.filter((node) => node !== undefined);
  const used = new Set([...left.flatMap((node) => node.inputs), ...graph.outputs.map(({ name }) => name)]);
  return { ...folded, nodes: left, initializers: new Map([...initializers].filter(([name]) => used.has(name))) };
}

function merge(graph: Graph, initializers: Map<string, Tensor>, node: Node, { scale, shift }: Affine, output: string): Node | undefined {
  const product = productOf(graph, node);
  if (!product) return undefined;
  const { bias, channelOf, channels, run, weights } = product;
  if ([scale, shift].some(({ length }) => length !== 1 && length !== channels)) return undefined;
  const entry = (values: ArrayLike<number>, channel: number): number => values[values.length === 1 ? 0 : channel];
  const data = weights.data as Float32Array;
  const scaled = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += run) {
    const factor = entry(scale, channelOf(start));
    for (let i = start; i < start + run; i++) scaled[i] = data[i] * factor;
  }
  const shifted = Float32Array.from(bias, (value, channel) => value * entry(scale, channel) + entry(shift, channel));
  const add = (stem: string, tensor: Tensor): string => {
    let name = stem;
    for (let i = 1; initializers.has(name); i++) name = `${stem}.${i}`;
    initializers.set(name, tensor);
    return name;
  };
  const inputs = [node.inputs[0], add(`${output}.weights`, { ...weights, data: scaled }), add(`${output}.bias`, tensorOf('float32', shifted))];
  const attributes = node.op === 'Gemm' ? { ...node.attributes, beta: 1 } : node.attributes;
  return { ...node, inputs, outputs: [output], attributes };
}

function productOf(graph: Graph, node: Node): Product | undefined {
  if (node.domain !== '' || !['Conv', 'ConvTranspose', 'Gemm'].includes(node.op)) return undefined;
  const weights = graph.initializers.get(node.inputs[1]);
  const given = (node.inputs[2] ?? '') !== '';
  const constant = given ? graph.initializers.get(node.inputs[2]) : undefined;
  if (weights?.type !== 'float32' || (given && !constant)) return undefined;
  const [rows, columns] = weights.dims;
  const size = weights.data.length;
  const taps = size / (rows * columns);
  let channels = rows;
  let run = size / rows;
  let channelOf = (index: number): number => Math.floor(index / (size / rows));
  if (node.op === 'ConvTranspose') {
    const group = numberAttribute(node, 'group', 1);
    channels = columns * group;
    run = taps;
    channelOf = (index) => {
      const row = Math.floor(index / (columns * taps));
      return Math.floor(row / (rows / group)) * columns + (Math.floor(index / taps) % columns);
    };
  } else if (node.op === 'Gemm' && numberAttribute(node, 'transB', 0) === 0) {
    channels = columns;
    run = 1;
    channelOf = (index) => index % columns;
  }
  const entries = constant ? numbersOf(constant) : [0];
  // A Gemm may add a whole matrix, which no channel's shift can be merged with unless its rows are equal.
  if (entries.length !== 1 && (entries.length !== channels || constant?.dims.at(-1) !== channels)) return undefined;
  const beta = node.op === 'Gemm' ? numberAttribute(node, 'beta', 1) : 1;
  const bias = Float64Array.from({ length: channels }, (_, channel) => beta * entries[entries.length === 1 ? 0 : channel]);
  return size > 0 ? { weights, channels, channelOf, run, bias } : undefined;
}

function affineOf(graph: Graph, node: Node): Affine | undefined {
  if (node.domain !== '' || node.outputs.length !== 1) return undefined;
  if (node.op === 'BatchNormalization') return batchNormalizationOf(graph, node);
  if (!['Mul', 'Add', 'Sub', 'Div'].includes(node.op)) return undefined;
  const [left, right] = node.inputs;
  const [leftValue, rightValue] = [perChannel(graph, left, right, node.outputs[0]), perChannel(graph, right, left, node.outputs[0])];
  if (rightValue && !leftValue) {
    switch (node.op) {
      case 'Mul': return { input: left, scale: rightValue, shift: [0] };
      case 'Div': return { input: left, scale: Float64Array.from(rightValue, (value) => 1 / value), shift: [0] };
      case 'Add': return { input: left, scale: [1], shift: rightValue };
      case 'Sub': return { input: left, scale: [1], shift: Float64Array.from(rightValue, (value) => -value) };
    }
  }
  if (leftValue && !rightValue) {
    switch (node.op) {
      case 'Mul': return { input: right, scale: leftValue, shift: [0] };
      case 'Add': return { input: right, scale: [1], shift: leftValue };
      case 'Sub': return { input: right, scale: [-1], shift: leftValue };
    }
  }
  return undefined;
}

function batchNormalizationOf(graph: Graph, node: Node): Affine | undefined {
  const parameters = node.inputs.slice(1, 5).map((name) => graph.initializers.get(name));
  if (parameters.length !== 4 || parameters.some((tensor) => tensor?.type !== 'float32')) return undefined;
  const [gamma, beta, mean, variance] = parameters.map((tensor) => tensor!.data as Float32Array);
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i] + epsilon));
  return { input: node.inputs[0], scale, shift: scale.map((value, i) => beta[i] - mean[i] * value) };
}

/** The values of a constant that is the same at all positions of each channel of `other`, whose channels are its second axis. */
function perChannel(graph: Graph, name: string, other: string, output: string): ArrayLike<number> | undefined {
  const constant = graph.initializers.get(name);
  const [shape, result] = [valueOf(graph, other)?.shape, valueOf(graph, output)?.shape];
  if (constant?.type !== 'float32' || !shape || !result || shape.length < 2 || !sameShape(shape, result)) return undefined;
  const lead = shape.length - constant.dims.length;
  return constant.dims.every((dim, axis) => dim === 1 || (axis + lead === 1 && dim === shape[1])) ? numbersOf(constant) : undefined;
}

function valueOf(graph: Graph, name: string): ValueInfo | undefined {
  return graph.values.get(name) ?? graph.outputs.find((output) => output.name === name);
}
