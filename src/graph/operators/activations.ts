/** Smooth activations, and those that are written with other operators because `graphOpset` does not have them. */
import { numberAttribute, textAttribute } from '../attributes.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import { above, below, label, likeInput, plus, scaled, times, unary } from './elementwise.ts';
import type { GradientContext, NodeContext, Operator, RewriteContext } from './operator.ts';

/** 1 − x² for x in a tensor. */
function oneMinusSquare(b: GraphBuilder, tensor: string): string {
  return b.add('Sub', [b.scalar(1), b.add('Mul', [tensor, tensor])]);
}

/** The derivative `high` where x > 0, else y·`slope` + `offset`. */
function exponentialBelow({ b, inputs, outputs }: GradientContext, high: number, slope: number, offset: number): string {
  const positive = b.add('Greater', [inputs[0], b.scalar(0)]);
  return b.add('Where', [positive, b.scalar(high), plus(b, scaled(b, outputs[0], slope), offset)]);
}

function selu({ node }: NodeContext): { alpha: number; gamma: number } {
  return { alpha: numberAttribute(node, 'alpha', 1.67326319217681884765625), gamma: numberAttribute(node, 'gamma', 1.05070102214813232421875) };
}

function hardSigmoid({ node }: NodeContext): { alpha: number; beta: number } {
  return { alpha: numberAttribute(node, 'alpha', 0.2), beta: numberAttribute(node, 'beta', 0.5) };
}

/** x·sigmoid(αx), which is a runtime's SiLU for α = 1. */
function swish({ b, node }: RewriteContext, alpha: number): readonly string[] {
  const [input] = node.inputs;
  return [b.add('Mul', [input, b.add('Sigmoid', [scaled(b, input, alpha)])])];
}

/** x·Φ(x), or its approximation by tanh. */
function gelu({ b }: RewriteContext, input: string, approximate: boolean): string {
  const inner = approximate
    ? b.add('Tanh', [scaled(b, b.add('Mul', [input, plus(b, scaled(b, b.add('Mul', [input, input]), 0.044715), 1)]), Math.sqrt(2 / Math.PI))])
    : b.add('Erf', [b.add('Div', [input, b.scalar(Math.SQRT2)])]);
  return scaled(b, b.add('Mul', [input, plus(b, inner, 1)]), 0.5);
}

/** An operator that `rewrite` replaces in every graph. */
function rewritten(op: string, rewrite: (context: RewriteContext) => readonly string[], domain?: string): Operator {
  return { op, domain, infer: likeInput, rewrite };
}

/** The input plus the optional bias of the fused forms that exporters for ONNX Runtime write. */
function biased({ b, has, node }: RewriteContext): string {
  return has(1) ? b.add('Add', [node.inputs[0], node.inputs[1]]) : node.inputs[0];
}

export const activationOperators: readonly Operator[] = [
  unary('Sigmoid', (x) => 1 / (1 + Math.exp(-x)),
    times(({ b, outputs: [y] }) => b.add('Mul', [y, b.add('Sub', [b.scalar(1), y])]))),
  unary('Tanh', Math.tanh, times(({ b, outputs: [y] }) => oneMinusSquare(b, y))),
  unary('Erf', undefined, times(({ b, inputs: [x] }) => scaled(b, b.add('Exp', [b.add('Neg', [b.add('Mul', [x, x])])]), 2 / Math.sqrt(Math.PI)))),
  unary('Elu', undefined, times((context) => {
    return exponentialBelow(context, 1, 1, numberAttribute(context.node, 'alpha', 1));
  })),
  unary('Selu', undefined, times((context) => {
    const { alpha, gamma } = selu(context);
    return exponentialBelow(context, gamma, 1, alpha * gamma);
  })),
  unary('Celu', undefined, times((context) => exponentialBelow(context, 1, 1 / numberAttribute(context.node, 'alpha', 1), 1)), {
    infer: (context) => {
      if (numberAttribute(context.node, 'alpha', 1) === 0) throw new FoveaError('graph-invalid', `${label(context)} has alpha 0.`);
      return likeInput(context);
    },
  }),
  unary('HardSigmoid', (x, context) => Math.max(0, Math.min(1, hardSigmoid(context).alpha * x + hardSigmoid(context).beta)), (context) => {
    const { b, outputs: [y], gradients: [gradient] } = context;
    const inside = b.add('Mul', [b.add('Mul', [gradient!, above(b, y, 0)]), below(b, y, 1)]);
    return [scaled(b, inside, hardSigmoid(context).alpha)];
  }),
  // y = x·h with h = max(0, min(1, x/6 + 1/2)): dy/dx = h + x/6 where 0 < h < 1.
  unary('HardSwish', (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)), times(({ b, inputs: [x] }) => {
    const h = b.add('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
    const inside = b.add('Mul', [above(b, h, 0), below(b, h, 1)]);
    return b.add('Add', [h, b.add('Mul', [scaled(b, x, 1 / 6), inside])]);
  })),
  unary('Softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), times(({ b, inputs: [x] }) => b.add('Sigmoid', [x]))),
  // y = x/(1 + |x|), so 1/(1 + |x|) = 1 − |y|.
  unary('Softsign', (x) => x / (1 + Math.abs(x)), times(({ b, outputs: [y] }) => {
    const root = b.add('Sub', [b.scalar(1), b.add('Abs', [y])]);
    return b.add('Mul', [root, root]);
  })),
  rewritten('Gelu', (context) => [gelu(context, context.node.inputs[0], textAttribute(context.node, 'approximate', 'none') === 'tanh')]),
  rewritten('Gelu', (context) => [gelu(context, context.node.inputs[0], false)], 'com.microsoft'),
  rewritten('BiasGelu', (context) => [gelu(context, biased(context), false)], 'com.microsoft'),
  rewritten('FastGelu', (context) => [gelu(context, biased(context), true)], 'com.microsoft'),
  rewritten('QuickGelu', (context) => swish(context, numberAttribute(context.node, 'alpha', 1.702)), 'com.microsoft'),
  rewritten('Swish', (context) => swish(context, numberAttribute(context.node, 'alpha', 1))),
  rewritten('Mish', ({ b, node: { inputs: [x] } }) => [b.add('Mul', [x, b.add('Tanh', [b.add('Softplus', [x])])])]),
];
