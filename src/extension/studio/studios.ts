/** All studio panels. */
import { ViewColumn, window, type Disposable, type WebviewPanel } from 'vscode';
import type { GenerateResult } from '../../protocol/generate.ts';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import { studioStateSchema, type Work } from '../../protocol/studio-panel.ts';
import { studioViewType } from '../ids.ts';
import type { MadeRun } from '../runs/run.ts';
import { StudioPanel, type StudioServices } from './studio-panel.ts';
import { webviewOptions } from '../pages/webview-html.ts';

export interface StudiosServices extends StudioServices {
  /** What a kept run made; undefined where it is not kept. */
  result(run: string): Promise<GenerateResult | undefined>;
  /** The kept run that a restored panel is to show. isNews: its page does not know of it. */
  kept(place: PanelPlace | undefined): Promise<{ readonly run?: MadeRun; readonly isNews: boolean }>;
}

export class Studios implements Disposable {
  private readonly open = new Set<StudioPanel>();
  private readonly shown = new WeakMap<GenerateResult, StudioPanel>();

  constructor(private readonly services: StudiosServices) {}

  get all(): readonly StudioPanel[] {
    return [...this.open];
  }

  /** Makes something in a new panel. @param run whether to begin at once */
  start(work: Work, run = true): StudioPanel {
    const panel = this.adopt(window.createWebviewPanel(studioViewType, 'Studio', this.column(), webviewOptions(this.services.extensionUri)), work);
    if (run) void panel.session.start();
    return panel;
  }

  /**
   * Shows what was made already in a new panel, as if it had been made there; it can be gone on with from its pictures.
   * @param run as which it is kept already
   */
  show(work: Work, result: GenerateResult, run?: string): StudioPanel {
    const panel = this.start(work, false);
    panel.session.adopt(result, run);
    return panel;
  }

  /** The same, in the panel that was opened for the result before, where it is there still. */
  showOnce(work: Work, result: GenerateResult): void {
    const open = this.shown.get(result);
    if (open && this.open.has(open)) open.view.reveal();
    else this.shown.set(result, this.show(work, result));
  }

  /** Shows a kept run, in the panel that shows it already where there is one; what is not kept of it is made again. */
  async openRun(run: MadeRun): Promise<StudioPanel> {
    const open = this.all.find(({ session }) => session.runId === run.id);
    if (open) {
      open.view.reveal();
      return open;
    }
    const result = await this.services.result(run.id);
    if (result) return this.show(run.work, result, run.id);
    return this.replay(run);
  }

  /** Makes a kept run once more. */
  async replay(run: MadeRun): Promise<StudioPanel> {
    const open = this.all.find(({ session }) => session.runId === run.id);
    open?.view.reveal();
    const panel = open ?? this.start(run.work, false);
    await panel.session.replay(run.recipe, run.work);
    return panel;
  }

  /** That has the focus. */
  get active(): StudioPanel | undefined {
    return this.all.find(({ view }) => view.active);
  }

  /** Takes over a panel that the editor restored after a reload. It shows what is kept; a run can be long, so the person starts it. */
  async restore(view: WebviewPanel, state: unknown): Promise<void> {
    const parsed = studioStateSchema.safeParse(state);
    if (!parsed.success) {
      view.dispose();
      return;
    }
    const { work, place } = parsed.data;
    const panel = this.adopt(view, work, place);
    const { run, isNews } = await this.services.kept(place);
    const result = run && await this.services.result(run.id);
    if (!result || panel.isUsed) return;
    panel.session.adopt(result, run.id, isNews ? run.work : undefined);
    if (isNews) panel.place.made(run.id);
  }

  /** Ends all runs under way. Settles once what there is of them is kept. */
  async leave(): Promise<void> {
    await Promise.all(this.all.map((panel) => panel.leave()));
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  /** Makes a studio of an editor's webview. */
  adopt(view: WebviewPanel, work: Work, place?: PanelPlace): StudioPanel {
    const panel = new StudioPanel(view, work, this.services, place);
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
