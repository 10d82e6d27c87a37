/** All result panels: one per picture and technique. */
import { EventEmitter, ViewColumn, window, type Disposable, type WebviewPanel } from 'vscode';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import type { StoredRecipe } from '../../protocol/recipe.ts';
import { panelStateSchema, type Subject } from '../../protocol/result-panel.ts';
import { resultViewType } from '../ids.ts';
import type { KeptRun } from './kept-result.ts';
import { ResultPanel, type PanelServices } from './result-panel.ts';
import { webviewOptions } from '../pages/webview-html.ts';

export interface PanelsServices extends PanelServices {
  /** What is kept of what a restored panel is to show; undefined where it must be explained again. */
  kept(place: PanelPlace | undefined): Promise<KeptRun | undefined>;
}

export class Panels implements Disposable {
  private readonly open = new Set<ResultPanel>();
  private readonly changed = new EventEmitter<void>();
  /** Another panel has the focus, or what one shows has changed. */
  readonly onDidChange = this.changed.event;
  private last: ResultPanel | undefined;
  private readonly services: PanelsServices;

  constructor(services: Omit<PanelsServices, 'changed'>) {
    this.services = { ...services, changed: () => this.changed.fire() };
  }

  get all(): readonly ResultPanel[] {
    return [...this.open];
  }

  get active(): ResultPanel | undefined {
    return this.all.find((panel) => panel.view.active);
  }

  /** The panel that had the focus last, which the side panel tunes. */
  get focused(): ResultPanel | undefined {
    return this.last;
  }

  /** Explains each in the panel of its picture and technique; panels that are missing open in one column. */
  async explain(subjects: readonly Subject[]): Promise<void> {
    const column = this.column();
    await Promise.all(subjects.map((subject) => this.explainIn(column, subject)));
  }

  /** Shows the result of a run as it is kept, in the panel of its picture and technique. */
  async openRun(run: KeptRun): Promise<ResultPanel> {
    const existing = this.find(run.subject);
    existing?.view.reveal();
    const panel = existing ?? this.adopt(this.create(this.column()), run.subject);
    await panel.open(run);
    return panel;
  }

  /** Takes over a panel that the editor restored after a reload. It shows what is kept; one whose state makes no sense is closed. */
  async restore(view: WebviewPanel, state: unknown): Promise<void> {
    const parsed = panelStateSchema.safeParse(state);
    if (!parsed.success) {
      view.dispose();
      return;
    }
    const { subject, place } = parsed.data;
    const panel = this.adopt(view, subject, undefined, place);
    const kept = await this.services.kept(place);
    if (kept) await panel.open(kept, true);
    else await panel.explain();
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
    this.changed.dispose();
  }

  /** The panel of a picture and technique; one that shows a saved recipe keeps to it. */
  find({ picture, technique }: Pick<Subject, 'picture' | 'technique'>): ResultPanel | undefined {
    return this.all.find(({ session: { subject }, recipe }) => !recipe && subject.picture === picture && subject.technique === technique);
  }

  private async explainIn(column: ViewColumn, subject: Subject): Promise<void> {
    const existing = this.find(subject);
    if (existing) {
      existing.view.reveal();
      await existing.explain(subject);
      return;
    }
    await this.adopt(this.create(column), subject).explain();
  }

  private create(column: ViewColumn): WebviewPanel {
    return window.createWebviewPanel(resultViewType, 'Fovea', column, webviewOptions(this.services.extensionUri));
  }

  /** Where panels are already, else beside what is being edited. Named by number: `Beside` would put each of several beside the one before. */
  private column(): ViewColumn {
    const used = this.all.find((panel) => panel.view.visible)?.view.viewColumn;
    const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
    return used ?? (activeTab ? Math.min(viewColumn + 1, ViewColumn.Nine) : viewColumn);
  }

  /** Makes a result panel of an editor's webview. @param recipe that the panel was opened from @param place of the panel before a reload */
  adopt(view: WebviewPanel, subject: Subject, recipe?: StoredRecipe, place?: PanelPlace): ResultPanel {
    const panel = new ResultPanel(view, subject, this.services, recipe, place);
    this.open.add(panel);
    this.focus(panel);
    view.onDidChangeViewState(() => {
      if (view.active) this.focus(panel);
    });
    view.onDidDispose(() => {
      this.open.delete(panel);
      if (this.last === panel) this.focus(this.all.findLast((other) => other.view.visible) ?? this.all.at(-1));
    });
    return panel;
  }

  private focus(panel: ResultPanel | undefined): void {
    if (panel === this.last) return;
    this.last = panel;
    this.changed.fire();
  }
}
