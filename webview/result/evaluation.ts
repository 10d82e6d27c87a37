/** The section *Evaluation*: what measuring the map would take, the measures as they come, and what they mean. */
import type { EvaluationState } from '../../src/protocol/result-panel.ts';
import type { MetricId } from '../../src/protocol/measures.ts';
import { formatValue } from '../../src/protocol/display.ts';
import { button, progressRing } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import { aboutSeconds } from '../ui/words.ts';
import { CurveView } from './curve-view.ts';
import { MeasureList } from './measure-list.ts';
import { badgeParts } from './sanity-badge.ts';

export interface EvaluationListener {
  /** Asks what it would take. */
  plan(): void;
  /** @param only one of the measures; absent: all that have not been taken */
  evaluate(only?: MetricId): void;
  cancel(): void;
  /** @param message for a screen reader */
  said(message: string): void;
}

const explanation = 'Measures of how well the map tells what the model uses. They are taken only when you ask.';

export class EvaluationSection {
  readonly root: HTMLElement;
  private readonly details: HTMLDetailsElement;
  private readonly summary = element('summary', { class: 'badge', id: 'evaluation', title: explanation });
  private readonly words = element('p', { id: 'evaluation-words' });
  private readonly run = button('Evaluate', () => this.listener.evaluate(), { id: 'evaluate', appearance: 'primary' });
  private readonly stop = button('Cancel', () => this.listener.cancel(), { id: 'cancel-evaluation' });
  private readonly bar = element('div', { class: 'meter', role: 'progressbar', 'aria-label': 'Progress of the evaluation' });
  private readonly head = element('div', { class: 'evaluation-head' });
  private readonly error = element('div', { class: 'evaluation-error', role: 'alert', hidden: true });
  private readonly list = new MeasureList((only) => this.listener.evaluate(only));
  private readonly curves = new CurveView();
  private state: EvaluationState | null = null;
  private isAvailable = false;

  constructor(private readonly listener: EvaluationListener) {
    this.details = element('details', {}, this.summary,
      element('div', { class: 'badge-body' }, this.words, this.head, this.error, this.list.root, this.curves.root));
    this.root = element('section', { class: 'section', 'aria-label': 'Evaluation', hidden: true }, this.details);
    this.details.addEventListener('toggle', () => this.ask());
    this.refresh();
  }

  /** Whether there is a map to be measured. */
  set available(available: boolean) {
    this.isAvailable = available;
    if (available) this.root.hidden = false;
    this.refresh();
    this.ask();
  }

  open(): void {
    this.details.open = true;
    this.summary.focus();
    this.root.scrollIntoView({ block: 'nearest' });
  }

  show(state: EvaluationState | null): void {
    const wasRunning = this.state?.running !== undefined;
    this.state = state;
    this.refresh();
    if (wasRunning && state && !state.running && !state.error) this.listener.said(`Evaluated. ${found(state)}`);
    this.ask();
  }

  /** What it would take is found out once somebody looks. */
  private ask(): void {
    if (this.details.open && this.isAvailable && this.state === null) this.listener.plan();
  }

  private refresh(): void {
    const { state } = this;
    const [symbol, label] = labelOf(state);
    this.root.dataset.state = stateName(state);
    this.summary.replaceChildren(...badgeParts(symbol, label));
    this.words.textContent = state ? wordsOf(state) : explanation;
    this.error.hidden = !state?.error;
    this.error.replaceChildren(...[state?.error?.message, state?.error?.help].filter(Boolean).map((words) => element('p', {}, words!)));
    this.bar.style.setProperty('--share', String(state?.running?.fraction ?? 0));
    this.bar.setAttribute('aria-valuenow', String(Math.round((state?.running?.fraction ?? 0) * 100)));
    this.head.replaceChildren(...this.tools(state));
    if (!state) return;
    this.list.show(state);
    this.curves.show(state.taken);
  }

  private tools(state: EvaluationState | null): HTMLElement[] {
    if (!state) return this.isAvailable ? [progressRing(), element('span', {}, 'Finding out what it takes…')] : [];
    if (state.running) return [this.bar, this.stop];
    if (state.plan.length > 0 && remaining(state).length === 0) return [];
    this.run.replaceChildren(state.error ? 'Try Again' : state.taken.length > 0 ? 'Continue' : 'Evaluate');
    return [this.run];
  }
}

function remaining({ plan, taken }: EvaluationState): EvaluationState['plan'] {
  return plan.filter(({ id, unsuitable }) => unsuitable === undefined && !taken.some((one) => one.id === id));
}

function stateName(state: EvaluationState | null): string {
  if (!state) return 'unknown';
  if (state.running) return 'running';
  if (state.error) return 'failed';
  return remaining(state).length === 0 ? 'done' : state.taken.length > 0 ? 'stopped' : 'planned';
}

function labelOf(state: EvaluationState | null): [icon: string, words: string] {
  if (state?.running) return ['sync', `Evaluating… ${Math.round(state.running.fraction * 100)} %`];
  if (state?.error) return ['error', 'Evaluation failed'];
  if (!state || state.taken.length === 0) return ['graph-line', 'Evaluation'];
  return ['graph-line', `Evaluation: ${state.taken.length} of ${state.plan.filter(({ unsuitable }) => unsuitable === undefined).length} measures`];
}

function wordsOf(state: EvaluationState): string {
  if (state.running) return `${state.running.title}…`;
  const rest = remaining(state);
  if (rest.length === 0) return 'How well the map tells what the model uses. No single measure decides it; compare maps of the same picture.';
  const known = rest.filter(({ seconds }) => seconds !== undefined);
  const seconds = known.reduce((sum, measure) => sum + measure.seconds!, 0);
  const what = `${rest.length} ${rest.length === 1 ? 'measure' : 'measures'}`;
  const beyond = known.length < rest.length ? ', and some runs of the technique' : '';
  const before = state.saved ? ' The recipe holds values from when it was saved.' : '';
  return `${state.taken.length > 0 ? 'Still to be taken' : explanation.split('.')[0]}: ${what}, ${aboutSeconds(seconds)}${beyond}.${before}`;
}

function found({ taken }: EvaluationState): string {
  return `${taken.map(({ title, value }) => `${title} ${formatValue(value)}`).join(', ')}.`;
}
