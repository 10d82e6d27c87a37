/** The tree *Runs*: results made in this workspace, newest first. */
import {
  EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, Uri,
  type CancellationToken, type Disposable, type ProviderResult, type TreeDataProvider,
} from 'vscode';
import { modelTitle } from '../models/active-model.ts';
import type { Run } from './run.ts';
import { parts, type RunStore } from './run-store.ts';

export class RunItem extends TreeItem {
  /** @param holds whether what it made is kept @param cells of a sweep that are kept */
  constructor(readonly run: Run, holds: boolean, cells: number) {
    const { id, pinned, technique, time } = run;
    const [what, about] = wordsOf(run, cells);
    const label = what === '' ? technique : `${technique}: ${what}`;
    super(label); // the picture is often the same for many
    this.id = id;
    this.description = `${about} · ${shortTime(new Date(time))}`;
    this.contextValue = `run.${run.kind}${pinned ? '.pinned' : ''}`;
    this.iconPath = new ThemeIcon(pinned ? 'pinned' : icons[run.kind], holds ? undefined : new ThemeColor('disabledForeground'));
    const said = [label, about, shortTime(new Date(time)), ...(pinned ? ['pinned'] : []), ...(holds ? [] : [letGo])];
    this.accessibilityInformation = { label: said.join(', ') };
    this.command = { command: 'fovea.openRun', title: 'Open Run', arguments: [this] };
  }
}

const icons = { explained: 'eye', made: 'paintcan', swept: 'table' } as const;

/** Of a run whose result is not kept any longer. */
const letGo = 'made again when it is opened';

function wordsOf(run: Run, cells: number): [what: string, about: string] {
  switch (run.kind) {
    case 'explained': {
      const { className, stopped, recipe: { picture: { name } } } = run;
      return [className, stopped ? `${name}, stopped at ${stopped.done} of ${stopped.total}` : name];
    }
    case 'made': return [run.target, run.outcome];
    case 'swept': return [run.sides, `${run.target} · ${cells} of ${run.plan.columns.values.length * (run.plan.rows?.values.length ?? 1)}`];
  }
}

export class RunsView implements TreeDataProvider<RunItem>, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  /** @param notice shows what a person should know of how runs are kept */
  constructor(private readonly store: RunStore, private readonly notice: (words: string | undefined) => void) {}

  refresh(): void {
    this.changed.fire();
  }

  getTreeItem(item: RunItem): TreeItem {
    return item;
  }

  async getChildren(parent?: RunItem): Promise<RunItem[]> {
    if (parent) return [];
    const runs = await this.store.list();
    this.notice(this.store.notices.join(' ') || undefined);
    return runs.map((run) => new RunItem(run, this.store.holds(run.id), this.store.cellsOf(run.id)));
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
    const { id, milliseconds, cached, time } = run;
    const tooltip = new MarkdownString();
    const thumbnail = await this.store.read(id, parts.thumbnail);
    if (thumbnail) tooltip.appendMarkdown(`![](data:image/png;base64,${Buffer.from(thumbnail).toString('base64')})\n\n`);
    const took = run.kind === 'swept' ? '' : ` · ${cached ? 'cached' : duration(milliseconds)}`;
    const lines = [
      ...detailsOf(run), `${new Date(time).toLocaleString()}${took}`, this.store.holds(id) ? '' : `What it made is not kept any longer: it is ${letGo}.`,
    ];
    for (const line of lines.filter(Boolean)) tooltip.appendText(line).appendMarkdown('  \n');
    return tooltip;
  }
}

/** Lines of a tooltip. */
function detailsOf(run: Run): string[] {
  const words = (values: object): string => Object.entries(values).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
  const path = (uri: string | undefined): string => (uri === undefined ? '' : Uri.parse(uri).fsPath);
  if (run.kind === 'swept') {
    const { technique, target, sides, swept, plan: { columns, rows } } = run;
    const values = words(Object.fromEntries([columns, ...(rows ? [rows] : [])].map((side) => [side.parameter, side.values])));
    const [model, ...pictures] = swept.kind === 'make' ? [swept.work.model, swept.work.content, swept.work.style] : [swept.subject.model, swept.subject.picture];
    return [`${technique}: ${target}`, sides, values, modelTitle(model), ...pictures.map(path)];
  }
  const { technique, recipe: { layer, parameters } } = run;
  const about = (model: string): string[] => [`${modelTitle(model)}${layer ? `, ${layer}` : ''}`, words(parameters)];
  if (run.kind === 'made') return [`${technique}: ${run.target}`, run.outcome, ...about(run.work.model), path(run.work.content), path(run.work.style)];
  return [`${technique}: ${run.className}, ${(run.probability * 100).toFixed(1)} %`, ...about(run.subject.model), path(run.subject.picture)];
}

function duration(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${Math.round(milliseconds / 1000)} s`;
}

/** The time of today, else the day. */
function shortTime(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) : time.toLocaleDateString();
}
