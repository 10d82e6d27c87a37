/** How the result is looked at: one value, changed by the controls, followed by everything that shows it. */
import type { Display } from '../../src/protocol/display.ts';
import type { View } from '../../src/protocol/result-panel.ts';

export class ViewState {
  private readonly listeners: ((view: View) => void)[] = [];

  constructor(private view: View) {}

  get value(): View {
    return this.view;
  }

  change(patch: Partial<View>): void {
    this.view = { ...this.view, ...patch };
    for (const listener of this.listeners) listener(this.view);
  }

  changeDisplay(patch: Partial<Display>): void {
    this.change({ display: { ...this.view.display, ...patch } });
  }

  /** Calls at once and on every change. */
  follow(listener: (view: View) => void): void {
    this.listeners.push(listener);
    listener(this.view);
  }
}
