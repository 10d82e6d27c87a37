/** The measures of an evaluation, one line each: its name, its direction, and its value or what it will take; what it means on demand. */
import { formatValue } from '../../src/protocol/display.ts';
import { directions, type Evaluation, type MetricId, type PlannedMeasure } from '../../src/protocol/measures.ts';
import type { EvaluationState } from '../../src/protocol/result-panel.ts';
import { button, progressRing } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { aboutSeconds, formatSeconds } from '../ui/words.ts';

interface Row {
  readonly root: HTMLElement;
  readonly value: HTMLElement;
  readonly cost: HTMLElement;
  /** Takes this measure alone. */
  readonly take: HTMLElement;
}

export class MeasureList {
  readonly root = element('ul', { class: 'measures', 'aria-label': 'Measures' });
  /** Kept while the measures are the same, so that what is open stays open. */
  private rows = new Map<MetricId, Row>();

  /** @param take called with a measure that is to be taken alone */
  constructor(private readonly take: (id: MetricId) => void) {}

  show({ plan, taken, saved = [], running }: EvaluationState): void {
    if (plan.length !== this.rows.size || plan.some(({ id }) => !this.rows.has(id))) {
      this.rows = new Map(plan.map((measure) => [measure.id, rowOf(measure, this.take)]));
      this.root.replaceChildren(...[...this.rows.values()].map(({ root }) => root));
    }
    for (const measure of plan) {
      const { root, value, cost, take } = this.rows.get(measure.id)!;
      const evaluation = taken.find(({ id }) => id === measure.id);
      const isRunning = running?.title === measure.title && !evaluation;
      root.dataset.state = evaluation ? 'taken' : isRunning ? 'running' : measure.unsuitable !== undefined ? 'unsuitable' : 'waiting';
      take.hidden = evaluation !== undefined || running !== undefined || measure.unsuitable !== undefined;
      value.classList.toggle('none', !evaluation);
      value.replaceChildren(...(isRunning ? [progressRing(), element('span', { class: 'visually-hidden' }, 'being taken')] : [valueWords(measure, evaluation, running !== undefined)]));
      const before = saved.find(({ id }) => id === measure.id);
      cost.textContent = [costWords(measure, evaluation), before && `It was ${formatValue(before.value)} when the recipe was saved.`].filter(Boolean).join(' ');
    }
  }
}

function rowOf({ id, title, better, description, caveat }: PlannedMeasure, onTake: (id: MetricId) => void): Row {
  const take = button('Measure Only This', () => onTake(id));
  const value = element('span', { class: 'measure-value' });
  const cost = element('p', { class: 'measure-cost' });
  const root = element('li', { class: 'measure', 'data-measure': id }, element('details', {},
    element('summary', { class: 'measure-summary', title: description }, icon('chevron-right'), element('span', { class: 'measure-title' }, title), value,
      element('span', { class: 'measure-direction' }, directions[better].words)),
    element('div', { class: 'measure-body' }, element('p', {}, description), element('p', { class: 'measure-caveat' }, caveat), cost, take)));
  return { root, value, cost, take };
}

function valueWords({ seconds, unsuitable }: PlannedMeasure, evaluation: Evaluation | undefined, running: boolean): string {
  if (evaluation) return formatValue(evaluation.value);
  if (unsuitable !== undefined) return 'does not apply';
  if (running) return 'waiting';
  return seconds === undefined ? '' : seconds === 0 ? 'at once' : aboutSeconds(seconds);
}

function costWords({ cost, seconds, unsuitable }: PlannedMeasure, evaluation: Evaluation | undefined): string {
  if (unsuitable !== undefined) return unsuitable;
  if (evaluation) return `It took ${cost}: ${formatSeconds(evaluation.milliseconds / 1000)}.`;
  return seconds === undefined || seconds === 0 ? `It takes ${cost}.` : `It takes ${cost}, ${aboutSeconds(seconds)}.`;
}
