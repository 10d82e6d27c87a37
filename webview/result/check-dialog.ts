/** All sanity checks of a map: a tab for each mode, with what it asks, how far it is, and what it found. */
import { checkModes, checkWords, mostSteps, type CheckMode } from '../../src/protocol/checks.ts';
import type { CheckState } from '../../src/protocol/result-panel.ts';
import { button, iconButton } from '../ui/controls.ts';
import { element, icon, setAttributes } from '../ui/element.ts';
import { CheckReport } from './check-report.ts';

export interface CheckListener {
  check(mode: CheckMode): void;
  cancel(): void;
  /** @param message for a screen reader */
  said(message: string): void;
}

type Checks = Readonly<Partial<Record<CheckMode, CheckState>>>;

export class CheckDialog {
  readonly root: HTMLDialogElement;
  private readonly tabs = new Map<CheckMode, HTMLButtonElement>();
  private readonly question = element('p', { class: 'dialog-text' });
  private readonly head = element('div', { class: 'evaluation-head' });
  private readonly bar = element('div', { class: 'meter', role: 'progressbar', 'aria-label': 'Progress of the check' });
  private readonly run = button('Check', () => this.listener.check(this.mode), { id: 'check-run', appearance: 'primary' });
  private readonly stop = button('Cancel', () => this.listener.cancel(), { id: 'check-cancel' });
  private readonly failure = element('p', { class: 'evaluation-error', role: 'alert', hidden: true });
  private readonly report = new CheckReport();
  private readonly body = element('div', { class: 'check-body', role: 'tabpanel', id: 'check-panel' });
  private mode: CheckMode = 'cascading';
  private checks: Checks = {};

  constructor(private readonly listener: CheckListener) {
    for (const mode of checkModes) {
      const tab = element('button', { type: 'button', class: 'check-tab', role: 'tab', id: `check-tab-${mode}`, 'aria-controls': 'check-panel' });
      tab.addEventListener('click', () => this.choose(mode));
      this.tabs.set(mode, tab);
    }
    const list = element('div', { class: 'check-tabs', role: 'tablist', 'aria-label': 'What is made meaningless' }, ...this.tabs.values());
    list.addEventListener('keydown', (event) => this.keyDown(event));
    this.body.append(this.question, this.head, this.failure, this.report.root);
    this.root = element('dialog', { class: 'dialog check-dialog', id: 'checks', 'aria-labelledby': 'checks-title' },
      element('div', { class: 'check-head' }, element('h2', { id: 'checks-title', class: 'dialog-title' }, 'Does this map depend on the model?'),
        iconButton('close', 'Close (Escape)', () => this.root.close(), 'checks-close')), list, this.body);
    this.refresh();
  }

  open(): void {
    if (!this.root.open) this.root.showModal();
    this.refresh();
  }

  show(checks: Checks): void {
    for (const mode of checkModes) {
      const state = checks[mode];
      if (state?.state === 'done' && this.checks[mode]?.state !== 'done') this.listener.said(`${checkWords[mode].title}: ${state.result.verdict.sentence}`);
    }
    this.checks = checks;
    this.refresh();
  }

  private choose(mode: CheckMode): void {
    this.mode = mode;
    this.refresh();
  }

  /** Arrow keys go from tab to tab. */
  private keyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.choose(checkModes[(checkModes.indexOf(this.mode) + step + checkModes.length) % checkModes.length]);
    this.tabs.get(this.mode)?.focus();
  }

  private refresh(): void {
    if (!this.root.open) return;
    const state = this.checks[this.mode];
    for (const [mode, tab] of this.tabs) {
      const chosen = mode === this.mode;
      setAttributes(tab, { 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
      tab.replaceChildren(checkWords[mode].title, ...signOf(this.checks[mode]));
    }
    setAttributes(this.body, { 'aria-labelledby': `check-tab-${this.mode}` });
    this.question.textContent = checkWords[this.mode].question;
    this.failure.hidden = state?.state !== 'failed';
    this.failure.textContent = state?.state === 'failed' ? state.message : '';
    this.head.replaceChildren(...this.tools(state));
    this.report.show(state?.state === 'done' ? state.result : undefined);
  }

  private tools(state: CheckState | undefined): HTMLElement[] {
    if (state?.state === 'done') return [];
    if (state?.state === 'running') {
      const percent = Math.round((state.fraction ?? 0) * 100);
      this.bar.style.setProperty('--share', String(state.fraction ?? 0));
      setAttributes(this.bar, { 'aria-valuenow': percent });
      return [element('span', {}, `Checking… ${percent} %`), this.bar, this.stop];
    }
    this.run.replaceChildren(state ? 'Try Again' : 'Check');
    return [this.run, element('span', { class: 'badge-rule' }, `Runs the technique up to ${mostSteps[this.mode] + 1} times; the model’s file is not touched.`)];
  }
}

function signOf(state: CheckState | undefined): HTMLElement[] {
  if (state?.state === 'running') return [icon('sync')];
  if (state?.state === 'failed') return [icon('error')];
  if (state?.state !== 'done') return [];
  return [element('span', { class: `check-sign ${state.result.verdict.level}` }, { passed: 'passed', mixed: 'unclear', failed: 'failed' }[state.result.verdict.level])];
}
