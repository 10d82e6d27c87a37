/** The current cell in words, and a way to open it as a run of its own. */
import { button } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { factsOf } from '../ui/facts.ts';
import { metricRows } from '../ui/metric-words.ts';
import { shortNumber } from '../ui/plot-scale.ts';
import { formatProbability, formatSeconds } from '../ui/words.ts';
import type { Outcome } from '../../src/protocol/sweep-panel.ts';
import { stateWords, type CellView } from './cell-view.ts';

const ends: Record<Outcome['ended'], string> = { done: '', reached: ', goal reached', stopped: ', stopped', dead: ', the target does not respond' };

export class Detail {
  readonly root = element('section', { class: 'section detail', id: 'detail', 'aria-labelledby': 'detail-title', hidden: true });
  private readonly open;
  private shown = '';

  constructor(onOpen: () => void, private readonly onAction: (id: string) => void) {
    this.open = button('Open as Run', onOpen, { id: 'open', icon: 'link-external', title: 'Opens this cell as a run of its own (Enter)' });
  }

  show(view: CellView | undefined): void {
    this.root.hidden = view === undefined;
    if (!view) return;
    const { cell, name } = view;
    const content = JSON.stringify([name, cell.state, 'error' in cell ? cell.error : undefined, cell.state === 'busy' ? cell.message : undefined]);
    if (content === this.shown && cell.state !== 'done') return;
    this.shown = content;
    const state = stateWords(cell);
    this.root.replaceChildren(
      element('h2', { class: 'section-title', id: 'detail-title' }, 'Cell'),
      element('p', { class: 'detail-name' }, name),
      ...(cell.state === 'failed' ? this.failure(cell.error, cell.actions) : cell.state === 'done' ? [facts(view)] : [element('p', { class: 'parameter-help' }, `${state.charAt(0).toUpperCase()}${state.slice(1)}.`)]),
      element('div', { class: 'run-buttons' }, this.open));
  }

  private failure(error: { message: string; help: string }, actions: readonly { id: string; title: string }[]): Node[] {
    return [
      element('p', { class: 'detail-error' }, icon('error'), error.message), ...(error.help ? [element('p', { class: 'parameter-help' }, error.help)] : []),
      ...(actions.length > 0 ? [element('div', { class: 'run-buttons' }, ...actions.map(({ id, title }) => button(title, () => this.onAction(id))))] : []),
    ];
  }
}

function facts({ cell }: CellView): HTMLElement {
  const rows = cell.state !== 'done' ? [] : 'result' in cell.made
    ? factsOf(cell.made.result).map(({ term, value }) => ({ title: term, value }))
    : [...outcomeRows(cell.outcome), { title: 'Time', value: formatSeconds(cell.milliseconds / 1000) }];
  return element('dl', { class: 'facts-list' }, ...rows.flatMap(({ title, value }) => [element('dt', {}, title), element('dd', {}, value)]));
}

function outcomeRows(outcome: Outcome | undefined): { title: string; value: string }[] {
  if (!outcome) return [];
  const { ended, step, metrics, tops, curves } = outcome;
  return [
    { title: 'Steps', value: `${step}${ends[ended]}` },
    ...(tops.length > 0 ? [{ title: 'Seen as', value: tops.map((top) => `${top.name}, ${formatProbability(top.probability)}`).join('; ') }] : []),
    ...Object.entries(curves).map(([title, value]) => ({ title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`, value: shortNumber(value) })),
    ...metricRows(metrics),
  ];
}
