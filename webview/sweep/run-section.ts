/** What the grid costs, how far it is, and the buttons that drive it. */
import { button } from '../ui/controls.ts';
import { element, setAttributes } from '../ui/element.ts';

export interface RunListener {
  run(): void;
  continue(): void;
  cancel(): void;
}

export interface RunState {
  /** What the grid takes that Run would draw. */
  readonly cost: string;
  /** Why it cannot be drawn; empty while nothing is known of it. */
  readonly refused: string | undefined;
  /** Whether it is another grid than the one that is shown. */
  readonly changed: boolean;
  readonly busy: boolean;
  readonly done: number;
  readonly total: number;
  /** How far the cell under way is, 0..1. */
  readonly fraction: number;
  /** About how long it still takes, in words. */
  readonly left: string | undefined;
}

export class RunSection {
  readonly root: HTMLElement;
  private readonly run;
  private readonly more;
  private readonly cancel;
  private readonly cost = element('p', { class: 'run-cost', id: 'cost' });
  private readonly refused = element('p', { class: 'parameter-error', id: 'refused', role: 'alert', hidden: true });
  private readonly bar = element('div', { class: 'meter', role: 'progressbar', 'aria-label': 'Cells done', 'aria-valuemin': 0 });
  private readonly words = element('p', { class: 'run-words', id: 'progress' });

  constructor(listener: RunListener) {
    this.run = button('Run', () => listener.run(), { id: 'run', appearance: 'primary', icon: 'play' });
    this.more = button('Continue', () => listener.continue(), { id: 'continue', icon: 'debug-continue', title: 'Makes the cells that are missing' });
    this.cancel = button('Cancel', () => listener.cancel(), { id: 'cancel', icon: 'close', title: 'What is there stays' });
    this.root = element('section', { class: 'section run', 'aria-label': 'Run' },
      element('div', { class: 'run-buttons' }, this.run, this.cancel, this.more), this.cost, this.refused, this.bar, this.words);
  }

  show({ cost, refused, changed, busy, done, total, fraction, left }: RunState): void {
    const missing = !busy && total > 0 && done < total;
    this.run.hidden = busy;
    this.run.disabled = refused !== undefined || (!changed && total > 0 && done === total);
    this.cancel.hidden = !busy;
    this.more.hidden = !missing || changed;
    this.run.hidden ||= missing && !changed;
    this.cost.textContent = cost;
    this.cost.hidden = refused !== undefined;
    this.refused.textContent = refused ?? '';
    this.refused.hidden = !refused;
    this.bar.hidden = total === 0;
    this.bar.style.setProperty('--share', String(total > 0 ? (done + fraction) / total : 0));
    setAttributes(this.bar, { 'aria-valuenow': done, 'aria-valuemax': Math.max(total, 1) });
    const state = busy ? left : missing ? 'stopped' : changed && total > 0 ? 'Run draws the new grid' : undefined;
    this.words.textContent = total === 0 ? '' : [`${done} of ${total}`, state].filter(Boolean).join(' · ');
  }
}
