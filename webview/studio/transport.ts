/** How the run is driven: run, pause, resume, stop, more steps, another seed; and how far it is. */
import type { Phase } from '../../src/protocol/studio-panel.ts';
import { readNumber } from '../../src/protocol/parameter-controls.ts';
import { button, iconButton } from '../ui/controls.ts';
import { element, setAttributes } from '../ui/element.ts';

export interface TransportListener {
  run(): void;
  pause(): void;
  resume(): void;
  stop(): void;
  cancel(): void;
  more(steps: number): void;
  reseed(): void;
  sweep(): void;
}

export interface TransportState {
  readonly phase: Phase;
  /** Whether what is shown can be gone on with; and whether nothing but its pictures was kept. */
  readonly canContinue: boolean;
  readonly fromPictures: boolean;
  /** Whether there is an optimiser that remembers earlier steps; an attack goes by the picture alone. */
  readonly optimises: boolean;
  /** What must be chosen first, as a sentence. */
  readonly lacking: string | undefined;
  /** What is being done, while the run is being prepared. */
  readonly message: string | undefined;
}

export interface Progress {
  readonly step: number;
  readonly total: number;
}

const usualSteps = 50;

export class Transport {
  readonly root: HTMLElement;
  private readonly run = button('Run', () => this.listener.run(), { id: 'run', appearance: 'primary', icon: 'play' });
  private readonly pause = button('Pause', () => this.listener.pause(), { id: 'pause', icon: 'debug-pause' });
  private readonly resume = button('Resume', () => this.listener.resume(), { id: 'resume', appearance: 'primary', icon: 'debug-continue' });
  private readonly stop = button('Stop', () => this.listener.stop(), { id: 'stop', icon: 'debug-stop', title: 'Ends the run and keeps the picture' });
  private readonly cancel = button('Cancel', () => this.listener.cancel(), { id: 'cancel', icon: 'close' });
  private readonly reseed = iconButton('refresh', 'Run with another seed', () => this.listener.reseed(), 'reseed');
  private readonly sweep = button('Sweep…', () => this.listener.sweep(), { id: 'sweep', icon: 'table', title: 'Makes a grid of pictures over two parameters' });
  private readonly steps = element('input', { id: 'more-steps', class: 'number-input', type: 'text', inputmode: 'numeric', value: usualSteps, 'aria-label': 'Steps to add' });
  private readonly more = button('Continue', () => this.addSteps(), { id: 'continue', title: 'Goes on for so many more steps' });
  private readonly moreRow: HTMLElement;
  private readonly bar = element('div', { class: 'meter', role: 'progressbar', 'aria-label': 'Steps done', 'aria-valuemin': 0 });
  private readonly words = element('p', { class: 'transport-words', id: 'progress' });
  private progress: Progress | undefined;
  private readonly loss = element('p', { class: 'transport-words', id: 'loss', hidden: true });

  private state: TransportState = { phase: 'idle', canContinue: false, fromPictures: false, optimises: true, lacking: undefined, message: undefined };

  constructor(private readonly listener: TransportListener) {
    this.moreRow = element('div', { class: 'transport-more' }, this.more, this.steps, element('span', { class: 'transport-unit' }, 'more steps'));
    this.steps.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.addSteps();
    });
    this.steps.addEventListener('input', () => this.refresh());
    this.root = element('section', { class: 'section transport', 'aria-label': 'Run' },
      element('div', { class: 'transport-buttons' }, this.run, this.pause, this.resume, this.stop, this.cancel, this.reseed, this.sweep), this.bar, this.words, this.moreRow, this.loss);
    this.refresh();
  }

  show(state: TransportState): void {
    this.state = state;
    this.refresh();
  }

  showProgress(progress: Progress | undefined): void {
    this.progress = progress;
    this.refresh();
  }

  private refresh(): void {
    const { phase, canContinue, fromPictures, optimises, lacking, message } = this.state;
    const going = phase === 'running' || phase === 'paused';
    this.run.hidden = phase !== 'idle';
    this.run.disabled = this.sweep.disabled = lacking !== undefined;
    this.reseed.hidden = phase !== 'idle' || this.progress === undefined;
    this.sweep.hidden = phase !== 'idle';
    this.pause.hidden = phase !== 'running';
    this.resume.hidden = phase !== 'paused';
    this.stop.hidden = !going;
    this.cancel.hidden = phase !== 'preparing' && phase !== 'ending';
    this.moreRow.hidden = !going && !(phase === 'idle' && canContinue);
    this.loss.textContent = `Continues from the picture as kept, rounded to 8 bits${optimises ? '; the optimiser starts afresh' : ''}.`;
    this.loss.hidden = going || this.moreRow.hidden || !fromPictures;
    this.more.textContent = going ? 'Add' : 'Continue';
    this.more.disabled = this.wanted === undefined;
    setAttributes(this.steps, { 'aria-invalid': this.wanted === undefined ? 'true' : undefined });
    this.showBar(message);
  }

  private showBar(message: string | undefined): void {
    const { phase, lacking = '' } = this.state;
    const { step = 0, total = 0 } = this.progress ?? {};
    const indeterminate = phase === 'preparing';
    this.bar.hidden = phase === 'idle' && this.progress === undefined;
    this.bar.classList.toggle('indeterminate', indeterminate);
    this.bar.style.setProperty('--share', String(total > 0 ? Math.min(step / total, 1) : 0));
    setAttributes(this.bar, indeterminate ? { 'aria-valuenow': undefined, 'aria-valuemax': undefined } : { 'aria-valuenow': step, 'aria-valuemax': Math.max(total, 1) });
    const done = this.progress ? `Step ${step} of ${total}` : '';
    const state = { idle: lacking, preparing: message ?? 'Preparing…', running: '', paused: 'paused', ending: 'ending after this step…' }[phase];
    this.words.textContent = phase === 'preparing' ? state : [done, state].filter(Boolean).join(' · ');
  }

  private get wanted(): number | undefined {
    const steps = readNumber(this.steps.value);
    return Number.isInteger(steps) && steps >= 1 && steps <= 10_000 ? steps : undefined;
  }

  private addSteps(): void {
    if (this.wanted !== undefined) this.listener.more(this.wanted);
  }
}
