/** Guided backpropagation and deconvolution are defined at rectifiers; at which they act, and what other activations do, are choices to be made. */
import * as z from 'zod';
import type { Model } from '../graph/model.ts';
import { FoveaError } from '../protocol/errors.ts';

export const ruleParameters = {
  rectifiers: z.enum(['all', 'relu']).default('all').meta({
    title: 'Rectifiers', description: 'Where the rule acts',
    choices: { all: 'Also at ReLU6, LeakyReLU, PReLU and the like', relu: 'At ReLU alone, as in Captum; the plain gradient passes others' },
  }),
  smooth: z.enum(['refuse', 'as-is']).default('refuse').meta({
    title: 'Smooth activations',
    description: 'What to do where the model has activations that are no rectifiers, such as GELU, SiLU or sigmoid, for which the rule is not defined',
    choices: { refuse: 'Say so', 'as-is': 'Pass their plain gradient' },
  }),
};

const schema = z.object(ruleParameters);
export type RuleParameters = z.output<typeof schema>;

export const rulePresets = [{
  id: 'captum', title: 'Captum', description: 'Acts at ReLU alone, as the hooks of that library do, and those of pytorch-grad-cam',
  parameters: { rectifiers: 'relu', smooth: 'as-is' } as const,
}];

const otherRectifiers = ['Clip', 'LeakyRelu', 'PRelu', 'ThresholdedRelu'] as const;
const smoothActivations = ['Sigmoid', 'Tanh', 'Erf', 'Elu', 'Selu', 'Celu', 'HardSigmoid', 'HardSwish', 'Softplus', 'Softsign'] as const;

/**
 * @returns what a person should know: that the rule does not act at some activations
 * @throws FoveaError `technique-unsuitable` for a model with smooth activations unless they are taken as they are
 */
export function checkActivations(model: Model, { rectifiers, smooth }: RuleParameters, title: string): string[] {
  const unruled = named(model, smoothActivations);
  if (unruled !== undefined && smooth === 'refuse') {
    throw new FoveaError('technique-unsuitable', `${title} is defined for rectifiers only, but the model has the activations ${unruled}.`,
      'Choose another technique, or set smooth=as-is to pass the plain gradient at those.');
  }
  const passed = [unruled, rectifiers === 'relu' ? named(model, otherRectifiers) : undefined].filter((names) => names !== undefined);
  return passed.map((names) => `The rule of ${title} does not act at ${names}; the plain gradient passes there.`);
}

/** Names the operators that a model has of a list, and the first of their nodes; undefined where it has none. */
function named({ graph }: Model, ops: readonly string[]): string | undefined {
  const found = graph.nodes.filter(({ op }) => ops.includes(op));
  if (found.length === 0) return undefined;
  return `${[...new Set(found.map(({ op }) => op))].join(', ')} (node "${found[0].name}"${found.length > 1 ? ` and ${found.length - 1} more` : ''})`;
}
