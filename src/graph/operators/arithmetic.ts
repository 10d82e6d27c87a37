/** Arithmetic with broadcasting. On sizes it is computed as a graph is built, as far as the batch size does not matter. */
import { FoveaError } from '../../protocol/errors.ts';
import { numberAttribute } from '../attributes.ts';
import { elementCodes, isFloat } from '../element-types.ts';
import type { Dim } from '../graph.ts';
import { divideDims, multiplyDims, sameDim } from '../shape.ts';
import { numbersOf } from '../tensor.ts';
import type { DimRule } from './elementwise.ts';
import { broadcastInputs, combineDims, label, mapElements, plus, sameType, scaled } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator } from './operator.ts';

/** How one operand's gradient is made from that of the output; broadcasting is undone afterwards. */
type Part = (context: GradientContext, gradient: string) => string;

interface BinaryRule {
  readonly op: string;
  readonly compute: (a: number, b: number, context: NodeContext) => number;
  readonly dims?: DimRule;
  readonly parts: readonly [Part, Part];
}

function binary({ op, compute, dims, parts }: BinaryRule): Operator {
  return {
    op,
    infer: (context) => {
      const shape = broadcastInputs(context, 2);
      return [{ type: sameType(context), shape, dims: dims && combineDims(context, [0, 1], shape, dims) }];
    },
    evaluate: (context, [a, b]) => [mapElements(a!.type, [a!, b!], (x, y) => compute(x, y, context))],
    gradient: (context) => parts.map((part, i) => (
      context.wants(i) ? context.b.sumTo(part(context, context.gradients[0]!), context.shape(i)) : undefined)),
  };
}

function signedSum(sign: 1 | -1): DimRule {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a + sign * b;
    if (b === 0) return a;
    if (a === 0 && sign === 1) return b;
    if (typeof a !== 'object' || typeof b !== 'object') return undefined;
    const batch = a.batch + sign * b.batch;
    return batch === 0 ? 0 : batch > 0 ? { batch } : undefined;
  };
}

function wholeBatch(dim: Dim | undefined): Dim | undefined {
  return typeof dim === 'object' && !(Number.isInteger(dim.batch) && dim.batch > 0) ? undefined : dim;
}

/** Integer division drops the fraction. */
function quotient(context: NodeContext): DimRule {
  const float = isFloat(context.type(0));
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return b === 0 ? undefined : float ? a / b : Math.trunc(a / b);
    return wholeBatch(divideDims(a, b));
  };
}

function modulo(a: number, b: number, context: NodeContext): number {
  if (numberAttribute(context.node, 'fmod', 0) === 1) return a % b;
  return b === 0 ? 0 : a - Math.floor(a / b) * b;
}

/** x raised to the entries of p, where d/dx = p·x^(p−1). */
function powerOfBase({ b, constant, inputs: [x, p] }: GradientContext, gradient: string): string {
  const exponent = constant(1);
  const values = exponent && new Set(Array.from(numbersOf(exponent)));
  const [only] = values?.size === 1 ? values : [];
  if (only === undefined) {
    const power = b.type(p) === b.type(x) ? p : b.add('Cast', [p], { to: elementCodes.float32 });
    return b.add('Mul', [gradient, b.add('Mul', [power, b.add('Pow', [x, plus(b, power, -1)])])]);
  }
  const derivative = only === 2 ? x : b.add('Pow', [x, b.scalar(only - 1)]);
  return b.add('Mul', [gradient, scaled(b, derivative, only)]);
}

/** d/dp = x^p·ln x, taken as 0 where x is not positive. */
function powerOfExponent({ b, inputs: [x], outputs: [y] }: GradientContext, gradient: string): string {
  const safe = b.add('Where', [b.add('Greater', [x, b.scalar(0)]), x, b.scalar(1)]);
  return b.add('Mul', [gradient, b.add('Mul', [y, b.add('Log', [safe])])]);
}

const pow: Operator = {
  ...binary({ op: 'Pow', compute: Math.pow, parts: [powerOfBase, powerOfExponent] }),
  infer: (context) => [{ type: context.type(0), shape: broadcastInputs(context, 2) }],
};

const product: Part[] = [1, 0].map((other): Part => ({ b, inputs }, gradient) => b.add('Mul', [gradient, inputs[other]]));

/** Operators of one or more operands. */
function variadic(op: string, compute: (...values: number[]) => number, gradient: NonNullable<Operator['gradient']>, dims?: DimRule): Operator {
  return {
    op,
    infer: (context) => {
      const shape = broadcastInputs(context);
      if (context.node.inputs.length === 0) throw new FoveaError('graph-invalid', `${label(context)} has no input.`, 'The model file is damaged.');
      return [{ type: sameType(context), shape, dims: dims && combineDims(context, context.node.inputs.map((_, i) => i), shape, dims) }];
    },
    evaluate: (context, inputs) => [mapElements(context.type(0), inputs.map((input) => input!), compute)],
    gradient,
  };
}

/** The same gradient for every operand. */
function shared(factor: (count: number) => number): NonNullable<Operator['gradient']> {
  return ({ b, gradients: [gradient], inputs, wants }) => {
    const part = scaled(b, gradient!, factor(inputs.length));
    return inputs.map((input, i) => (wants(i) ? b.sumTo(part, b.shape(input)) : undefined));
  };
}

/** Pairwise, from the last operand to the first; among equal ones the gradient is shared. */
function extremumGradient({ b, gradients: [gradient], inputs, node: { op }, wants }: GradientContext): (string | undefined)[] {
  const prefixes = inputs.reduce<string[]>((known, input, i) => [...known, i === 0 ? input : b.add(op, [known[i - 1], input])], []);
  const result = new Array<string | undefined>(inputs.length).fill(undefined);
  let rest = gradient!;
  for (let i = inputs.length - 1; i > 0; i--) {
    const difference = b.add('Sub', op === 'Max' ? [prefixes[i - 1], inputs[i]] : [inputs[i], prefixes[i - 1]]);
    const half = scaled(b, b.add('Sign', [difference]), 0.5);
    if (wants(i)) result[i] = b.sumTo(b.add('Mul', [rest, b.add('Sub', [b.scalar(0.5), half])]), b.shape(inputs[i]));
    rest = b.sumTo(b.add('Mul', [rest, plus(b, half, 0.5)]), b.shape(prefixes[i - 1]));
  }
  if (wants(0)) result[0] = rest;
  return result;
}

/** A multiple of the batch is at least that many. */
function extremumDims(pick: (a: number, b: number) => number): DimRule {
  const two = (a: Dim | undefined, b: Dim): Dim | undefined => {
    if (a === undefined || sameDim(a, b)) return a;
    if (typeof a === 'number' && typeof b === 'number') return pick(a, b);
    if (typeof a === 'object' && typeof b === 'object') return pick(a.batch, b.batch) === a.batch ? a : b;
    const [multiple, number] = typeof a === 'object' ? [a, b] : [b, a];
    if (typeof multiple !== 'object' || typeof number !== 'number' || number > multiple.batch) return undefined;
    return pick(0, 1) === 1 ? multiple : number;
  };
  return (first, ...others) => others.reduce<Dim | undefined>(two, first);
}

export const arithmeticOperators: readonly Operator[] = [
  binary({ op: 'Add', compute: (a, b) => a + b, dims: signedSum(1), parts: [(_, gradient) => gradient, (_, gradient) => gradient] }),
  binary({ op: 'Sub', compute: (a, b) => a - b, dims: signedSum(-1), parts: [(_, gradient) => gradient, ({ b }, gradient) => b.add('Neg', [gradient])] }),
  binary({ op: 'Mul', compute: (a, b) => a * b, dims: (a, b) => wholeBatch(multiplyDims(a, b)), parts: [product[0], product[1]] }),
  {
    ...binary({
      op: 'Div',
      compute: (a, b, context) => (isFloat(context.type(0)) ? a / b : b === 0 ? 0 : Math.trunc(a / b)),
      parts: [
        ({ b, inputs }, gradient) => b.add('Div', [gradient, inputs[1]]),
        ({ b, inputs, outputs }, gradient) => b.add('Neg', [b.add('Div', [b.add('Mul', [gradient, outputs[0]]), inputs[1]])]),
      ],
    }),
    infer: (context) => {
      const shape = broadcastInputs(context, 2);
      return [{ type: sameType(context), shape, dims: combineDims(context, [0, 1], shape, quotient(context)) }];
    },
  },
  {
    ...binary({
      op: 'Mod',
      compute: modulo,
      parts: [
        (_, gradient) => gradient,
        // The remainder is a − b·quotient with a whole quotient.
        ({ b, inputs, outputs }, gradient) => b.add('Mul', [gradient, b.add('Div', [b.add('Sub', [outputs[0], inputs[0]]), inputs[1]])]),
      ],
    }),
    infer: (context) => {
      const shape = broadcastInputs(context, 2);
      const rule: DimRule = (a, b) => {
        if (typeof b !== 'number' || b === 0) return undefined;
        return typeof a === 'number' ? modulo(a, b, context) : typeof a === 'object' && a.batch % b === 0 ? 0 : undefined;
      };
      return [{ type: sameType(context), shape, dims: combineDims(context, [0, 1], shape, rule) }];
    },
  },
  pow,
  variadic('Sum', (...values) => values.reduce((a, b) => a + b), shared(() => 1)),
  variadic('Mean', (...values) => values.reduce((a, b) => a + b) / values.length, shared((count) => 1 / count)),
  variadic('Max', Math.max, extremumGradient, extremumDims(Math.max)),
  variadic('Min', Math.min, extremumGradient, extremumDims(Math.min)),
];
