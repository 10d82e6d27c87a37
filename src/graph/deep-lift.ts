/**
 * DeepLIFT's rescale rule (Shrikumar et al. 2017) for graphs: instead of derivatives, multipliers Δout/Δin between an input and a baseline
 * flow back. Linear operators have the same for both. What two changing tensors multiply is shared evenly: Δ(a·b) = Δa·mean(b) + mean(a)·Δb.
 * Operators that are none of these (softmax, measured normalisation, ...) keep their derivatives, and conservation is lost there.
 */
import type { GraphBuilder } from './builder.ts';
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

type Derivative = NonNullable<Operator['gradient']>;

/** For a tensor's name, the names of that tensor for the input and at the baseline. */
export type Halves = (name: string) => readonly [string, string];

export function noDifference(b: GraphBuilder, difference: string, limit = smallest.linear): string {
  return b.add('Less', [b.add('Abs', [difference]), b.scalar(limit)]);
}

/**
 * The multiplier of an activation's operand, from that of its output (`context.gradients`).
 * @param none gives it where a piecewise linear one's operand is the same in both halves
 */
export function rescaleElementwise(context: GradientContext, halves: Halves, none: () => string, derivative: Derivative): string {
  const { b, node, inputs, outputs, gradients: [multiplier] } = context;
  const [change, outcome] = [inputs[0], outputs[0]].map((name) => b.add('Sub', halves(name)));
  const quotient = b.add('Mul', [multiplier!, b.add('Div', [outcome, change])]);
  if (piecewiseLinear.has(node.op)) return b.add('Where', [noDifference(b, change), none(), quotient]);
  // The mean of the derivatives at both ends is the quotient up to the square of the difference.
  const slopes = ([0, 1] as const).map((half) => {
    const of = (name: string): string => halves(name)[half];
    return derivative({ ...context, inputs: inputs.map(of), outputs: outputs.map(of) })[0]!;
  });
  return b.add('Where', [noDifference(b, change, smallest.smooth), b.add('Mul', [b.add('Add', slopes), b.scalar(0.5)]), quotient]);
}

/** @param reference for a tensor's name, the name of the same tensor at the baseline */
export function rescaleRule(reference: (name: string) => string): GradientRule {
  const halves: Halves = (name) => [name, reference(name)];

  /** What the output gains above the baseline's maximum goes to where the input has its maximum, what it loses to where the baseline has it. */
  const maximum = (context: GradientContext, derivative: Derivative): string => {
    const { b, inputs: [x], outputs: [y], gradients: [multiplier] } = context;
    const larger = b.add('Max', [y, reference(y)]);
    const gain = b.add('Mul', [multiplier!, b.add('Sub', [larger, reference(y)])]);
    const loss = b.add('Mul', [multiplier!, b.add('Sub', [y, larger])]);
    const atBaseline = { ...context, inputs: context.inputs.map(reference), outputs: context.outputs.map(reference), gradients: [loss] };
    const parts = [derivative({ ...context, gradients: [gain] })[0]!, derivative(atBaseline)[0]!];
    const change = b.add('Sub', halves(x));
    return b.add('Where', [noDifference(b, change), derivative(context)[0]!, b.add('Div', [b.add('Add', parts), change])]);
  };

  return (context, derivative) => {
    const { node: { op, domain }, b, inputs, wants } = context;
    if (domain !== '') return undefined;
    if (piecewiseLinear.has(op) || (smooth.has(op) && !wants(1))) {
      return [rescaleElementwise(context, halves, () => derivative(context)[0]!, derivative)];
    }
    if (maxima.has(op)) return [maximum(context, derivative)];
    if (products.has(op) && wants(0) && wants(1)) {
      const mean = (name: string): string => b.add('Mul', [b.add('Add', [name, reference(name)]), b.scalar(0.5)]);
      return derivative({ ...context, inputs: inputs.map(mean) });
    }
    return undefined;
  };
}
