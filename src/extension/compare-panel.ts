/** One compare panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { Uri, window, workspace, type Disposable, type WebviewPanel } from 'vscode';
import { compareMessageSchema, type CompareHostMessage, type CompareMessage } from '../protocol/compare-panel.ts';
import { comparisonTitle, type ComparedNames, type Comparison } from '../protocol/comparison.ts';
import type { RuntimeChoice } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { Subject } from '../protocol/result-panel.ts';
import { compareReportHtml } from './compare-report.ts';
import { CompareSession } from './compare-session.ts';
import type { EngineClient } from './engine-client.ts';
import type { EngineLog } from './engine-process.ts';
import { isErrorAction } from './error-actions.ts';
import { offerToOpen } from './export-dialog.ts';
import { checkModelAllowed, modelTitle } from './models.ts';
import { notifyError, performAction } from './notifications.ts';
import { picturePath, watchPicture } from './picture-files.ts';
import { webviewOptions, webviewPage } from './webview-html.ts';

export interface CompareServices {
  readonly engine: EngineClient;
  readonly log: EngineLog;
  readonly extensionUri: Uri;
  techniqueTitle(id: string): string;
  /** Shows one cell as a result of its own. */
  open(subject: Subject): Promise<void>;
}

export class ComparePanel implements Disposable {
  readonly session: CompareSession;
  private readonly title: string;
  private readonly disposables: Disposable[] = [];
  /** Whether the page listens; a hidden page is gone and asks for everything again when it is shown. */
  private listening = false;

  constructor(readonly view: WebviewPanel, comparison: Comparison, private readonly services: CompareServices) {
    const names = namesOf(comparison, services);
    this.title = comparisonTitle(comparison, names);
    this.session = new CompareSession(comparison, names, services.engine, {
      post: (message) => this.post(message),
      picturePath,
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
    });
    view.title = this.title;
    view.iconPath = Uri.joinPath(services.extensionUri, 'media', 'fovea.svg');
    view.webview.options = webviewOptions(services.extensionUri);
    this.disposables.push(
      view.webview.onDidReceiveMessage((message) => this.receive(message)),
      view.onDidChangeViewState(() => {
        if (!view.visible) this.listening = false;
      }),
      view.onDidDispose(() => this.dispose()),
      ...[...new Set(comparison.subjects.map(({ picture }) => picture))].map((picture) => watchPicture(Uri.parse(picture), {
        changed: () => void this.session.refresh(picture),
        deleted: () => {}, // what was made of it stays
      })),
    );
    view.webview.html = webviewPage(view.webview, services.extensionUri, 'compare');
  }

  dispose(): void {
    this.session.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private post(message: CompareHostMessage): void {
    if (this.listening) void this.view.webview.postMessage(message);
  }

  private receive(raw: unknown): void {
    const parsed = compareMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.services.log.warn(`A message of the compare panel was not understood: ${parsed.error.message}`);
      return;
    }
    this.handle(parsed.data).catch((error: unknown) => void notifyError(error));
  }

  private async handle(message: CompareMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.listening = true;
        for (const kept of this.session.snapshot()) this.post(kept);
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
        if (!isErrorAction(message.id)) break;
        if (message.id === 'retry') await this.session.run();
        else await performAction(message.id);
        break;
      case 'export-picture':
        await this.save('.png', { 'PNG picture': ['png'] }, message.png);
        break;
      case 'export-page': {
        const resultAt = (index: number | undefined) => (index === undefined ? undefined : this.session.resultAt(index));
        const cells = message.cells.map(({ index, label, png }) => ({ label, png, result: resultAt(index) }));
        const html = compareReportHtml(this.title, cells, await this.services.engine.techniques(), new Date());
        await this.save('.html', { 'HTML page': ['html'] }, new TextEncoder().encode(html));
        break;
      }
    }
  }

  private async openCell(index: number): Promise<void> {
    const subject = this.session.comparison.subjects.at(index);
    if (subject) await this.services.open(subject);
  }

  private async save(suffix: string, filters: Record<string, string[]>, content: Uint8Array): Promise<void> {
    const picture = Uri.parse(this.session.comparison.subjects[0].picture);
    const { dir, name } = path.posix.parse(picture.path);
    const defaultUri = picture.with({ path: path.posix.join(dir, `${name}.comparison${suffix}`) });
    const target = await window.showSaveDialog({ title: 'Export Comparison', defaultUri, filters });
    if (!target) return;
    try {
      await workspace.fs.writeFile(target, content);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FoveaError('write-failed', `"${target.fsPath}" could not be written: ${why}`, 'Choose another folder, or make room on the disk.', { cause });
    }
    this.post({ type: 'announce', message: `Saved ${path.posix.basename(target.path)}.` });
    await offerToOpen(target);
  }
}

function namesOf({ subjects }: Comparison, services: CompareServices): ComparedNames {
  return {
    techniques: Object.fromEntries(subjects.map(({ technique }) => [technique, services.techniqueTitle(technique)])),
    models: Object.fromEntries(subjects.map(({ model }) => [model, modelTitle(model)])),
  };
}
