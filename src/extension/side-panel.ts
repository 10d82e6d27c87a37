/** The container *Fovea* in the activity bar, Tune, Runs and Models; and the editor of saved recipes. */
import {
  Uri, type CustomDocument, type Disposable, type ExtensionContext, type LogOutputChannel, type TreeView, type WebviewPanel, type WebviewView,
} from 'vscode';
import type { ActiveModel } from './models/active-model.ts';
import { ModelsView } from './models/models-view.ts';
import { runCommands } from './runs/run-commands.ts';
import { RunStore } from './runs/run-store.ts';
import { RunsView, type RunItem } from './runs/runs-view.ts';
import type { TuneView } from './tune/tune-view.ts';
import type { Workbench } from './workbench.ts';

export class SidePanel implements Disposable {
  readonly runs: RunStore;
  readonly runsView: RunsView;
  readonly modelsView: ModelsView;
  /** Handlers of the commands that its menus have. */
  readonly commands: Readonly<Record<string, (...args: unknown[]) => Promise<void>>>;
  private tune: TuneView | undefined;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    models: ActiveModel,
    runsTree: TreeView<RunItem>,
    private readonly workbench: () => Promise<Workbench>,
  ) {
    const { storageUri, globalStorageUri } = context;
    const folder = Uri.joinPath(storageUri ?? globalStorageUri, 'runs').fsPath; // a window without a folder has no storage of its own
    this.runs = new RunStore(folder, log, () => this.runsView.refresh());
    this.runsView = new RunsView(this.runs, (notice) => (runsTree.message = notice));
    this.modelsView = new ModelsView(models, async () => (await workbench()).engine);
    this.commands = { ...runCommands(this.runs, workbench), 'fovea.refreshModels': async () => this.modelsView.refresh() };
  }

  async showTune(view: WebviewView): Promise<void> {
    if (!this.tune) {
      const { context: { extensionUri, workspaceState }, log, workbench } = this;
      const { TuneView } = await import('./tune/tune-view.ts');
      this.tune = new TuneView({ extensionUri, log }, workspaceState, async () => (await workbench()).panels);
    }
    await this.tune.showIn(view);
  }

  async openRecipe(document: CustomDocument, view: WebviewPanel): Promise<void> {
    const { RecipeEditor } = await import('./recipes/recipe-editor.ts');
    await new RecipeEditor(this.workbench).resolveCustomEditor(document, view);
  }

  dispose(): void {
    this.runsView.dispose();
    this.modelsView.dispose();
    this.tune?.dispose();
  }
}
