/** The status-bar item that says which model and runtime explain pictures here. */
import { MarkdownString, StatusBarAlignment, window, workspace, type Disposable, type Memento } from 'vscode';
import type { ExplainResult } from '../protocol/engine.ts';
import { activeModel, modelTitle } from './models/active-model.ts';

export class StatusItem implements Disposable {
  private readonly item = window.createStatusBarItem('fovea.model', StatusBarAlignment.Right, 100);
  private readonly disposables: Disposable[];
  private runtime: string | undefined;

  /** @param state of the workspace, where the active model is kept */
  constructor(private readonly state: Memento) {
    this.item.name = 'Fovea';
    this.item.command = 'fovea.selectModel';
    this.disposables = [this.item, workspace.onDidGrantWorkspaceTrust(() => this.update())];
    this.update();
    this.item.show();
  }

  get text(): string {
    return this.item.text;
  }

  /** Shows the runtime that made a result: it is known only then. */
  explained(result: ExplainResult): void {
    this.runtime = result.runtime;
    this.update();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** The active model may have changed. */
  update(): void {
    const title = modelTitle(activeModel(this.state));
    this.item.text = `$(eye) ${title}${this.runtime ? ` · ${this.runtime}` : ''}`;
    const tooltip = new MarkdownString(undefined, true);
    tooltip.isTrusted = { enabledCommands: ['fovea.selectModel', 'fovea.restartEngine', 'fovea.showLog'] };
    tooltip.appendMarkdown('**Fovea** explains pictures with ').appendText(title).appendMarkdown(this.runtime ? `, run by ${this.runtime}.` : '.');
    tooltip.appendMarkdown('\n\n[Select Model](command:fovea.selectModel) · [Restart Engine](command:fovea.restartEngine) · [Show Log](command:fovea.showLog)');
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `Fovea model: ${title}${this.runtime ? `, ${this.runtime}` : ''}` };
  }
}
