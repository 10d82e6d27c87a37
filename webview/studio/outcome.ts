/** What became of it: the verdict on a fooling image, what the model sees, numbers, and what is to be known. */
import type { Prediction } from '../../src/protocol/engine.ts';
import type { StudioResult } from '../../src/protocol/studio-panel.ts';
import { element, icon } from '../ui/element.ts';
import { formatDuration, formatProbability } from '../ui/words.ts';
import { metricRows } from '../ui/metric-words.ts';
import { verdictOf, type Fooling } from './verdict.ts';

const predictionsShown = 5;
/** Of each of the three lists of a fooling image. */
const comparedShown = 3;

export class Outcome {
  readonly root = element('div', { class: 'outcome', id: 'outcome' });
  /** How it was made: beneath the parameters. */
  readonly details = element('div', { class: 'outcome', id: 'made' });

  clear(): void {
    this.root.replaceChildren();
    this.details.replaceChildren();
  }

  /** @param chosen picture of a contact sheet */
  show(result: StudioResult, chosen: number): void {
    const { fooling, notes } = result;
    const wanted = new Set(result.classes.map(({ index }) => index));
    const isDead = result.ended === 'dead';
    const remarks = notes.length === 0 ? [] : [element('ul', { class: 'notes' }, ...notes.map((note) => element('li', {}, icon(isDead ? 'warning' : 'info'), note)))];
    this.root.replaceChildren(
      ...(fooling ? [verdict(fooling)] : []),
      ...(isDead && remarks.length > 0 ? [section('Nothing to see', ...remarks)] : []),
      ...(fooling ? foolingPredictions(fooling) : predictionLists(result, chosen, wanted)),
    );
    this.details.replaceChildren(section('Details', facts(result), ...(isDead ? [] : remarks)));
  }
}

function section(title: string, ...content: Node[]): HTMLElement {
  return element('section', { class: 'section' }, element('h2', { class: 'section-title' }, title), ...content);
}

function verdict(fooling: Fooling): HTMLElement {
  const { kind, title, text } = verdictOf(fooling);
  const sign = { fooled: 'pass', fragile: 'warning', 'not-fooled': 'circle-slash' }[kind];
  return element('section', { class: `section verdict verdict-${kind}`, id: 'verdict', 'data-kind': kind },
    element('h2', { class: 'verdict-title' }, icon(sign), title), element('p', {}, text));
}

function foolingPredictions({ before, after, asSaved, target }: Fooling): HTMLElement[] {
  const wanted = new Set(target ? [target.index] : []);
  return [
    ...(before.length > 0 ? [section('Before', list(before, new Set(), comparedShown))] : []),
    section('After', list(after, wanted, comparedShown)),
    section('As saved (8-bit PNG)', list(asSaved, wanted, comparedShown)),
  ];
}

function predictionLists({ predictions }: StudioResult, chosen: number, wanted: ReadonlySet<number>): HTMLElement[] {
  const shown = predictions[chosen];
  return shown && shown.length > 0 ? [section('Predictions', list(shown, wanted, predictionsShown))] : [];
}

/** Bars; the class that was wanted is marked. */
function list(predictions: readonly Prediction[], wanted: ReadonlySet<number>, most: number): HTMLElement {
  return element('ol', { class: 'predictions' }, ...predictions.slice(0, most).map(({ index, name, probability }) => {
    const fill = element('span', { class: 'bar-fill' });
    fill.style.width = `${Math.max(probability * 100, 0.5)}%`;
    const current = wanted.has(index);
    return element('li', { class: 'prediction plain', 'data-class': index, 'aria-current': current ? 'true' : undefined },
      element('span', { class: 'prediction-name', title: name }, ...(current ? [icon('target')] : []), name),
      element('span', { class: 'prediction-value' }, formatProbability(probability)), element('span', { class: 'bar' }, fill));
  }));
}

function facts({ step, total, ended, milliseconds, runtime, recipe, metrics }: StudioResult): HTMLElement {
  const ways = { done: 'all steps done', reached: 'goal reached', stopped: 'stopped', dead: 'the target does not respond' };
  const rows: [string, string][] = [
    ...metricRows(metrics).map(({ title, value }): [string, string] => [title, value]),
    ['Ended', `${ways[ended]}, ${step} of ${total} steps`],
    ['Per step', formatDuration(milliseconds.step)],
    ['Seed', String(recipe.seed)],
    ['Runtime', runtime],
    ...(recipe.continued ? [['Continued', `at step ${recipe.continued.map(({ step: at }) => at).join(', ')}`] as [string, string]] : []),
    ...(recipe.steered.length > 0 ? [['Steered', `${recipe.steered.length} change${recipe.steered.length === 1 ? '' : 's'} while it ran`] as [string, string]] : []),
  ];
  return element('dl', { class: 'facts-list' }, ...rows.flatMap(([title, value]) => [element('dt', {}, title), element('dd', {}, value)]));
}
