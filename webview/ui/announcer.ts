/** Says things to a screen reader, and shows short messages briefly. */
import { element } from './element.ts';

const shownFor = 5000;

export class Announcer {
  readonly root: HTMLElement;
  private readonly spoken = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'announcement' });
  private readonly toast = element('div', { class: 'toast', 'aria-hidden': 'true', hidden: true });
  private timer = 0;

  constructor() {
    this.root = element('div', { class: 'announcer' }, this.spoken, this.toast);
  }

  say(message: string): void {
    this.spoken.textContent = message;
  }

  show(message: string): void {
    this.say(message);
    this.toast.textContent = message;
    this.toast.hidden = false;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.toast.hidden = true), shownFor);
  }
}
