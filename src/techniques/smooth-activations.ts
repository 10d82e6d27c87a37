/** Guided backpropagation and deconvolution are defined at rectifiers; what becomes of them at other activations is a choice to be made. */
import * as z from 'zod';
import type { Model } from '../graph/model.ts';
import { FoveaError } from '../protocol/errors.ts';

export const smoothParameter = z.enum(['refuse', 'as-is']).default('refuse').meta({
  title: 'Smooth activations',
  description: 'What to do where the model has activations that are no rectifiers, such as GELU, SiLU or sigmoid, for which the rule is not defined',
  choices: { refuse: 'Say so', 'as-is': 'Pass their plain gradient' },
});

const smoothActivations: ReadonlySet<string> = new Set([
  'Sigmoid', 'Tanh', 'Erf', 'Elu', 'Selu', 'Celu', 'HardSigmoid', 'HardSwish', 'Softplus', 'Softsign',
]);

/**
 * @returns what a person should know: that the rule does not act at some activations
 * @throws FoveaError `technique-unsuitable` for a model with smooth activations unless they are taken as they are
 */
export function checkActivations({ graph }: Model, smooth: z.output<typeof smoothParameter>, title: string): string[] {
  const found = graph.nodes.filter(({ op }) => smoothActivations.has(op));
  if (found.length === 0) return [];
  const named = `${[...new Set(found.map(({ op }) => op))].join(', ')} (node "${found[0].name}"${found.length > 1 ? ` and ${found.length - 1} more` : ''})`;
  if (smooth === 'as-is') return [`The rule of ${title} does not act at ${named}; the plain gradient passes there.`];
  throw new FoveaError('technique-unsuitable', `${title} is defined for rectifiers only, but the model has the activations ${named}.`,
    'Choose another technique, or set smooth=as-is to pass the plain gradient at those.');
}
