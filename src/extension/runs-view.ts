/** The tree *Runs*: results made in this workspace, newest first. */
import {
  EventEmitter, MarkdownString, ThemeIcon, TreeItem, Uri, type CancellationToken, type Disposable, type ProviderResult, type TreeDataProvider,
} from 'vscode';
import { modelTitle } from './models.ts';
import type { Run } from './run.ts';
import type { RunStore } from './run-store.ts';

export class RunItem extends TreeItem {
  constructor(readonly run: Run) {
    const { id, pinned, technique, className, time, recipe: { picture } } = run;
    super(`${technique}: ${className}`); // the picture is often the same for many
    this.id = id;
    this.description = `${picture.name} · ${shortTime(new Date(time))}`;
    this.contextValue = pinned ? 'run.pinned' : 'run';
    this.iconPath = new ThemeIcon(pinned ? 'pinned' : 'eye');
    this.accessibilityInformation = { label: `${technique}: ${className}, ${picture.name}, ${shortTime(new Date(time))}${pinned ? ', pinned' : ''}` };
    this.command = { command: 'fovea.openRun', title: 'Open Run', arguments: [this] };
  }
}

export class RunsView implements TreeDataProvider<RunItem>, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly store: RunStore) {}

  refresh(): void {
    this.changed.fire();
  }

  getTreeItem(item: RunItem): TreeItem {
    return item;
  }

  async getChildren(parent?: RunItem): Promise<RunItem[]> {
    return parent ? [] : (await this.store.list()).map((run) => new RunItem(run));
  }

  /** The tooltip is made when it is first seen. */
  resolveTreeItem(item: TreeItem, element: RunItem, token: CancellationToken): ProviderResult<TreeItem> {
    return this.tooltip(element.run).then((tooltip) => {
      if (!token.isCancellationRequested) item.tooltip = tooltip;
      return item;
    });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async tooltip({ id, subject, recipe, technique, className, probability, milliseconds, time }: Run): Promise<MarkdownString> {
    const tooltip = new MarkdownString();
    const thumbnail = await this.store.thumbnail(id);
    if (thumbnail) tooltip.appendMarkdown(`![](data:image/png;base64,${Buffer.from(thumbnail).toString('base64')})\n\n`);
    const parameters = Object.entries(recipe.parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    const lines = [
      `${technique}: ${className}, ${(probability * 100).toFixed(1)} %`, `${modelTitle(subject.model)}${recipe.layer ? `, ${recipe.layer}` : ''}`,
      parameters.join(', '), `${new Date(time).toLocaleString()} · ${Math.round(milliseconds)} ms`, Uri.parse(subject.picture).fsPath,
    ];
    for (const line of lines.filter(Boolean)) tooltip.appendText(line).appendMarkdown('  \n');
    return tooltip;
  }
}

/** The time of today, else the day. */
function shortTime(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) : time.toLocaleDateString();
}
