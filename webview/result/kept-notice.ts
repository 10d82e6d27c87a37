/** Above the picture: that what is shown was kept from an earlier run, what has changed since, and the way to the other of the two. */
import type { KeptState } from '../../src/protocol/result-panel.ts';
import { formatValue } from '../../src/protocol/display.ts';
import { button } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';

export interface KeptListener {
  runAgain(): void;
  showKept(): void;
}

export class KeptNotice {
  readonly root = element('div', { class: 'kept-notice', id: 'kept', role: 'status', hidden: true });

  constructor(private readonly listener: KeptListener) {}

  show(kept: KeptState | null): void {
    this.root.hidden = kept === null;
    if (!kept) return;
    const changed = (kept.changes ?? []).length > 0 || (kept.difference ?? 0) > 0;
    this.root.dataset.state = kept.shown;
    this.root.classList.toggle('changed', changed);
    this.root.replaceChildren(
      icon(changed ? 'warning' : 'history'), element('p', {}, sentence(kept)),
      kept.shown === 'kept' ? button('Run Again', () => this.listener.runAgain(), { id: 'run-again' })
        : button('Show What Was Kept', () => this.listener.showKept(), { id: 'show-kept' }));
  }
}

function sentence({ time, shown, changes, difference }: KeptState): string {
  const when = new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const all = (changes ?? []).join(' ');
  if (shown === 'kept') {
    const since = changes === null ? '' : all === '' ? 'Nothing that it depends on has changed since.' : all;
    return `Kept from ${when}. ${since}`.trim();
  }
  if (changes === null || difference === undefined) return `Run again; first run ${when}. ${all}`.trim();
  return difference === 0
    ? `Run again: the same values as ${when}. ${all}`.trim()
    : `Run again: values differ by up to ${formatValue(difference)} from ${when}. ${all}`.trim();
}
