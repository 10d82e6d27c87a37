/**
 * DeepLIFT's rescale rule (Shrikumar et al. 2017) for graphs: instead of derivatives, multipliers Δout/Δin between an input and a baseline
 * flow back. Linear operators have the same for both. What two changing tensors multiply is shared evenly: Δ(a·b) = Δa·mean(b) + mean(a)·Δb.
 * Operators that are none of these (softmax, measured normalisation, ...) keep their derivatives, and conservation is lost there.
 */
import type { GradientRule } from './differentiate.ts';
import type { GradientContext, Operator } from './operators/operator.ts';

/** Operators of one operand that work element by element; piecewise linear ones give exact differences, however small. */
const piecewiseLinear: ReadonlySet<string> = new Set(['Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Clip', 'HardSigmoid', 'Abs']);
const smooth: ReadonlySet<string> = new Set([
  'Sigmoid', 'Tanh', 'Erf', 'Elu', 'Selu', 'Celu', 'HardSwish', 'Softplus', 'Softsign', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Pow',
]);
const products: ReadonlySet<string> = new Set(['Mul', 'MatMul']);
const maxima: ReadonlySet<string> = new Set(['MaxPool', 'GlobalMaxPool']);

/** Below these differences of the operand the derivative is more precise than the quotient of two differences that rounding spoils. */
const smallest = { linear: 1e-20, smooth: 3e-3 };

type Gradient = NonNullable<Operator['gradient']>;

export interface RescaleOptions {
  /** `rescale`: differences at maxima too; `gradient`: maxima keep their derivatives. */
  readonly maxima: 'rescale' | 'gradient';
}

/** @param reference for a tensor's name, the name of the same tensor at the baseline */
export function rescaleRule(reference: (name: string) => string, options: RescaleOptions): GradientRule {
  const atBaseline = (context: GradientContext): GradientContext =>
    ({ ...context, inputs: context.inputs.map(reference), outputs: context.outputs.map(reference) });
  const difference = ({ b }: GradientContext, name: string): string => b.add('Sub', [name, reference(name)]);

  const elementwise = (context: GradientContext, limit: number, slope: () => string): string => {
    const { b, inputs: [x], outputs: [y], gradients: [multiplier] } = context;
    const change = difference(context, x);
    const quotient = b.add('Mul', [multiplier!, b.add('Div', [difference(context, y), change])]);
    return b.add('Where', [b.add('Less', [b.add('Abs', [change]), b.scalar(limit)]), slope(), quotient]);
  };

  /** The mean of the derivatives at both ends, which is the quotient up to the square of the difference. */
  const meanSlope = (context: GradientContext, derivative: Gradient): string => {
    const { b } = context;
    return b.add('Mul', [b.add('Add', [derivative(context)[0]!, derivative(atBaseline(context))[0]!]), b.scalar(0.5)]);
  };

  /** What the output gains above the baseline's maximum goes to where the input has its maximum, what it loses to where the baseline has it. */
  const maximum = (context: GradientContext, derivative: Gradient): string => {
    const { b, inputs: [x], outputs: [y], gradients: [multiplier] } = context;
    const larger = b.add('Max', [y, reference(y)]);
    const gain = b.add('Mul', [multiplier!, b.add('Sub', [larger, reference(y)])]);
    const loss = b.add('Mul', [multiplier!, b.add('Sub', [y, larger])]);
    const parts = [derivative({ ...context, gradients: [gain] })[0]!, derivative({ ...atBaseline(context), gradients: [loss] })[0]!];
    const change = difference(context, x);
    const none = b.add('Less', [b.add('Abs', [change]), b.scalar(smallest.linear)]);
    return b.add('Where', [none, derivative(context)[0]!, b.add('Div', [b.add('Add', parts), change])]);
  };

  return (context, derivative) => {
    const { node: { op, domain }, b, inputs, wants } = context;
    if (domain !== '') return undefined;
    if (piecewiseLinear.has(op)) return [elementwise(context, smallest.linear, () => derivative(context)[0]!)];
    if (smooth.has(op) && !wants(1)) return [elementwise(context, smallest.smooth, () => meanSlope(context, derivative))];
    if (maxima.has(op) && options.maxima === 'rescale') return [maximum(context, derivative)];
    if (products.has(op) && wants(0) && wants(1)) {
      const mean = (name: string): string => b.add('Mul', [b.add('Add', [name, reference(name)]), b.scalar(0.5)]);
      return derivative({ ...context, inputs: inputs.map(mean) });
    }
    return undefined;
  };
}
