/** The container *Fovea* in the activity bar: Tune, Runs and Models. */
import { Disposable, Uri, window, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { modelsView, recipeViewType, runsView, tuneView } from './ids.ts';
import type { ActiveModel } from './models.ts';
import { ModelsView } from './models-view.ts';
import { runCommands } from './run-commands.ts';
import { RunStore } from './run-store.ts';
import { RunsView } from './runs-view.ts';
import type { TuneView } from './tune-view.ts';
import type { Workbench } from './workbench.ts';

export class SidePanel implements Disposable {
  readonly runs: RunStore;
  /** Handlers of the commands that its menus have. */
  readonly commands: Readonly<Record<string, (...args: unknown[]) => Promise<void>>>;
  private readonly registered: Disposable;
  private tune: TuneView | undefined;

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
    this.commands = { ...runCommands(this.runs, workbench), 'fovea.refreshModels': async () => tree.refresh() };
    this.registered = Disposable.from(
      runs, tree,
      // The view and the editor are read when they are first seen.
      window.registerWebviewViewProvider(tuneView, {
        resolveWebviewView: async (view) => {
          if (!this.tune) {
            const [{ TuneView }, { Presets }] = await Promise.all([import('./tune-view.ts'), import('./presets.ts')]);
            this.tune = new TuneView(extensionUri, log, new Presets(workspaceState), async () => (await workbench()).panels);
          }
          await this.tune.resolveWebviewView(view);
        },
      }),
      window.createTreeView(runsView, { treeDataProvider: runs, canSelectMany: true }),
      window.createTreeView(modelsView, { treeDataProvider: tree }),
      window.registerCustomEditorProvider(recipeViewType, {
        openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
        resolveCustomEditor: async (document, view) => {
          const { RecipeEditor } = await import('./recipe-editor.ts');
          await new RecipeEditor(workbench).resolveCustomEditor(document, view);
        },
      }),
    );
  }

  dispose(): void {
    this.registered.dispose();
    this.tune?.dispose();
  }
}
