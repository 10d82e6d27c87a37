/** What stands behind the registrations of extension.ts. The workbench, which explaining needs, waits for the first picture. */
import { window, type Disposable, type ExtensionContext, type TreeView } from 'vscode';
import { commandHandlers, type Handler } from './commands.ts';
import { compareCommands } from './compare/compare-commands.ts';
import { ActiveModel } from './models/active-model.ts';
import { notifyError } from './notifications.ts';
import type { RunItem } from './runs/runs-view.ts';
import { SidePanel } from './side-panel.ts';
import type { StatusItem } from './status-item.ts';
import { studioCommands } from './studio/studio-commands.ts';
import { sweepCommands } from './sweep/sweep-commands.ts';
import { techniqueCommands } from './technique-commands.ts';
import type { Workbench } from './workbench.ts';

export class Main implements Disposable {
  readonly sidePanel: SidePanel;
  /** By command. */
  readonly handlers: Readonly<Record<string, Handler>>;
  private readonly log = window.createOutputChannel('Fovea', { log: true });
  private readonly models: ActiveModel;
  private readonly disposables: Disposable[];
  private ready: Workbench | undefined;
  private starting: Promise<Workbench> | undefined;

  constructor(private readonly context: ExtensionContext, private readonly status: StatusItem, runs: TreeView<RunItem>) {
    const { log } = this;
    const models = new ActiveModel(context.workspaceState);
    const workbench = (): Promise<Workbench> => this.workbench();
    this.models = models;
    this.sidePanel = new SidePanel(context, log, models, runs, workbench);
    this.handlers = {
      ...commandHandlers(context, log, models, techniqueCommands(context.extension), workbench),
      ...this.sidePanel.commands, ...compareCommands(models, workbench), ...studioCommands(models, workbench), ...sweepCommands(models, workbench),
    };
    this.disposables = [log, models, models.onDidChange(() => status.update()), this.sidePanel];
  }

  /** What is open; undefined before the first picture. */
  get opened(): Workbench | undefined {
    return this.ready;
  }

  workbench(): Promise<Workbench> {
    this.starting ??= import('./workbench.ts').then(({ Workbench }) => (
      this.ready = new Workbench(this.context, this.log, this.models, this.status, techniqueCommands(this.context.extension), this.sidePanel.runs)));
    return this.starting;
  }

  /** Runs a command of the manifest; a failure is shown. */
  async run(command: string, args: readonly unknown[]): Promise<void> {
    await this.handlers[command](...args).catch((error: unknown) => void notifyError(error));
  }

  /** The window is being left. Settles once what was under way is kept. */
  async leave(): Promise<void> {
    await this.ready?.leave();
  }

  dispose(): void {
    this.ready?.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }
}
