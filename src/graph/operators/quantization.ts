/**
 * Linear quantization. Weights stored as integers are computed back; activations that are rounded between operators ("QDQ" models) stay so, and
 * gradients pass the rounding straight through where it does not saturate, as in quantization-aware training. Between QuantizeLinear and
 * DequantizeLinear a gradient is one with respect to the real value that the integer stands for.
 */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute } from '../attributes.ts';
import type { ElementType, Tensor } from '../graph.ts';
import { formatShape, resolveAxis, sameDim, sameShape } from '../shape.ts';
import { numbersOf, stridesOf, tensorOf } from '../tensor.ts';
import { above, below, label } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

const ranges: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535],
};

/** Scale (input 1) and zero point (input 2) are single numbers, or one for each entry along an axis. */
function checkScale(context: NodeContext): void {
  const { node } = context;
  if (numberAttribute(node, 'block_size', 0) !== 0) throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'it is quantized in blocks.');
  const scale = context.shape(1);
  const single = scale.length === 0 || (scale.length === 1 && scale[0] === 1);
  if (!single) {
    const axis = quantizedAxis(context);
    if (scale.length !== 1 || !sameDim(scale[0], context.shape(0)[axis])) {
      throw new FoveaError('shape-mismatch', `${label(context)} has scales of shape ${formatShape(scale)} for axis ${axis} of ${formatShape(context.shape(0))}.`);
    }
  }
  if (context.has(2) && !sameShape(context.shape(2), scale)) {
    throw new FoveaError('shape-mismatch', `${label(context)} has zero points of shape ${formatShape(context.shape(2))} for scales of shape ${formatShape(scale)}.`);
  }
}

function quantizedAxis(context: NodeContext): number {
  return resolveAxis(numberAttribute(context.node, 'axis', 1), context.shape(0).length, label(context));
}

/** For each element the index of its scale. */
function scaleIndex(context: NodeContext, input: Tensor, scale: Tensor): (element: number) => number {
  if (scale.data.length === 1) return () => 0;
  const axis = quantizedAxis(context);
  const stride = stridesOf(input.dims)[axis];
  return (element) => Math.floor(element / stride) % input.dims[axis];
}

const dequantizeLinear: Operator = {
  op: 'DequantizeLinear',
  infer: (context) => {
    checkScale(context);
    return [{ type: context.type(1), shape: context.shape(0) }];
  },
  evaluate: (context, [input, scale, zeroPoint]) => {
    const index = scaleIndex(context, input!, scale!);
    const [values, scales, zeros] = [numbersOf(input!), numbersOf(scale!), zeroPoint ? numbersOf(zeroPoint) : undefined];
    const result = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) result[i] = (values[i] - (zeros ? zeros[index(i)] : 0)) * scales[index(i)];
    return [tensorOf(context.type(1), result, input!.dims)];
  },
  gradient: ({ gradients: [gradient] }) => [gradient],
};

const quantizeLinear: Operator = {
  op: 'QuantizeLinear',
  infer: (context) => {
    checkScale(context);
    const type = context.has(2) ? context.type(2) : 'uint8';
    if (!ranges[type]) throw new UnsupportedOperatorError('QuantizeLinear', context.node.name, 'operator', `it makes ${type}.`);
    return [{ type, shape: context.shape(0) }];
  },
  gradient: (context) => [unsaturated(context)],
};

/** The gradient where rounding gives a value within the range of the integers. */
function unsaturated(context: GradientContext): string {
  const { b, constant, gradients: [gradient], inputs, outputs, node } = context;
  const scale = constant(1);
  const zeroPoint = constant(2);
  if (scale?.data.length !== 1 || (context.has(2) && !zeroPoint)) {
    throw new UnsupportedOperatorError('QuantizeLinear', node.name, 'gradient', 'its scale is not one constant number.');
  }
  const [least, most] = ranges[b.type(outputs[0])]!;
  const zero = zeroPoint ? numbersOf(zeroPoint)[0] : 0;
  const real = (integer: number): number => (integer - zero) * numbersOf(scale)[0];
  const lower = b.add('Mul', [gradient!, above(b, inputs[0], real(least - 0.5))]);
  return b.add('Mul', [lower, below(b, inputs[0], real(most + 0.5))]);
}

export const quantizationOperators: readonly Operator[] = [dequantizeLinear, quantizeLinear];
