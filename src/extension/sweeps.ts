/** All sweep panels. */
import { window, type Disposable, type WebviewPanel } from 'vscode';
import { sweepStateSchema, type Swept } from '../protocol/sweep-panel.ts';
import { sweepViewType } from './ids.ts';
import { SweepPanel, type SweepServices } from './sweep-panel.ts';
import { webviewOptions } from './webview-html.ts';

export class Sweeps implements Disposable {
  private readonly open = new Set<SweepPanel>();

  constructor(private readonly services: SweepServices) {}

  get all(): readonly SweepPanel[] {
    return [...this.open];
  }

  /** Asks for the sides of a grid in a panel of its own, in the active column: it needs the room. */
  show(swept: Swept): SweepPanel {
    const { viewColumn } = window.tabGroups.activeTabGroup;
    return this.adopt(window.createWebviewPanel(sweepViewType, 'Sweep', viewColumn, webviewOptions(this.services.extensionUri)), swept);
  }

  /** Takes over a panel that the editor restored after a reload. It shows what was chosen; a grid takes long, so the person starts it. */
  restore(view: WebviewPanel, state: unknown): void {
    const parsed = sweepStateSchema.safeParse(state);
    if (parsed.success) this.adopt(view, parsed.data.swept);
    else view.dispose();
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  private adopt(view: WebviewPanel, swept: Swept): SweepPanel {
    const panel = new SweepPanel(view, swept, this.services);
    this.open.add(panel);
    view.onDidDispose(() => this.open.delete(panel));
    return panel;
  }
}
