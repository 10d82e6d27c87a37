/**
 * Rectifiers: Relu, Clip, LeakyRelu, PRelu, ThresholdedRelu. Guided backpropagation and deconvolution change how gradients pass them.
 * At a kink the gradient is that of the flat side. Masks come from the output where they can, so that convolution and activation stay one.
 */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import { broadcastShapes, formatShape, sameShape } from '../shape.ts';
import { numbersOf, tensorOf } from '../tensor.ts';
import { uniformKernel } from './convolution.ts';
import { above, below, label, likeInput, mapElements, plus, scaled, unary } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

/** What replaces the derivative: R·1[x>0]·1[R>0], R·1[R>0] or R·1[x>0 or R>0]; undefined where the derivative is asked for. */
function ruled({ b, gradients: [gradient], rectifier }: GradientContext, positive: () => string): string | undefined {
  switch (rectifier) {
    case 'gradient': return undefined;
    case 'deconvnet': return b.add('Relu', [gradient!]);
    case 'guided': return b.add('Mul', [b.add('Relu', [gradient!]), positive()]);
    case 'waking': {
      const lowering = b.add('Relu', [b.add('Neg', [gradient!])]);
      return b.add('Sub', [b.add('Relu', [gradient!]), b.add('Mul', [lowering, positive()])]);
    }
  }
}

const relu = unary('Relu', (value) => Math.max(value, 0), (context) => {
  const { b, outputs, gradients: [gradient], zeroWithTensor } = context;
  if (zeroWithTensor.has(gradient!)) return [gradient];
  const positive = (): string => above(b, outputs[0], 0);
  return [ruled(context, positive) ?? b.add('Mul', [gradient!, positive()])];
});

/** 1 where x > 0 and `slope` elsewhere, from the mask 1[x > 0]. */
function slopes(b: GraphBuilder, mask: string, slope: number): string {
  if (slope === 0) return mask;
  if (slope > 0 && slope < 1) return b.add('Clip', [mask, b.scalar(slope)]);
  return plus(b, scaled(b, mask, 1 - slope), slope);
}

const leakyRelu = unary('LeakyRelu', (value, { node }) => (value < 0 ? value * numberAttribute(node, 'alpha', 0.01) : value), (context) => {
  const { b, inputs, outputs, gradients: [gradient], node } = context;
  const alpha = numberAttribute(node, 'alpha', 0.01);
  const positive = (): string => above(b, alpha < 0 ? inputs[0] : outputs[0], 0);
  return [ruled(context, positive) ?? b.add('Mul', [gradient!, slopes(b, positive(), alpha)])];
});

const prelu: Operator = {
  op: 'PRelu',
  infer: (context) => {
    const shape = context.shape(0);
    if (!sameShape(broadcastShapes([shape, context.shape(1)], label(context)), shape)) {
      throw new FoveaError('shape-mismatch', `${label(context)} has slopes of shape ${formatShape(context.shape(1))} for ${formatShape(shape)}.`);
    }
    return likeInput(context);
  },
  evaluate: (_, [input, slope]) => [mapElements(input!.type, [input!, slope!], (value, s) => (value < 0 ? value * s : value))],
  gradient: (context) => {
    const { b, inputs: [input, slope], gradients: [gradient], wants } = context;
    const mask = above(b, input, 0);
    const derivative = (): string => {
      const rest = b.add('Mul', [b.add('Sub', [b.scalar(1), slope]), mask]);
      return b.add('Mul', [gradient!, b.add('Add', [rest, slope])]);
    };
    const negative = (): string => b.add('Min', [input, b.scalar(0)]);
    return [
      wants(0) ? ruled(context, () => mask) ?? derivative() : undefined,
      wants(1) ? b.sumTo(b.add('Mul', [gradient!, negative()]), b.shape(slope)) : undefined,
    ];
  },
};

const thresholdedRelu = unary('ThresholdedRelu', (value, { node }) => (value > numberAttribute(node, 'alpha', 1) ? value : 0), (context) => {
  const { b, inputs, gradients: [gradient], node } = context;
  const active = (): string => above(b, inputs[0], numberAttribute(node, 'alpha', 1));
  return [ruled(context, active) ?? b.add('Mul', [gradient!, active()])];
});

/** A bound of Clip: undefined where there is none (left out, or beyond float32). @throws UnsupportedOperatorError unless it is constant */
function bound(context: NodeContext, index: number): number | undefined {
  if (!context.has(index)) return undefined;
  const constant = context.constant(index);
  if (!constant) throw new UnsupportedOperatorError('Clip', context.node.name, 'gradient', 'its bounds are not constant.');
  const [value] = Array.from(numbersOf(constant));
  return Math.abs(value) < 3.4e38 ? value : undefined;
}

/** Whether a tensor is an image whose channels fill whole blocks of the runtime's layout for convolutions. */
function isBlocked(b: GraphBuilder, image: string): boolean {
  const [, channels, ...sizes] = b.shape(image);
  return sizes.length === 2 && typeof channels === 'number' && channels % 16 === 0;
}

/**
 * 1 where an image with values from 0 to `max` is at neither end. y − 2·ReLU(y − max/2) is y in the lower half and max − y in the upper one,
 * without rounding (Sterbenz). Convolution, addition and HardSigmoid are one kernel in the runtime, so that this takes two passes over the image
 * where a mask for each end and their products take four.
 */
function between(b: GraphBuilder, image: string, max: number): string {
  const channels = b.shape(image)[1] as number;
  const depthwise = { group: channels };
  const bias = b.constant(tensorOf('float32', new Float32Array(channels).fill(-max / 2)));
  const upper = b.add('Relu', [b.add('Conv', [image, b.constant(uniformKernel(channels, [1, 1], 1)), bias], depthwise)]);
  const folded = b.add('Add', [b.add('Conv', [upper, b.constant(uniformKernel(channels, [1, 1], -2))], depthwise), image]);
  return above(b, folded, 0);
}

const clip: Operator = {
  op: 'Clip',
  infer: (context) => {
    for (const i of [1, 2]) {
      if (context.has(i) && (context.type(i) !== context.type(0) || !context.shape(i).every((dim) => dim === 1))) {
        throw new FoveaError('shape-mismatch', `${label(context)} has a bound that is not a single number of the input's type.`);
      }
    }
    return likeInput(context);
  },
  evaluate: (_, [input, min, max]) => {
    const [least, most] = [min ? numbersOf(min)[0] : -Infinity, max ? numbersOf(max)[0] : Infinity];
    return [mapElements(input!.type, [input!], (value) => Math.min(Math.max(value, least), most))];
  },
  rewrite: ({ b, node, opset, type }) => {
    if (opset >= 11) return undefined;
    const limit = (name: string): string => {
      const value = numberAttribute(node, name);
      return value === undefined ? '' : b.constant(tensorOf(type(0), [value], []));
    };
    return [b.add('Clip', [node.inputs[0], limit('min'), limit('max')])];
  },
  gradient: (context) => {
    const { b, outputs: [output], gradients: [gradient], rectifier } = context;
    const [min, max] = [bound(context, 1), bound(context, 2)];
    // The rules for rectifiers see the rectifier only, not its upper bound.
    if (min === 0 && rectifier !== 'gradient') return [ruled(context, () => above(b, output, 0))];
    if (min === 0 && max !== undefined && max > 0 && isBlocked(b, output)) return [b.add('Mul', [gradient!, between(b, output, max)])];
    const lower = min === undefined ? gradient! : b.add('Mul', [gradient!, above(b, output, min)]);
    return [max === undefined ? lower : b.add('Mul', [lower, below(b, output, max)])];
  },
};

export const rectifierOperators: readonly Operator[] = [relu, leakyRelu, prelu, thresholdedRelu, clip];
