/** What explaining needs, made when the first picture is explained: the client of the engine and the panels. */
import { Uri, workspace, type Disposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { EngineClient } from './engine-client.ts';
import type { ActiveModel } from './models.ts';
import { Panels } from './panels.ts';
import type { StatusItem } from './status-item.ts';
import type { TechniqueCommand } from './technique-commands.ts';

export class Workbench implements Disposable {
  readonly engine: EngineClient;
  readonly panels: Panels;
  private readonly disposables: Disposable[];

  constructor(
    { extensionUri }: ExtensionContext,
    log: LogOutputChannel,
    models: ActiveModel,
    status: StatusItem,
    techniques: readonly TechniqueCommand[],
  ) {
    this.engine = new EngineClient(Uri.joinPath(extensionUri, 'dist', 'engine.cjs').fsPath, log);
    this.panels = new Panels({
      engine: this.engine,
      log,
      extensionUri,
      techniqueTitle: (id) => techniques.find((technique) => technique.id === id)?.title ?? id,
      explained: (_, result) => status.explained(result),
    });
    const visible = () => this.panels.all.filter((panel) => panel.view.visible);
    this.disposables = [
      this.panels,
      models.onDidChange((reference) => visible().forEach((panel) => void panel.useModel(reference))),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('fovea')) this.panels.all.forEach((panel) => panel.refresh());
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.panels.all.forEach((panel) => panel.refresh())),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    void this.engine.dispose();
  }
}
