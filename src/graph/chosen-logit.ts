/**
 * The logit of one class for each sample, made of that class's weights alone. A backward pass from it reads one row of the classifier; one
 * from all logits multiplies zeros with all the others.
 */
import { numberAttribute, numbersAttribute } from './attributes.ts';
import type { GraphBuilder } from './builder.ts';
import type { Node, Shape } from './graph.ts';

/** Treat each channel for itself, and the same way. */
const channelwise = new Set(['Relu', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity', 'Dropout']);

/**
 * @param logits name of a tensor (N,K)
 * @param classes name of an int64 tensor (N)
 * @param kept tensors that the score must depend on, e.g. a layer that is differentiated with respect to
 * @returns name of a tensor (N,1); undefined where the model does not end in a classifier with constant weights, followed by nothing but
 *   what treats each class for itself, or where that would pass by a tensor to keep
 */
export function chosenLogit(b: GraphBuilder, logits: string, classes: string, kept: ReadonlySet<string>): string | undefined {
  const chosen = chosenChannel(b, logits, classes, kept);
  return chosen && b.reshape(chosen, [b.shape(logits)[0], 1]);
}

/** One channel of a tensor (N,K,...), as (N,1,...). */
function chosenChannel(b: GraphBuilder, tensor: string, classes: string, kept: ReadonlySet<string>): string | undefined {
  const node = b.producer(tensor);
  if (!node || kept.has(tensor)) return undefined;
  const [input] = node.inputs;
  if (node.op === 'Gemm' || node.op === 'MatMul') return chosenOfMatrix(b, node, classes);
  if (node.op === 'Conv') return chosenOfConvolution(b, node, classes);
  if (node.op === 'Add') {
    const bias = b.constantOf(node.inputs[1]);
    const product = bias?.dims.length === 1 && bias.dims[0] === b.shape(tensor)[1] ? chosenChannel(b, input, classes, kept) : undefined;
    return product && withBias(b, product, node.inputs[1], classes);
  }
  if (channelwise.has(node.op)) {
    const chosen = chosenChannel(b, input, classes, kept);
    return chosen && b.add(node.op, [chosen], node.attributes);
  }
  if (node.op !== 'Reshape' && node.op !== 'Flatten' && node.op !== 'Squeeze') return undefined;
  // From (N,K,1,1) to (N,K), or to (N,K,1,1).
  const [from, to] = [b.shape(input), b.shape(tensor)];
  if (!namesChannels(from) || !namesChannels(to) || from[1] !== to[1]) return undefined;
  const chosen = chosenChannel(b, input, classes, kept);
  return chosen && b.reshape(chosen, [to[0], 1, ...to.slice(2)]);
}

/** Whether a shape is (N,K) or (N,K,1,...). */
function namesChannels(shape: Shape): boolean {
  return shape.length >= 2 && shape.slice(2).every((dim) => dim === 1);
}

/** x·W + b of a row (N,C). */
function chosenOfMatrix(b: GraphBuilder, node: Node, classes: string): string | undefined {
  const [input, weights, bias] = node.inputs;
  const plain = numberAttribute(node, 'alpha', 1) === 1 && numberAttribute(node, 'beta', 1) === 1 && numberAttribute(node, 'transA', 0) === 0;
  if (!plain || b.shape(input).length !== 2 || b.constantOf(weights)?.dims.length !== 2) return undefined;
  if (bias && b.constantOf(bias)?.dims.length !== 1) return undefined;
  const rows = numberAttribute(node, 'transB', 0) === 1;
  const gathered = b.add('Gather', [weights, classes], { axis: rows ? 0 : 1 });
  const row = rows ? gathered : b.add('Transpose', [gathered], { perm: [1, 0] });
  const product = b.add('ReduceSum', [b.add('Mul', [input, row]), b.ints([1])], { keepdims: 1 });
  return bias ? withBias(b, product, bias, classes) : product;
}

/** A convolution that mixes the channels of each position (N,C,h,w). */
function chosenOfConvolution(b: GraphBuilder, node: Node, classes: string): string | undefined {
  const [input, weights, bias] = node.inputs;
  const kernel = b.constantOf(weights)?.dims;
  const pointwise = kernel?.slice(2).every((size) => size === 1) && numberAttribute(node, 'group', 1) === 1
    && ['strides', 'pads'].every((name) => numbersAttribute(node, name, []).every((value) => value === (name === 'pads' ? 0 : 1)));
  if (!kernel || !pointwise || (bias && !b.constantOf(bias))) return undefined;
  const [batch, channels, ...sizes] = b.shape(input);
  const positions = sizes.reduce<number>((product, size) => product * (size as number), 1);
  const matrix = b.reshape(weights, kernel.slice(0, 2));
  const row = b.reshape(b.add('Gather', [matrix, classes], { axis: 0 }), [batch, 1, channels]);
  const product = b.reshape(b.add('MatMul', [row, b.reshape(input, [batch, channels, positions])]), [batch, 1, ...sizes]);
  return bias ? withBias(b, product, bias, classes) : product;
}

/** A tensor (N,1,...) plus each sample's entry of a bias (K). */
function withBias(b: GraphBuilder, product: string, bias: string, classes: string): string {
  const shape = b.shape(product);
  return b.add('Add', [product, b.reshape(b.add('Gather', [bias, classes], { axis: 0 }), [shape[0], ...shape.slice(1).map(() => 1)])]);
}
