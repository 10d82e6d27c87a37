/** Functions of one number. */
import type { Dim } from '../graph.ts';
import { scaled, times, unary, combineDims } from './elementwise.ts';
import type { NodeContext, Operator } from './operator.ts';

/** Rounding to whole numbers, halves to the even one; its derivative is zero. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** A function that is constant between jumps; whole numbers, such as sizes, stay as they are. */
function step(op: string, compute: (value: number) => number): Operator {
  const rule = (entry: Dim): Dim => (typeof entry === 'number' ? compute(entry) : entry);
  return unary(op, compute, () => [], {
    infer: (context: NodeContext) => [{ type: context.type(0), shape: context.shape(0), dims: combineDims(context, [0], context.shape(0), rule) }],
  });
}

export const functionOperators: readonly Operator[] = [
  unary('Neg', (x) => -x, ({ b, gradients: [gradient] }) => [b.add('Neg', [gradient!])]),
  unary('Abs', Math.abs, times(({ b, inputs: [x] }) => b.add('Sign', [x]))),
  unary('Sqrt', Math.sqrt, ({ b, gradients: [gradient], outputs: [y] }) => [b.add('Div', [scaled(b, gradient!, 0.5), y])]),
  unary('Reciprocal', (x) => 1 / x, times(({ b, outputs: [y] }) => b.add('Neg', [b.add('Mul', [y, y])]))),
  unary('Exp', Math.exp, times(({ outputs: [y] }) => y)),
  unary('Log', Math.log, ({ b, gradients: [gradient], inputs: [x] }) => [b.add('Div', [gradient!, x])]),
  unary('Sin', Math.sin, times(({ b, inputs: [x] }) => b.add('Cos', [x]))),
  unary('Cos', Math.cos, times(({ b, inputs: [x] }) => b.add('Neg', [b.add('Sin', [x])]))),
  step('Floor', Math.floor),
  step('Ceil', Math.ceil),
  step('Round', roundHalfEven),
  unary('Sign', Math.sign, () => []),
];
