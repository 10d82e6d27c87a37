/** One studio panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, Uri, window, workspace, type Disposable, type WebviewPanel } from 'vscode';
import type { RuntimeChoice } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import { studioMessageSchema, type Phase, type PictureRole, type StudioHostMessage, type StudioMessage, type Work } from '../../protocol/studio-panel.ts';
import type { Swept } from '../../protocol/sweep-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import { offerToOpen } from '../export/export-dialog.ts';
import { KeptPlace } from '../runs/kept-place.ts';
import { checkModelAllowed } from '../models/active-model.ts';
import { performAction } from '../notifications.ts';
import { PageLink, type PageServices } from '../pages/page-link.ts';
import { picturePath, watchPicture } from '../picture-files.ts';
import { askForPicture, isPicture, ownFile } from '../pictures.ts';
import { changesSinceMade } from '../recipes/recipe-file.ts';
import { StudioSession } from './studio-session.ts';
import { takeCommands } from '../export/take-commands.ts';
import { nameOf } from './work.ts';

export interface StudioServices extends PageServices {
  readonly engine: EngineClient;
  /** Keeps what was made as a run. @returns its id; undefined where it cannot be kept */
  made(panel: string, title: string, result: GenerateResult, work: Work): Promise<string | undefined>;
}

export class StudioPanel implements Disposable {
  readonly session: StudioSession;
  readonly place: KeptPlace;
  private readonly disposables: Disposable[] = [];
  private readonly page: PageLink<StudioHostMessage, StudioMessage>;
  private phase: Phase = 'idle';
  private readonly watched = new Map<PictureRole, { picture: string; watcher: Disposable }>();

  /** @param place of the panel before a reload */
  constructor(readonly view: WebviewPanel, work: Work, private readonly services: StudioServices, place?: PanelPlace) {
    this.place = new KeptPlace(place, (message) => this.page.post(message));
    this.page = new PageLink(view, 'studio', services, {
      schema: studioMessageSchema, handle: (message) => this.handle(message), failed: (error) => this.session.showError(error),
    });
    this.session = new StudioSession(work, services.engine, {
      post: (message) => {
        if (message.type === 'state') this.phase = message.phase;
        this.page.post(message);
      },
      picturePath,
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
      made: async (result, made) => {
        const run = await services.made(this.place.panel, this.session.generator?.title ?? result.generator, result, made);
        this.place.made(run);
        return run;
      },
      notes: (saved, result) => changesSinceMade(saved, result.recipe),
      changed: () => this.changed(),
    });
    this.disposables.push(this.page, view.onDidDispose(() => this.dispose()));
    this.changed();
    void this.session.describe();
  }

  /** Whether it shows a result, or is about to. */
  get isUsed(): boolean {
    return this.phase !== 'idle' || this.session.shownResult !== undefined;
  }

  /** Ends the run under way, if any. Settles once what there is of it is kept. */
  async leave(): Promise<void> {
    await this.session.stop();
    while (this.phase !== 'idle') await sleep(20);
  }

  dispose(): void {
    this.session.dispose();
    for (const { watcher } of this.watched.values()) watcher.dispose();
    this.watched.clear();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  /** The session tells of changes from its first moment on, before it is known here. */
  private changed(): void {
    const session = this.session as StudioSession | undefined;
    if (!session) return;
    for (const role of ['content', 'style'] as const) this.watch(role, session.work[role]);
    this.place.shows(session.runId);
    const { subjectName, generator } = session;
    const title = generator?.title ?? 'Studio';
    this.view.title = subjectName === undefined ? title : `${subjectName} – ${title}`;
  }

  /** What a picture's file looks like is shown beside what is made of it; that it is gone is, too. */
  private watch(role: PictureRole, picture: string | undefined): void {
    const watched = this.watched.get(role);
    if (watched?.picture === picture) return;
    watched?.watcher.dispose();
    this.watched.delete(role);
    if (picture === undefined) return;
    const look = (): void => void this.session.lookAgain();
    this.watched.set(role, { picture, watcher: watchPicture(Uri.parse(picture), { changed: look, deleted: look }) });
  }

  private async handle(message: StudioMessage): Promise<void> {
    const { session } = this;
    switch (message.type) {
      case 'ready':
        for (const kept of [this.place.message, ...session.snapshot()]) this.page.post(kept);
        break;
      case 'change':
        session.change(message.change, message.serial);
        break;
      case 'run':
        await session.start();
        break;
      case 'pause':
      case 'resume':
        await session.pause(message.type === 'pause');
        break;
      case 'stop':
        await session.stop();
        break;
      case 'cancel':
        session.cancel();
        break;
      case 'continue':
        await session.continue(message.steps);
        break;
      case 'shown':
        session.shown(message.frame);
        break;
      case 'choose-picture':
        await this.choosePicture(message.role);
        break;
      case 'drop-picture':
        await this.usePicture(message.role, ownFile(Uri.parse(message.uri)));
        break;
      case 'export':
        await this.export(message.what, message.index);
        break;
      case 'take':
        await commands.executeCommand(takeCommands[message.what]);
        break;
      case 'sweep':
        await commands.executeCommand('fovea.sweep', { kind: 'make', work: session.work } satisfies Swept);
        break;
      case 'select-model':
        await commands.executeCommand('fovea.selectModel');
        break;
      case 'action':
        await performAction(message.id, () => session.start());
        break;
    }
  }

  private async choosePicture(role: PictureRole): Promise<void> {
    const chosen = await askForPicture(role === 'content' ? 'Choose the Photograph' : 'Choose the Style');
    if (chosen) await this.usePicture(role, chosen);
  }

  private async usePicture(role: PictureRole, picture: Uri): Promise<void> {
    if (picture.scheme !== 'file' || !isPicture(picture)) {
      throw new FoveaError('picture-not-a-picture', `"${nameOf(picture.path)}" is not a picture file.`, 'Choose a PNG, JPEG or WebP file.');
    }
    await this.session.usePicture(role, picture.toString());
  }

  private async export(what: 'picture' | 'difference', index: number): Promise<void> {
    const pixels = this.session.picture(what, index);
    if (!pixels) return;
    const { content, generator } = this.session.work;
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const stem = content === undefined ? '' : `${path.posix.parse(nameOf(content)).name}.`;
    const name = `${stem}${generator}${index > 0 ? `-${index + 1}` : ''}${what === 'difference' ? '.difference' : ''}.png`;
    const beside = content === undefined ? folder : Uri.joinPath(Uri.parse(content), '..');
    const target = await window.showSaveDialog({
      title: 'Export Picture', filters: { 'PNG picture': ['png'] }, ...(beside && { defaultUri: Uri.joinPath(beside, name) }),
    });
    if (!target) return;
    await this.services.engine.savePixels({ pixels, file: target.fsPath });
    this.page.post({ type: 'announce', message: `Saved ${path.basename(target.fsPath)}.` });
    await offerToOpen(target);
  }
}
