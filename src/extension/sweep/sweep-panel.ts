/** One sweep panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { Uri, workspace, type Disposable, type WebviewPanel } from 'vscode';
import type { RuntimeChoice } from '../../protocol/engine.ts';
import type { GenerateResult, GeneratorDescription } from '../../protocol/generate.ts';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import { sweepMessageSchema, type SweepHostMessage, type SweepMessage, type Swept } from '../../protocol/sweep-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import type { EngineClient } from '../engine-client.ts';
import { saveAs } from '../export/export-dialog.ts';
import { hashOf } from '../file-hash.ts';
import { KeptPlace } from '../runs/kept-place.ts';
import { checkModelAllowed } from '../models/active-model.ts';
import { notifyError, performAction } from '../notifications.ts';
import { PageLink, type PageServices } from '../pages/page-link.ts';
import { picturePath, watchPicture } from '../picture-files.ts';
import type { SweptCell } from './sweep-recorder.ts';
import { sweepReportHtml } from '../reports/sweep-report.ts';
import { SweepSession } from './sweep-session.ts';

export interface SweepServices extends PageServices {
  readonly engine: EngineClient;
  /** Shows one cell as a run of its own. @param result undefined where it is to be made */
  open(cell: Swept, result: GenerateResult | undefined): Promise<void>;
  /** Keeps a cell with its grid. @returns the run's id; undefined where it cannot be kept */
  done(panel: string, cell: SweptCell): Promise<string | undefined>;
}

export class SweepPanel implements Disposable {
  readonly session: SweepSession;
  readonly place: KeptPlace;
  private readonly disposables: Disposable[] = [];
  private readonly page: PageLink<SweepHostMessage, SweepMessage>;

  /** @param place of the panel before a reload */
  constructor(readonly view: WebviewPanel, swept: Swept, private readonly services: SweepServices, place?: PanelPlace) {
    this.place = new KeptPlace(place, (message) => this.page.post(message));
    this.page = new PageLink(view, 'sweep', services, { schema: sweepMessageSchema, handle: (message) => this.handle(message), failed: (error) => void notifyError(error) });
    this.session = new SweepSession(swept, services.engine, {
      post: (message) => this.page.post(message),
      picturePath,
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
      described: (title) => (view.title = `Sweep – ${title}`),
      done: (cell) => void services.done(this.place.panel, cell).then((run) => {
        this.place.made(run);
        if (cell.plan === this.session.grid?.plan) this.place.shows(run);
      }),
      pictureHashes: () => Promise.all(picturesIn(swept).map((uri) => hashOf(picturePath(uri)).catch(() => undefined))),
    });
    view.title = 'Sweep';
    this.disposables.push(
      this.page,
      view.onDidDispose(() => this.dispose()),
      workspace.onDidGrantWorkspaceTrust(() => {
        if (!this.session.isDescribed) void this.session.describe();
      }),
      ...picturesIn(swept).map((picture) => watchPicture(Uri.parse(picture), {
        changed: () => this.session.outdate(),
        deleted: () => {}, // what was made of it stays
      })),
    );
    void this.session.describe();
  }

  dispose(): void {
    this.session.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private async handle(message: SweepMessage): Promise<void> {
    const { session } = this;
    switch (message.type) {
      case 'ready':
        for (const kept of [this.place.message, ...session.snapshot()]) this.page.post(kept);
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
        await performAction(message.id, () => (session.grid ? session.continue() : session.describe()));
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
    await saveAs('Export Sweep', suggested, filters, content, (name) => this.page.post({ type: 'announce', message: `Saved ${name}.` }));
  }
}

function picturesIn(swept: Swept): string[] {
  return swept.kind === 'explain' ? [swept.subject.picture] : [swept.work.content, swept.work.style].filter((uri) => uri !== undefined);
}
