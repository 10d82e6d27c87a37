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
    question: 'Does the map change as the model forgets what it learned, from the logits down, layer after layer?',
  },
  independent: {
    title: 'One layer at a time', step: 'Layers from the top',
    question: 'Does the map change when the weights of a single layer are shuffled, and all others are as they are?',
  },
  'random-logit': {
    title: 'Another class', step: 'Other classes',
    question: 'Is the map another one when a class drawn by chance is explained, with the model as it is?',
  },
};

/** Maps that a whole check makes at most, beside the map that is checked. */
export const mostSteps: Readonly<Record<CheckMode, number>> = { cascading: 16, independent: 16, 'random-logit': 5 };
