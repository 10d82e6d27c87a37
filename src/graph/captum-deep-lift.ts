/**
 * DeepLIFT as the hooks of Captum 0.9 compute it (captum/attr/_core/deep_lift.py, captum/_utils/common.py), which differs from the rescale rule
 * wherever two of its modules meet:
 *
 * - A hook sits on a module's input tensor and replaces its *whole* gradient: what other readers of the tensor sent back is lost.
 * - It starts from the gradient of the module's output as it was before a module behind replaced that. So one module directly behind another
 *   comes down to its derivative, since the first one's hook ignores what the second one's has put there.
 * - A maximum's share is put back by max-unpooling, where the last of overlapping windows overwrites the others.
 *
 * Sums are conserved where modules stand apart and windows side by side, and nowhere else. Both halves, picture and baseline, are followed,
 * since a maximum's share is made of both. Captum takes differences below 1e-10 for none; here that is what single precision calls zero.
 */
import { numberAttribute } from './attributes.ts';
import type { DifferentiateOptions } from './differentiate.ts';
import { noDifference, rescaleElementwise, type Halves } from './deep-lift.ts';
import type { GradientContext, Operator } from './operators/operator.ts';

/** Operators that are modules with a hook: torch.nn's ReLU, LeakyReLU, ELU, Sigmoid, Tanh, Softplus and MaxPool. */
const hooked: ReadonlySet<string> = new Set(['Relu', 'LeakyRelu', 'Elu', 'Sigmoid', 'Tanh', 'Softplus', 'MaxPool']);

/** Whether a Sigmoid is a part of x·sigmoid(x), which is a module of its own, and one without a hook. */
function isOfSilu({ b, inputs: [x], outputs: [y] }: GradientContext): boolean {
  return b.nodes.some(({ op, inputs }) => op === 'Mul' && inputs.includes(x) && inputs.includes(y));
}

interface Hook {
  readonly context: GradientContext;
  readonly derivative: NonNullable<Operator['gradient']>;
}

/** @param halves see `twin`: the gradient asked for is that of both halves' scores */
export function captumHooks(halves: Halves): Required<Pick<DifferentiateOptions, 'rule' | 'revise'>> {
  /** By tensor, in the order in which the modules ran. */
  const hooks = new Map<string, Hook[]>();
  /** Whole gradients by tensor, before any hook replaced them. */
  const before = new Map<string, string>();

  /** The share of a maximum's output that the input has, from both halves, which are the same for both. */
  const maximum = ({ context }: Hook, gradient: string): string => {
    const { b, node } = context;
    const [[x, reference], [y, atBaseline]] = [halves(context.inputs[0]), halves(context.outputs[0])];
    const larger = b.add('Max', [y, atBaseline]);
    const share = (input: string, output: string, change: string): string => unpool(context, input, b.add('Mul', [before.get(output)!, change]));
    const shares = b.add('Add', [
      share(x, y, b.add('Sub', [larger, atBaseline])), share(reference, atBaseline, b.add('Sub', [y, larger])),
    ]);
    const difference = b.add('Sub', [x, reference]);
    return b.add('Where', [noDifference(b, difference), gradient, b.add('Div', [shares, difference])], {}, { name: node.name });
  };

  const replaced = (hook: Hook, gradient: string): string => {
    if (hook.context.node.op === 'MaxPool') return maximum(hook, gradient);
    const output = before.get(hook.context.outputs[0])!;
    return rescaleElementwise({ ...hook.context, gradients: [output] }, halves, () => gradient, hook.derivative);
  };

  return {
    rule(context, derivative) {
      const { node: { op, domain }, inputs: [input] } = context;
      if (domain !== '' || !hooked.has(op) || (op === 'Sigmoid' && isOfSilu(context))) return undefined;
      // The way back meets the last reader first.
      hooks.set(input, [{ context, derivative }, ...(hooks.get(input) ?? [])]);
      return undefined;
    },
    revise(tensor, gradient) {
      before.set(tensor, gradient);
      return (hooks.get(tensor) ?? []).reduce((current, hook) => replaced(hook, current), gradient);
    },
  };
}

/** Values [output's shape] put where each window's maximum is, and zero elsewhere; of windows with the same maximum the last one counts. */
function unpool({ b, node }: GradientContext, input: string, values: string): string {
  const { storage_order: _, ...attributes } = node.attributes;
  const [, indices] = b.addAll('MaxPool', [input], { ...attributes, ceil_mode: numberAttribute(node, 'ceil_mode', 0) }, { count: 2 });
  const flat = b.ints([-1]);
  const zeros = b.add('Mul', [b.add('Reshape', [input, flat]), b.scalar(0)]);
  // Runtimes write one after the other, so that the last one stands.
  const put = b.add('ScatterElements', [zeros, b.add('Reshape', [indices, flat]), b.add('Reshape', [values, flat])], { axis: 0 });
  return b.reshape(put, b.shape(input));
}
