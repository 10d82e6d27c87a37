/** One compare panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { Uri, workspace, type Disposable, type WebviewPanel } from 'vscode';
import { compareMessageSchema, type CompareHostMessage, type CompareMessage } from '../../protocol/compare-panel.ts';
import { comparisonTitle, type ChangeablePart, type ComparedNames, type Comparison } from '../../protocol/comparison.ts';
import type { RuntimeChoice } from '../../protocol/engine.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import { choosePart } from './compare-choices.ts';
import { colourBarRequest } from '../reports/colour-bar.ts';
import { compareReportHtml } from '../reports/compare-report.ts';
import { CompareSession } from './compare-session.ts';
import type { EngineClient } from '../engine-client.ts';
import { saveAs } from '../export/export-dialog.ts';
import { checkModelAllowed, modelTitle } from '../models/active-model.ts';
import { notifyError, performAction } from '../notifications.ts';
import { PageLink, type PageServices } from '../pages/page-link.ts';
import { picturePath, watchPicture } from '../picture-files.ts';

export interface CompareServices extends PageServices {
  readonly engine: EngineClient;
  techniqueTitle(id: string): string;
  /** Shows one cell as a result of its own. */
  open(subject: Subject): Promise<void>;
}

export class ComparePanel implements Disposable {
  readonly session: CompareSession;
  private readonly watched = new Map<string, Disposable>();
  private readonly disposables: Disposable[] = [];
  private readonly page: PageLink<CompareHostMessage, CompareMessage>;

  constructor(readonly view: WebviewPanel, comparison: Comparison, private readonly services: CompareServices) {
    this.page = new PageLink(view, 'compare', services, { schema: compareMessageSchema, handle: (message) => this.handle(message), failed: (error) => void notifyError(error) });
    this.session = new CompareSession(comparison, services.engine, {
      post: (message) => this.page.post(message),
      picturePath,
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
      names: (compared) => namesOf(compared, services),
      edited: () => this.follow(),
    });
    this.disposables.push(this.page, view.onDidDispose(() => this.dispose()));
    this.follow();
  }

  dispose(): void {
    this.session.dispose();
    for (const watcher of this.watched.values()) watcher.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private get title(): string {
    return comparisonTitle(this.session.comparison, this.session.names);
  }

  /** Title and file watchers follow what is compared. */
  private follow(): void {
    this.view.title = this.title;
    const pictures = new Set(this.session.comparison.subjects.map(({ picture }) => picture));
    for (const [picture, watcher] of this.watched) {
      if (pictures.has(picture)) continue;
      watcher.dispose();
      this.watched.delete(picture);
    }
    for (const picture of pictures) {
      if (this.watched.has(picture)) continue;
      this.watched.set(picture, watchPicture(Uri.parse(picture), {
        changed: () => void this.session.refresh(picture),
        deleted: () => {}, // what was made of it stays
      }));
    }
  }

  private async handle(message: CompareMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        for (const kept of this.session.snapshot()) this.page.post(kept);
        break;
      case 'cancel':
        this.session.cancel();
        break;
      case 'run':
        await this.session.run();
        break;
      case 'open':
        await this.openCell(message.index);
        break;
      case 'action':
        await performAction(message.id, () => this.session.run());
        break;
      case 'change':
        await this.choose(message.cell, message.part, false);
        break;
      case 'add':
        await this.choose(message.cell, message.part, true);
        break;
      case 'remove':
        await this.session.replace(message.cell);
        break;
      case 'move':
        await this.session.move(message.cell, message.to);
        break;
      case 'undo':
        await this.session.undo();
        break;
      case 'redo':
        await this.session.redo();
        break;
      case 'export-picture':
        await this.save('.png', { 'PNG picture': ['png'] }, message.png);
        break;
      case 'export-page': {
        const resultAt = (index: number | undefined) => (index === undefined ? undefined : this.session.resultAt(index));
        const cells = message.cells.map(({ index, ...cell }) => ({ ...cell, result: resultAt(index) }));
        const { engine } = this.services;
        const colorMaps = [...new Set(cells.map(({ scale }) => scale.colorMap))];
        const bars = new Map(await Promise.all(colorMaps.map(async (one) => [one, await engine.render(colourBarRequest(one))] as const)));
        const html = compareReportHtml(this.title, cells, bars, await engine.techniques(), new Date());
        await this.save('.html', { 'HTML page': ['html'] }, new TextEncoder().encode(html));
        break;
      }
    }
  }

  /** Asks for a part of a cell, and puts what was chosen in its place or beside it. */
  private async choose(cell: string, part: ChangeablePart, isMore: boolean): Promise<void> {
    const subject = this.session.find(cell);
    if (!subject) return;
    const chosen = await choosePart(subject, part, this.services.engine, isMore);
    if (!chosen) return;
    if (isMore) await this.session.add(chosen);
    else await this.session.replace(cell, ...chosen);
  }

  private async openCell(index: number): Promise<void> {
    const subject = this.session.comparison.subjects.at(index);
    if (subject) await this.services.open(subject);
  }

  private async save(suffix: string, filters: Record<string, string[]>, content: Uint8Array): Promise<void> {
    const picture = Uri.parse(this.session.comparison.subjects[0].picture);
    const { dir, name } = path.posix.parse(picture.path);
    const defaultUri = picture.with({ path: path.posix.join(dir, `${name}.comparison${suffix}`) });
    await saveAs('Export Comparison', defaultUri, filters, content, (name) => this.page.post({ type: 'announce', message: `Saved ${name}.` }));
  }
}

function namesOf({ subjects }: Comparison, services: CompareServices): ComparedNames {
  return {
    techniques: Object.fromEntries(subjects.map(({ technique }) => [technique, services.techniqueTitle(technique)])),
    models: Object.fromEntries(subjects.map(({ model }) => [model, modelTitle(model)])),
  };
}
