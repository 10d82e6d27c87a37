/** The container *Fovea* in the activity bar: Tune, Runs and Models. */
import { Disposable, Uri, window, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { modelsView, recipeViewType, runsView, tuneView } from './ids.ts';
import type { ActiveModel } from './models.ts';
import { ModelsView } from './models-view.ts';
import { Presets } from './presets.ts';
import { RecipeEditor } from './recipe-editor.ts';
import { runCommands } from './run-commands.ts';
import { RunStore } from './run-store.ts';
import { RunsView } from './runs-view.ts';
import { TuneView } from './tune-view.ts';
import type { Workbench } from './workbench.ts';

export class SidePanel implements Disposable {
  readonly runs: RunStore;
  /** Handlers of the commands that its menus have. */
  readonly commands: Readonly<Record<string, (...args: unknown[]) => Promise<void>>>;
  private readonly registered: Disposable;

  constructor(
    { extensionUri, storageUri, globalStorageUri, workspaceState }: ExtensionContext,
    log: LogOutputChannel,
    models: ActiveModel,
    workbench: () => Promise<Workbench>,
  ) {
    const folder = Uri.joinPath(storageUri ?? globalStorageUri, 'runs').fsPath; // a window without a folder has no storage of its own
    this.runs = new RunStore(folder, log, () => runs.refresh());
    const runs = new RunsView(this.runs);
    const tree = new ModelsView(models, async () => (await workbench()).engine);
    const tune = new TuneView(extensionUri, log, new Presets(workspaceState), async () => (await workbench()).panels);
    this.commands = { ...runCommands(this.runs, workbench), 'fovea.refreshModels': async () => tree.refresh() };
    this.registered = Disposable.from(
      runs, tree, tune,
      window.registerWebviewViewProvider(tuneView, tune),
      window.createTreeView(runsView, { treeDataProvider: runs, canSelectMany: true }),
      window.createTreeView(modelsView, { treeDataProvider: tree }),
      window.registerCustomEditorProvider(recipeViewType, new RecipeEditor(workbench)),
    );
  }

  dispose(): void {
    this.registered.dispose();
  }
}
