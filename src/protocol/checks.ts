/** Kinds of sanity checks, as every view names them. */

/**
 * What is made meaningless. cascading: the weights from the logits down, more at each step; independent: those of one layer at a time;
 * random-logit: nothing, but another class is explained.
 */
export const checkModes = ['cascading', 'independent', 'random-logit'] as const;
export type CheckMode = (typeof checkModes)[number];

/** title: a few words; question: what the check asks, as a sentence; step: what is at each step. */
export const checkWords: Readonly<Record<CheckMode, { readonly title: string; readonly question: string; readonly step: string }>> = {
  cascading: {
    title: 'From the top down', step: 'Layers shuffled',
    question: 'Does the map change as the weights are shuffled layer after layer, from the logits down?',
  },
  independent: {
    title: 'One layer at a time', step: 'Layers from the top',
    question: 'Does the map change when the weights of one layer alone are shuffled?',
  },
  'random-logit': {
    title: 'Another class', step: 'Other classes',
    question: 'Does the map change when another class, drawn at random, is explained?',
  },
};

/** Maps that a whole check makes at most, beside the map that is checked. */
export const mostSteps: Readonly<Record<CheckMode, number>> = { cascading: 16, independent: 16, 'random-logit': 5 };
