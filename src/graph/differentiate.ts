/**
 * Reverse-mode differentiation, graph to graph: adds the nodes that compute gradients, made of ordinary operators, so that any
 * inference runtime can run them. Nodes are only added for what the asked gradients depend on.
 */
import { UnsupportedOperatorError } from '../protocol/errors.ts';
import type { GraphBuilder } from './builder.ts';
import type { GradientContext, Operator, RectifierRule } from './operators/operator.ts';
import { operatorKey, operators } from './operators/registry.ts';

/**
 * What replaces the derivative of a node, for methods that send something else back; undefined where the derivative stands.
 * @param derivative the operator's own
 */
export type GradientRule = (context: GradientContext, derivative: NonNullable<Operator['gradient']>) => readonly (string | undefined)[] | undefined;

export interface DifferentiateOptions {
  /** How gradients pass rectifiers; default: their derivative. */
  readonly rectifier?: RectifierRule;
  readonly rule?: GradientRule;
  /** What goes on from a tensor in place of its whole gradient; for methods that look at the tensor, not at one of the nodes that read it. */
  readonly revise?: (tensor: string, gradient: string) => string;
}

/**
 * Adds the gradient of Σ seed·output.
 * @param output name of a tensor of the graph
 * @param seed name of a tensor of the output's shape, e.g. one-hot rows for the score of one class per sample
 * @param wrt names of the tensors to differentiate with respect to
 * @returns for each of `wrt` the name of a tensor of its shape; undefined where the output does not depend on it
 * @throws UnsupportedOperatorError (gradient) naming operator and node
 */
export function addGradients(
  b: GraphBuilder, output: string, seed: string, wrt: readonly string[], options: DifferentiateOptions = {},
): (string | undefined)[] {
  const dependent = new Set(wrt);
  const nodes = [];
  for (const node of b.nodes) {
    if (!node.inputs.some((input) => dependent.has(input))) continue;
    nodes.push(node);
    for (const name of node.outputs) if (name !== '') dependent.add(name);
  }
  /** Contributions to ∂/∂tensor that are still to be added up. */
  const contributions = new Map<string, string[]>([[output, [seed]]]);
  const whole = new Map<string, string>();
  const gradientOf = (name: string): string | undefined => {
    const parts = contributions.get(name);
    if (!parts || whole.has(name)) return whole.get(name);
    const sum = parts.reduce((a, c) => b.add('Add', [a, c]));
    whole.set(name, options.revise?.(name, sum) ?? sum);
    return whole.get(name);
  };
  const plain = (options.rectifier ?? 'gradient') === 'gradient' && !options.rule && !options.revise;
  /** Whether a tensor is made by rectifiers and only they ask for its gradient. */
  const endsAtZero = (name: string): boolean => {
    const node = b.producer(name);
    return !wrt.includes(name) && (node?.op === 'Relu' || (node?.op === 'Concat' && node.inputs.every(endsAtZero)));
  };
  const zeroWithTensor = new Set<string>();
  for (const node of nodes.reverse()) {
    const gradients = node.outputs.map(gradientOf);
    if (gradients.every((gradient) => gradient === undefined)) continue;
    const operator = operators.get(operatorKey(node));
    if (!operator?.gradient) throw new UnsupportedOperatorError(operatorKey(node), node.name, 'gradient');
    const context: GradientContext = {
      ...b.context(node),
      b, gradients, inputs: node.inputs, outputs: node.outputs,
      wants: (index) => dependent.has(node.inputs[index] ?? ''),
      rectifier: options.rectifier ?? 'gradient',
      endsAtZero: (index) => plain && endsAtZero(node.inputs[index]),
      zeroWithTensor,
    };
    const found = options.rule?.(context, operator.gradient) ?? operator.gradient(context);
    node.inputs.forEach((input, i) => {
      const gradient = found[i];
      if (gradient === undefined || !dependent.has(input)) return;
      contributions.set(input, [...(contributions.get(input) ?? []), gradient]);
    });
  }
  return wrt.map(gradientOf);
}
