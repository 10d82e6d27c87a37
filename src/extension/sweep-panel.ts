/** One sweep panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { Uri, workspace, type Disposable, type WebviewPanel } from 'vscode';
import type { RuntimeChoice } from '../protocol/engine.ts';
import type { GenerateResult, GeneratorDescription } from '../protocol/generate.ts';
import { sweepMessageSchema, type SweepHostMessage, type SweepMessage, type Swept } from '../protocol/sweep-panel.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { EngineClient } from './engine-client.ts';
import type { EngineLog } from './engine-process.ts';
import { isErrorAction } from './error-actions.ts';
import { saveAs } from './export-dialog.ts';
import { checkModelAllowed } from './models.ts';
import { notifyError, performAction } from './notifications.ts';
import { picturePath, watchPicture } from './picture-files.ts';
import { sweepReportHtml } from './sweep-report.ts';
import { SweepSession } from './sweep-session.ts';
import { webviewOptions, webviewPage } from './webview-html.ts';

export interface SweepServices {
  readonly engine: EngineClient;
  readonly log: EngineLog;
  readonly extensionUri: Uri;
  /** Shows one cell as a run of its own. @param result undefined where it is to be made */
  open(cell: Swept, result: GenerateResult | undefined): Promise<void>;
}

export class SweepPanel implements Disposable {
  readonly session: SweepSession;
  private readonly disposables: Disposable[] = [];
  /** Whether the page listens; a hidden page is gone and asks for everything again when it is shown. */
  private listening = false;

  constructor(readonly view: WebviewPanel, swept: Swept, private readonly services: SweepServices) {
    this.session = new SweepSession(swept, services.engine, {
      post: (message) => this.post(message),
      picturePath,
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
      described: (title) => (view.title = `Sweep – ${title}`),
    });
    view.title = 'Sweep';
    view.iconPath = Uri.joinPath(services.extensionUri, 'media', 'fovea.svg');
    view.webview.options = webviewOptions(services.extensionUri);
    this.disposables.push(
      view.webview.onDidReceiveMessage((message) => this.receive(message)),
      view.onDidChangeViewState(() => {
        if (!view.visible) this.listening = false;
      }),
      view.onDidDispose(() => this.dispose()),
      workspace.onDidGrantWorkspaceTrust(() => {
        if (!this.session.isDescribed) void this.session.describe();
      }),
      ...picturesIn(swept).map((picture) => watchPicture(Uri.parse(picture), {
        changed: () => this.session.outdate(),
        deleted: () => {}, // what was made of it stays
      })),
    );
    view.webview.html = webviewPage(view.webview, services.extensionUri, 'sweep');
    void this.session.describe();
  }

  dispose(): void {
    this.session.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private post(message: SweepHostMessage): void {
    if (this.listening) void this.view.webview.postMessage(message);
  }

  private receive(raw: unknown): void {
    const parsed = sweepMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.services.log.warn(`A message of the sweep panel was not understood: ${parsed.error.message}`);
      return;
    }
    this.handle(parsed.data).catch((error: unknown) => void notifyError(error));
  }

  private async handle(message: SweepMessage): Promise<void> {
    const { session } = this;
    switch (message.type) {
      case 'ready':
        this.listening = true;
        for (const kept of session.snapshot()) this.post(kept);
        break;
      case 'run':
        await session.run(message.plan);
        break;
      case 'continue':
        await session.continue();
        break;
      case 'cancel':
        session.cancel();
        break;
      case 'shown':
        session.shown(message.frame);
        break;
      case 'open': {
        const cell = session.cellAt(message.index);
        if (cell) await this.services.open(cell.swept, cell.result);
        break;
      }
      case 'action':
        if (!isErrorAction(message.id)) break;
        if (message.id !== 'retry') await performAction(message.id);
        else if (session.grid) await session.continue();
        else await session.describe();
        break;
      case 'export-picture':
        await this.save('.png', { 'PNG picture': ['png'] }, message.png);
        break;
      case 'export-page': {
        const { grid } = session;
        if (!grid) break;
        const cells = message.cells.flatMap(({ index, png }) => {
          const recipe = session.recipeAt(index);
          return recipe ? [{ index, png, recipe }] : [];
        });
        const html = sweepReportHtml(grid, cells, await this.described(), new Date());
        await this.save('.html', { 'HTML page': ['html'] }, new TextEncoder().encode(html));
        break;
      }
    }
  }

  /** What the engine says of the technique. */
  private async described(): Promise<GeneratorDescription | TechniqueDescription | undefined> {
    const { swept } = this.session;
    const { engine } = this.services;
    return swept.kind === 'make'
      ? (await engine.generators()).find(({ id }) => id === swept.work.generator)
      : (await engine.techniques()).find(({ id }) => id === swept.subject.technique);
  }

  private async save(suffix: string, filters: Record<string, string[]>, content: Uint8Array): Promise<void> {
    const { swept } = this.session;
    const [picture, what] = swept.kind === 'make' ? [swept.work.content, swept.work.generator] : [swept.subject.picture, swept.subject.technique];
    const beside = picture === undefined ? undefined : Uri.joinPath(Uri.parse(picture), '..');
    const folder = beside ?? workspace.workspaceFolders?.[0]?.uri;
    const stem = picture === undefined ? '' : `${path.posix.parse(Uri.parse(picture).path).name}.`;
    const suggested = folder && Uri.joinPath(folder, `${stem}${what}.sweep${suffix}`);
    await saveAs('Export Sweep', suggested, filters, content, (name) => this.post({ type: 'announce', message: `Saved ${name}.` }));
  }
}

function picturesIn(swept: Swept): string[] {
  return swept.kind === 'explain' ? [swept.subject.picture] : [swept.work.content, swept.work.style].filter((uri) => uri !== undefined);
}
