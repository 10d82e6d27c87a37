/** Normalisation by given or by measured statistics. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Dim, Tensor } from '../graph.ts';
import { broadcastShapes, formatShape, resolveAxis, sameDim, sameShape, staticDim, staticShape } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';
import { invalid, mismatch } from './window.ts';

/** As an operator's gradient returns them. */
type InputGradients = readonly (string | undefined)[];

function channelsOf({ node, shape }: NodeContext): number {
  if (shape(0).length < 2) throw mismatch(node, `gets an input of shape ${formatShape(shape(0))}, which has no axis of channels`);
  return staticDim(shape(0)[1], `The number of channels at ${node.op} (node "${node.name}")`);
}

/** Checks that the inputs from `first` on are vectors with one entry for each channel. */
function checkPerChannel(context: NodeContext, first: number, last: number): void {
  const channels = channelsOf(context);
  for (let i = first; i <= last; i++) {
    const shape = context.shape(i);
    if (shape.length !== 1 || !sameDim(shape[0], channels)) {
      throw mismatch(context.node, `has an input ${i} of shape ${formatShape(shape)} for ${channels} channels`);
    }
  }
}

/** A vector over the channels as [C,1,...], which broadcasts against (N,C,...). */
function alongChannels(b: GraphBuilder, vector: string, rank: number): string {
  return b.reshape(vector, [b.shape(vector)[0], ...Array.from({ length: rank - 2 }, (): Dim => 1)]);
}

function filled(count: number, value: number): Tensor {
  return tensorOf('float32', new Float32Array(count).fill(value));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The mean over axes, kept as axes of size 1. */
function mean(b: GraphBuilder, tensor: string, axes: readonly number[]): string {
  return b.add('ReduceMean', [tensor, b.ints(axes)], { keepdims: 1 });
}

/**
 * ∂score/∂x of x̂ = (x − mean)/deviation over `axes`, from g = ∂score/∂x̂: (g − mean(g) − x̂·mean(g·x̂)) / deviation.
 */
function standardizedGradient(b: GraphBuilder, g: string, standardized: string, inverseDeviation: string, axes: readonly number[]): string {
  const along = b.add('Mul', [standardized, mean(b, b.add('Mul', [g, standardized]), axes)]);
  const centred = b.add('Sub', [b.add('Sub', [g, mean(b, g, axes)]), along]);
  return b.add('Mul', [centred, inverseDeviation]);
}

/** Normalisation by the tensor's own statistics: how weight standardisation (Qiao et al. 2019) is exported. */
function rewriteOwnStatistics({ b, node, shape }: RewriteContext): readonly string[] {
  const rank = shape(0).length;
  const axes = [0, ...range(2, rank)];
  const centred = b.add('Sub', [node.inputs[0], mean(b, node.inputs[0], axes)]);
  const variance = b.add('Add', [mean(b, b.add('Mul', [centred, centred]), axes), b.scalar(numberAttribute(node, 'epsilon', 1e-5))]);
  const factor = b.add('Div', [alongChannels(b, node.inputs[1], rank), b.add('Sqrt', [variance])]);
  return [b.add('Add', [b.add('Mul', [centred, factor]), alongChannels(b, node.inputs[2], rank)])];
}

function batchNormalizationGradient({ b, constant, gradients: [gradient], inputs, node, shape, wants }: GradientContext): InputGradients {
  if (gradient === undefined) return [];
  if ([1, 2, 3, 4].some((i) => wants(i))) {
    throw new UnsupportedOperatorError(node.op, node.name, 'gradient', 'its statistics or scale depend on the input.');
  }
  if (!wants(0)) return [];
  const channels = constant(1)?.dims[0] ?? staticDim(shape(1)[0], 'The number of channels');
  const zeros = b.constant(filled(channels, 0));
  // The same normalisation without its shift; as an operator that the runtime merges with the convolutions around it.
  return [b.add('BatchNormalization', [gradient, inputs[1], zeros, zeros, inputs[4]], { epsilon: numberAttribute(node, 'epsilon', 1e-5) })];
}

function instanceNormalizationGradient({ b, gradients: [gradient], inputs, node, shape, wants }: GradientContext): InputGradients {
  if (gradient === undefined) return [];
  const rank = shape(0).length;
  const spatial = range(2, rank);
  const others = b.ints([0, ...spatial]);
  const centred = b.add('Sub', [inputs[0], mean(b, inputs[0], spatial)]);
  const variance = mean(b, b.add('Mul', [centred, centred]), spatial);
  const deviation = b.add('Sqrt', [b.add('Add', [variance, b.scalar(numberAttribute(node, 'epsilon', 1e-5))])]);
  const inverse = b.add('Reciprocal', [deviation]);
  const standardized = b.add('Mul', [centred, inverse]);
  const scaled = (): string => b.add('Mul', [gradient, alongChannels(b, inputs[1], rank)]);
  return [
    wants(0) ? standardizedGradient(b, scaled(), standardized, inverse, spatial) : undefined,
    wants(1) ? b.add('ReduceSum', [b.add('Mul', [gradient, standardized]), others], { keepdims: 0 }) : undefined,
    wants(2) ? b.add('ReduceSum', [gradient, others], { keepdims: 0 }) : undefined,
  ];
}

function inferLayerNormalization({ has, node, shape, type }: NodeContext): readonly OutputInfo[] {
  const input = shape(0);
  const axis = resolveAxis(numberAttribute(node, 'axis', -1), input.length, `${node.op} (node "${node.name}")`);
  for (const i of has(2) ? [1, 2] : [1]) {
    if (!sameShape(broadcastShapes([input, shape(i)], `${node.op} (node "${node.name}")`), input)) {
      throw mismatch(node, `has an input ${i} of shape ${formatShape(shape(i))} for one of shape ${formatShape(input)}`);
    }
  }
  const statistics = input.map((dim, i): Dim => (i < axis ? dim : 1));
  return node.outputs.map((_, i): OutputInfo => (i === 0 ? { type: type(0), shape: input } : { type: 'float32', shape: statistics }));
}

function layerNormalizationGradient({ b, gradients: [gradient], inputs, node, shape, wants }: GradientContext): InputGradients {
  if (gradient === undefined) return [];
  const rank = shape(0).length;
  const axis = resolveAxis(numberAttribute(node, 'axis', -1), rank, node.op);
  const ones = b.constant(filled(1, 1));
  const attributes = { axis, epsilon: numberAttribute(node, 'epsilon', 1e-5) };
  // The runtime wants a scale of the normalised size; multiplying ones costs nothing beside the pass that it is merged with.
  const sizes = shape(0).slice(axis).map((dim) => staticDim(dim, `A normalised size at ${node.op} (node "${node.name}")`));
  const unit = b.add('Expand', [ones, b.ints(sizes)]);
  const [standardized, , inverse] = b.addAll('LayerNormalization', [inputs[0], unit], attributes, { count: 3 });
  return [
    wants(0) ? standardizedGradient(b, b.add('Mul', [gradient, inputs[1]]), standardized, inverse, range(axis, rank)) : undefined,
    wants(1) ? b.sumTo(b.add('Mul', [gradient, standardized]), shape(1)) : undefined,
    wants(2) ? b.sumTo(gradient, shape(2)) : undefined,
  ];
}

/** Groups of channels are instances of their own. Scale and bias are per group before opset 21, then per channel. */
function rewriteGroupNormalization(context: RewriteContext): readonly string[] {
  const { b, node, opset, shape } = context;
  const channels = channelsOf(context);
  const groups = numberAttribute(node, 'num_groups', 0);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) throw invalid(node, `divides ${channels} channels into ${groups} groups`);
  const perGroup = opset < 21 && sameDim(shape(1)[0], groups);
  const input = shape(0);
  const sizes = input.slice(1).map((dim) => staticDim(dim, `A size at ${node.op} (node "${node.name}")`));
  const grouped = b.reshape(node.inputs[0], [input[0], groups, sizes.reduce((a, s) => a * s, 1) / groups]);
  const normalized = b.add('InstanceNormalization', [grouped, b.constant(filled(groups, 1)), b.constant(filled(groups, 0))],
    { epsilon: numberAttribute(node, 'epsilon', 1e-5) });
  const parameter = (name: string): string => {
    if (!perGroup) return alongChannels(b, name, input.length);
    const repeated = b.add('Expand', [b.reshape(name, [groups, 1]), b.ints([groups, channels / groups])]);
    return alongChannels(b, b.reshape(repeated, [channels]), input.length);
  };
  const scaled = b.add('Mul', [b.reshape(normalized, input), parameter(node.inputs[1])]);
  return [b.add('Add', [scaled, parameter(node.inputs[2])])];
}

function rewriteMeanVarianceNormalization({ b, node, shape }: RewriteContext): readonly string[] {
  const axes = numbersAttribute(node, 'axes', [0, 2, 3]).map((axis) => resolveAxis(axis, shape(0).length, `${node.op} (node "${node.name}")`));
  const [input] = node.inputs;
  const centred = b.add('Sub', [input, mean(b, input, axes)]);
  const deviation = b.add('Sqrt', [mean(b, b.add('Mul', [centred, centred]), axes)]);
  return [b.add('Div', [centred, b.add('Add', [deviation, b.scalar(1e-9)])])];
}

function lpNormalizationGradient({ b, gradients: [gradient], inputs, node, outputs, shape, wants }: GradientContext): InputGradients {
  if (gradient === undefined || !wants(0)) return [];
  const axis = resolveAxis(numberAttribute(node, 'axis', -1), shape(0).length, node.op);
  const along = b.add('ReduceSum', [b.add('Mul', [gradient, outputs[0]]), b.ints([axis])], { keepdims: 1 });
  const euclidean = numberAttribute(node, 'p', 2) === 2;
  const norm = euclidean
    ? b.add('ReduceL2', [inputs[0], b.ints([axis])], { keepdims: 1 })
    : b.add('ReduceSum', [b.add('Abs', [inputs[0]]), b.ints([axis])], { keepdims: 1 });
  const direction = euclidean ? outputs[0] : b.add('Sign', [inputs[0]]);
  return [b.add('Div', [b.add('Sub', [gradient, b.add('Mul', [direction, along])]), norm])];
}

/** Number of channels in the window, which the runtime wants to be odd. */
function lrnSize(node: NodeContext['node']): number {
  const size = numberAttribute(node, 'size', 0);
  if (!Number.isInteger(size) || size < 1 || size > 1 << 16) throw invalid(node, `has a window of ${size} channels`);
  if (size % 2 === 0) throw new UnsupportedOperatorError(node.op, node.name, 'operator', `its window has ${size} channels, an even number.`);
  return size;
}

/**
 * y = x·s^−β, s = bias + alpha·(mean of x² over a window of channels).
 * ∂score/∂x = g·s^−β − 2αβ·x·(window mean of g·x·s^(−β−1)).
 */
function lrnGradient(context: GradientContext): InputGradients {
  const { b, gradients: [gradient], inputs: [input], node, shape, wants } = context;
  if (gradient === undefined || !wants(0)) return [];
  const size = lrnSize(node);
  const [alpha, beta] = [numberAttribute(node, 'alpha', 1e-4), numberAttribute(node, 'beta', 0.75)];
  const pads = [(size - 1) / 2, 0, (size - 1) / 2, 0];
  const sizes = shape(0).slice(2).map((dim) => staticDim(dim, `A size at ${node.op} (node "${node.name}")`));
  const plane = [shape(0)[0], 1, channelsOf(context), sizes.reduce((a, s) => a * s, 1)];
  const windowMean = (tensor: string): string => b.reshape(
    b.add('AveragePool', [b.reshape(tensor, plane)], { kernel_shape: [size, 1], pads, count_include_pad: 1 }), shape(0));
  const squares = windowMean(b.add('Mul', [input, input]));
  const s = b.add('Add', [b.add('Mul', [squares, b.scalar(alpha)]), b.scalar(numberAttribute(node, 'bias', 1))]);
  const scaled = b.add('Mul', [gradient, b.add('Pow', [s, b.scalar(-beta)])]);
  const shared = windowMean(b.add('Div', [b.add('Mul', [scaled, input]), s]));
  return [b.add('Sub', [scaled, b.add('Mul', [b.add('Mul', [input, shared]), b.scalar(2 * alpha * beta)])])];
}

function sameAsInput({ shape, type }: NodeContext): readonly OutputInfo[] {
  return [{ type: type(0), shape: shape(0) }];
}

export const normalizationOperators: readonly Operator[] = [
  {
    op: 'BatchNormalization',
    infer(context) {
      checkPerChannel(context, 1, 4);
      if (numberAttribute(context.node, 'training_mode', 0) !== 0) {
        throw new UnsupportedOperatorError(context.node.op, context.node.name, 'operator', 'it is in training mode; export the model for inference.');
      }
      return sameAsInput(context);
    },
    rewrite(context) {
      const { b, node, opset, shape } = context;
      // Weights know their statistics; those of pictures would depend on what else is in the batch.
      if (numberAttribute(node, 'training_mode', 0) !== 0 && staticShape(shape(0))) return rewriteOwnStatistics(context);
      if (numberAttribute(node, 'spatial', 1) === 0) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it has statistics for each position.');
      const surplus = opset < 14 || node.outputs.slice(1).every((output) => output === '');
      if (!surplus || (node.outputs.length === 1 && node.attributes.spatial === undefined)) return undefined;
      return [b.add('BatchNormalization', node.inputs, { epsilon: numberAttribute(node, 'epsilon', 1e-5) })];
    },
    gradient: batchNormalizationGradient,
  },
  {
    op: 'InstanceNormalization',
    infer(context) {
      checkPerChannel(context, 1, 2);
      return sameAsInput(context);
    },
    gradient: instanceNormalizationGradient,
  },
  { op: 'LayerNormalization', infer: inferLayerNormalization, gradient: layerNormalizationGradient },
  { op: 'GroupNormalization', infer: sameAsInput, rewrite: rewriteGroupNormalization },
  { op: 'MeanVarianceNormalization', infer: sameAsInput, rewrite: rewriteMeanVarianceNormalization },
  {
    op: 'LpNormalization',
    infer(context) {
      const p = numberAttribute(context.node, 'p', 2);
      if (p !== 1 && p !== 2) throw invalid(context.node, `has the norm p = ${p}`);
      resolveAxis(numberAttribute(context.node, 'axis', -1), context.shape(0).length, context.node.op);
      return sameAsInput(context);
    },
    gradient: lpNormalizationGradient,
  },
  {
    op: 'LRN',
    infer(context) {
      lrnSize(context.node);
      channelsOf(context);
      return sameAsInput(context);
    },
    gradient: lrnGradient,
  },
];
