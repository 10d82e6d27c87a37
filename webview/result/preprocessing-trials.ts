/** The dialog that corrects a model's preprocessing: what it predicts under each common one, so that the right one shows itself. */
import type { HostMessage } from '../../src/protocol/result-panel.ts';
import type { Preprocessing } from '../../src/protocol/preprocessing.ts';
import { button, progressRing } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import { formatPreprocessing, formatProbability } from '../ui/words.ts';

type Trial = Extract<HostMessage, { type: 'preprocessing-trials' }>['trials'][number];

export class PreprocessingTrials {
  readonly root: HTMLDialogElement;
  private readonly list = element('div', { class: 'trials', role: 'radiogroup', 'aria-labelledby': 'trials-title' });
  private readonly use = button('Use in This Panel', () => this.finish(false), { id: 'trial-use' });
  private readonly save = button('Save with Model', () => this.finish(true), { id: 'trial-save', appearance: 'primary' });
  private chosen: Preprocessing | undefined;

  constructor(private readonly onUse: (preprocessing: Preprocessing, save: boolean) => void) {
    this.root = element('dialog', { class: 'dialog', id: 'trials', 'aria-labelledby': 'trials-title' },
      element('h2', { id: 'trials-title', class: 'dialog-title' }, 'Choose the preprocessing'),
      element('p', { class: 'dialog-text' }, 'Pick the one under which the model names this picture correctly.'),
      this.list, element('div', { class: 'dialog-actions' }, button('Cancel', () => this.root.close()), this.use, this.save));
  }

  /** @param canSave whether a sidecar can be written beside the model */
  open(canSave: boolean): void {
    this.chosen = undefined;
    this.save.hidden = !canSave;
    this.use.setAttribute('appearance', canSave ? 'secondary' : 'primary');
    this.list.replaceChildren(element('div', { class: 'trials-wait' }, progressRing(), 'Trying common preprocessings…'));
    this.updateActions();
    this.root.showModal();
  }

  close(): void {
    this.root.close();
  }

  show(trials: readonly Trial[]): void {
    if (!this.root.open) return;
    this.list.replaceChildren(...trials.map((trial) => this.row(trial)));
    this.updateActions();
  }

  private row({ title, preprocessing, predictions, current }: Trial): HTMLElement {
    const same = JSON.stringify(preprocessing) === JSON.stringify(this.chosen);
    const input = element('input', { type: 'radio', name: 'trial', class: 'trial-input' });
    input.checked = same || (this.chosen === undefined && current);
    if (input.checked) this.chosen = preprocessing;
    input.addEventListener('change', () => {
      this.chosen = preprocessing;
      this.updateActions();
    });
    const head = element('span', { class: 'trial-title' }, title, ...(current ? [element('span', { class: 'tag' }, 'in use')] : []));
    const guesses = element('ul', { class: 'trial-predictions' }, ...predictions.slice(0, 3).map((prediction) => {
      const fill = element('span', { class: 'bar-fill' });
      fill.style.width = `${Math.max(prediction.probability * 100, 0.5)}%`;
      return element('li', {}, element('span', { class: 'prediction-name' }, prediction.name),
        element('span', { class: 'prediction-value' }, formatProbability(prediction.probability)), element('span', { class: 'bar' }, fill));
    }));
    return element('label', { class: 'trial' }, input, element('span', { class: 'trial-body' }, head,
      element('span', { class: 'trial-values' }, formatPreprocessing(preprocessing)), guesses));
  }

  private updateActions(): void {
    this.use.disabled = this.chosen === undefined;
    this.save.disabled = this.chosen === undefined;
  }

  private finish(save: boolean): void {
    if (this.chosen) this.onUse(this.chosen, save);
    this.root.close();
  }
}
