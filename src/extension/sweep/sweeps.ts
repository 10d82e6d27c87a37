/** All sweep panels. */
import { window, type Disposable, type WebviewPanel } from 'vscode';
import type { Pixels } from '../../protocol/engine.ts';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import { sweepStateSchema, sweptSchema, type Swept } from '../../protocol/sweep-panel.ts';
import { sweepViewType } from '../ids.ts';
import type { SweptRun } from '../runs/run.ts';
import type { MadeCell } from './sweep-cells.ts';
import { SweepPanel, type SweepServices } from './sweep-panel.ts';
import { webviewOptions } from '../pages/webview-html.ts';

export interface SweepsServices extends SweepServices {
  /** The kept grid that a restored panel is to show. */
  kept(place: PanelPlace | undefined): Promise<SweptRun | undefined>;
  /** What is kept of a grid: its cells, and the picture that maps are drawn on. */
  cells(run: SweptRun): Promise<KeptCells>;
}

export interface KeptCells {
  readonly cells: readonly MadeCell[];
  readonly pixels: Pixels | undefined;
}

export class Sweeps implements Disposable {
  private readonly open = new Set<SweepPanel>();

  constructor(private readonly services: SweepsServices) {}

  get all(): readonly SweepPanel[] {
    return [...this.open];
  }

  /** What a program names; undefined where it is nothing that can be swept. */
  read(named: unknown): Swept | undefined {
    return sweptSchema.safeParse(named).data;
  }

  /** Asks for the sides of a grid in a panel of its own, in the active column: it needs the room. */
  show(swept: Swept): SweepPanel {
    const { viewColumn } = window.tabGroups.activeTabGroup;
    return this.adopt(window.createWebviewPanel(sweepViewType, 'Sweep', viewColumn, webviewOptions(this.services.extensionUri)), swept);
  }

  /** Shows a kept grid, in the panel that shows it already where there is one. @param again whether all of it is made once more */
  async openRun(run: SweptRun, again: boolean): Promise<void> {
    const open = this.all.find(({ place }) => place.run === run.id);
    open?.view.reveal();
    const panel = open ?? this.show(run.swept);
    if (!open) await this.fill(panel, run);
    if (again) await panel.session.again();
  }

  /** Takes over a panel that the editor restored after a reload. It shows what is kept; a grid takes long, so the person goes on with it. */
  async restore(view: WebviewPanel, state: unknown): Promise<void> {
    const parsed = sweepStateSchema.safeParse(state);
    if (!parsed.success) {
      view.dispose();
      return;
    }
    const { swept, place } = parsed.data;
    const panel = this.adopt(view, swept, place);
    const run = await this.services.kept(place);
    if (run) await this.fill(panel, run);
  }

  dispose(): void {
    for (const panel of this.open) panel.dispose();
  }

  private async fill(panel: SweepPanel, run: SweptRun): Promise<void> {
    const { cells, pixels } = await this.services.cells(run);
    panel.place.shows(run.id);
    await panel.session.restore(run.plan, cells, pixels);
  }

  private adopt(view: WebviewPanel, swept: Swept, place?: PanelPlace): SweepPanel {
    const panel = new SweepPanel(view, swept, this.services, place);
    this.open.add(panel);
    view.onDidDispose(() => this.open.delete(panel));
    return panel;
  }
}
