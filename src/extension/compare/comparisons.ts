/** All compare panels. */
import { window, type Disposable, type WebviewPanel } from 'vscode';
import { compareStateSchema } from '../../protocol/compare-panel.ts';
import { fitComparison, mostCells, type Comparison } from '../../protocol/comparison.ts';
import { ComparePanel, type CompareServices } from './compare-panel.ts';
import { compareViewType } from '../ids.ts';
import { webviewOptions } from '../pages/webview-html.ts';

export class Comparisons implements Disposable {
  private readonly open = new Set<ComparePanel>();

  constructor(private readonly services: CompareServices) {}

  get all(): readonly ComparePanel[] {
    return [...this.open];
  }

  /** Shows a comparison in a panel of its own, in the active column: it needs the room. */
  async show(comparison: Comparison): Promise<void> {
    if (comparison.subjects.length > mostCells) void window.showInformationMessage(`Comparing the first ${mostCells} of ${comparison.subjects.length}.`);
    const view = window.createWebviewPanel(compareViewType, 'Fovea', window.tabGroups.activeTabGroup.viewColumn, webviewOptions(this.services.extensionUri));
    await this.adopt(view, comparison).session.run();
  }

  /** Takes over a panel that the editor restored after a reload; one whose state makes no sense is closed. */
  restore(view: WebviewPanel, state: unknown): void {
    const parsed = compareStateSchema.safeParse(state);
    if (parsed.success) void this.adopt(view, parsed.data.comparison).session.run();
    else view.dispose();
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  private adopt(view: WebviewPanel, comparison: Comparison): ComparePanel {
    const panel = new ComparePanel(view, fitComparison(comparison), this.services);
    this.open.add(panel);
    view.onDidDispose(() => this.open.delete(panel));
    return panel;
  }
}
