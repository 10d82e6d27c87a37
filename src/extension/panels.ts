/** All result panels: one per picture and technique. */
import { ViewColumn, window, type Disposable, type WebviewPanel } from 'vscode';
import { panelStateSchema, type Subject } from '../protocol/result-panel.ts';
import { ResultPanel, type PanelServices } from './result-panel.ts';
import { webviewOptions } from './webview-html.ts';

export const resultViewType = 'fovea.result';

export class Panels implements Disposable {
  private readonly open = new Set<ResultPanel>();

  constructor(private readonly services: PanelServices) {}

  get all(): readonly ResultPanel[] {
    return [...this.open];
  }

  get active(): ResultPanel | undefined {
    return this.all.find((panel) => panel.view.active);
  }

  /** Explains in the panel of this picture and technique; opens one beside what is being edited, or where panels are already, if there is none. */
  async explain(subject: Subject): Promise<void> {
    const existing = this.all.find(({ session }) => session.subject.picture === subject.picture && session.subject.technique === subject.technique);
    if (existing) {
      existing.view.reveal();
      await existing.explain(subject);
      return;
    }
    const column = this.all.find((panel) => panel.view.visible)?.view.viewColumn ?? ViewColumn.Beside;
    const view = window.createWebviewPanel(resultViewType, 'Fovea', column, webviewOptions(this.services.extensionUri));
    await this.adopt(view, subject).explain();
  }

  /** Takes over a panel that the editor restored after a reload; one whose state makes no sense is closed. */
  restore(view: WebviewPanel, state: unknown): void {
    const parsed = panelStateSchema.safeParse(state);
    if (parsed.success) void this.adopt(view, parsed.data.subject).explain();
    else view.dispose();
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  private adopt(view: WebviewPanel, subject: Subject): ResultPanel {
    const panel = new ResultPanel(view, subject, this.services);
    this.open.add(panel);
    view.onDidDispose(() => this.open.delete(panel));
    return panel;
  }
}
