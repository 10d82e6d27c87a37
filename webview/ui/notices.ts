/** What lies over the stage: progress with a way to stop it, an error with what to do next, and the words of an empty stage. */
import type { HostMessage } from '../../src/protocol/result-panel.ts';
import { button, iconButton, progressRing } from './controls.ts';
import { element, icon, newId } from './element.ts';

type ErrorMessage = Extract<HostMessage, { type: 'error' }>;

/** A bar along the top and, where it takes longer, words and a button; quick answers come before those would only flicker. */
export class BusyNotice {
  readonly root: HTMLElement;
  private readonly bar = element('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Progress' });
  private readonly message = element('span', { class: 'busy-message' });

  constructor(onCancel: () => void) {
    const cancel = button('Cancel', onCancel, { id: 'cancel' });
    const card = element('div', { class: 'busy-card' }, progressRing(), this.message, cancel);
    this.root = element('div', { class: 'busy', id: 'busy', hidden: true }, this.bar, card);
  }

  show(message: string, fraction: number | undefined): void {
    this.root.hidden = false;
    this.message.textContent = fraction === undefined ? message : `${message} ${Math.round(fraction * 100)} %`;
    this.bar.classList.toggle('indeterminate', fraction === undefined);
    this.bar.style.setProperty('--share', String(fraction ?? 0));
    if (fraction === undefined) this.bar.removeAttribute('aria-valuenow');
    else this.bar.setAttribute('aria-valuenow', String(Math.round(fraction * 100)));
  }

  hide(): void {
    this.root.hidden = true;
  }
}

/** Stays until it is closed or something else is shown. */
export class ErrorCard {
  readonly root = element('div', { class: 'error-card', id: 'error', role: 'alert', hidden: true });

  /** @param onClose called when a person closes it, by its button or by Escape */
  constructor(private readonly onAction: (id: string) => void, private readonly onClose: () => void) {
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !this.root.hidden) this.onClose();
    });
  }

  show({ error, actions }: ErrorMessage): void {
    const titleId = newId('error');
    const words = element('div', { class: 'error-words' }, element('p', { class: 'error-message', id: titleId }, error.message));
    if (error.help) words.append(element('p', { class: 'error-help' }, error.help));
    if (actions.length > 0) {
      words.append(element('div', { class: 'error-actions' }, ...actions.map(({ id, title }, index) => {
        const action = button(title, () => this.onAction(id), { appearance: index === 0 ? 'primary' : 'secondary' });
        action.dataset.action = id;
        return action;
      })));
    }
    this.root.dataset.reason = error.reason;
    this.root.replaceChildren(icon('error'), words, iconButton('close', 'Close (Escape)', () => this.onClose(), 'close-error'));
    this.root.hidden = false;
  }

  hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }
}

export class EmptyNotice {
  readonly root: HTMLElement;
  private readonly title = element('p', { class: 'empty-title' });
  private readonly text = element('p', { class: 'empty-text' });
  private readonly again = button('Try Again', () => this.onAgain?.(), { id: 'try-again', appearance: 'primary' });

  /** @param onAgain called when a person wants what was stopped after all */
  constructor(private readonly onAgain?: () => void) {
    this.root = element('div', { class: 'empty', id: 'empty' }, icon('eye'), this.title, this.text, this.again);
    this.again.hidden = true;
  }

  /** @param stopped whether there would be something, had it not been stopped */
  show(title: string, text: string, stopped = false): void {
    this.title.textContent = title;
    this.text.textContent = text;
    this.again.hidden = !stopped;
    this.root.hidden = false;
  }

  hide(): void {
    this.root.hidden = true;
  }
}
