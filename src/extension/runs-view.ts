/** The tree *Runs*: results made in this workspace, newest first. */
import {
  EventEmitter, MarkdownString, ThemeIcon, TreeItem, Uri, type CancellationToken, type Disposable, type ProviderResult, type TreeDataProvider,
} from 'vscode';
import { modelTitle } from './models.ts';
import type { Run } from './run.ts';
import type { RunStore } from './run-store.ts';

export class RunItem extends TreeItem {
  constructor(readonly run: Run) {
    const { id, pinned, technique, time } = run;
    const [what, about] = run.kind === 'made' ? [run.target, run.outcome] : [run.className, run.recipe.picture.name];
    const label = what === '' ? technique : `${technique}: ${what}`;
    super(label); // the picture is often the same for many
    this.id = id;
    this.description = `${about} · ${shortTime(new Date(time))}`;
    this.contextValue = `run.${run.kind}${pinned ? '.pinned' : ''}`;
    this.iconPath = new ThemeIcon(pinned ? 'pinned' : run.kind === 'made' ? 'paintcan' : 'eye');
    this.accessibilityInformation = { label: `${label}, ${about}, ${shortTime(new Date(time))}${pinned ? ', pinned' : ''}` };
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

  private async tooltip(run: Run): Promise<MarkdownString> {
    const { id, recipe: { layer, parameters: given }, technique, milliseconds, cached, time } = run;
    const tooltip = new MarkdownString();
    const thumbnail = await this.store.thumbnail(id);
    if (thumbnail) tooltip.appendMarkdown(`![](data:image/png;base64,${Buffer.from(thumbnail).toString('base64')})\n\n`);
    const parameters = Object.entries(given).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    const { model, head, pictures } = run.kind === 'made'
      ? { model: run.work.model, head: [`${technique}: ${run.target}`, run.outcome], pictures: [run.work.content, run.work.style] }
      : { model: run.subject.model, head: [`${technique}: ${run.className}, ${(run.probability * 100).toFixed(1)} %`], pictures: [run.subject.picture] };
    const lines = [
      ...head, `${modelTitle(model)}${layer ? `, ${layer}` : ''}`, parameters.join(', '),
      `${new Date(time).toLocaleString()} · ${cached ? 'cached' : duration(milliseconds)}`,
      ...pictures.map((picture) => (picture === undefined ? '' : Uri.parse(picture).fsPath)),
    ];
    for (const line of lines.filter(Boolean)) tooltip.appendText(line).appendMarkdown('  \n');
    return tooltip;
  }
}

function duration(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${Math.round(milliseconds / 1000)} s`;
}

/** The time of today, else the day. */
function shortTime(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) : time.toLocaleDateString();
}
