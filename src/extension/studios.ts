/** All studio panels. */
import { ViewColumn, window, type Disposable, type WebviewPanel } from 'vscode';
import type { GenerateResult } from '../protocol/generate.ts';
import { studioStateSchema, type Work } from '../protocol/studio-panel.ts';
import { studioViewType } from './ids.ts';
import { StudioPanel, type StudioServices } from './studio-panel.ts';
import { webviewOptions } from './webview-html.ts';

export class Studios implements Disposable {
  private readonly open = new Set<StudioPanel>();

  constructor(private readonly services: StudioServices) {}

  get all(): readonly StudioPanel[] {
    return [...this.open];
  }

  /** Makes something in a new panel. @param run whether to begin at once */
  start(work: Work, run = true): StudioPanel {
    const panel = this.adopt(window.createWebviewPanel(studioViewType, 'Studio', this.column(), webviewOptions(this.services.extensionUri)), work);
    if (run) void panel.session.start();
    return panel;
  }

  /** Shows what was made already in a new panel, as if it had been made there; it can be gone on with from its pictures. */
  show(work: Work, result: GenerateResult): StudioPanel {
    const panel = this.start(work, false);
    panel.session.adopt(result);
    return panel;
  }

  /** Takes over a panel that the editor restored after a reload. It shows what was chosen; a run can be long, so the person starts it. */
  restore(view: WebviewPanel, state: unknown): void {
    const parsed = studioStateSchema.safeParse(state);
    if (parsed.success) this.adopt(view, parsed.data.work);
    else view.dispose();
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  private adopt(view: WebviewPanel, work: Work): StudioPanel {
    const panel = new StudioPanel(view, work, this.services);
    this.open.add(panel);
    view.onDidDispose(() => this.open.delete(panel));
    return panel;
  }

  /** Where a studio is already, else beside what is being edited. */
  private column(): ViewColumn {
    const used = this.all.find((panel) => panel.view.visible)?.view.viewColumn;
    const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
    return used ?? (activeTab ? Math.min(viewColumn + 1, ViewColumn.Nine) : viewColumn);
  }
}
