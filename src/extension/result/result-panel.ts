/** One result panel: the webview, the session behind it, and what goes between the two. */
import path from 'node:path';
import { commands, Uri, workspace, type Disposable, type WebviewPanel } from 'vscode';
import { isBundled } from '../../protocol/bundled-model.ts';
import type { ExplainResult, RuntimeChoice } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { PanelPlace } from '../../protocol/panel-place.ts';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import type { StoredRecipe } from '../../protocol/recipe.ts';
import { panelMessageSchema, type HostMessage, type PanelMessage, type Subject } from '../../protocol/result-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import type { SessionHost } from './explain-host.ts';
import { ExplainSession } from './explain-session.ts';
import { chooseExportFile, offerToOpen } from '../export/export-dialog.ts';
import { hashOf } from '../file-hash.ts';
import { changedClassKey, changedLayerKey } from '../ids.ts';
import { KeptPlace } from '../runs/kept-place.ts';
import type { KeptRun } from './kept-result.ts';
import { checkModelAllowed } from '../models/active-model.ts';
import { performAction } from '../notifications.ts';
import { PageLink, type PageServices } from '../pages/page-link.ts';
import { picturePath, watchPicture } from '../picture-files.ts';
import { changesSince } from '../recipes/recipe-file.ts';
import { saveSidecar } from '../models/sidecar.ts';
import type { Trust } from '../runs/stored-trust.ts';
import { takeCommands } from '../export/take-commands.ts';
import { Tuning } from './tuning.ts';

type RevealedPart = Extract<HostMessage, { type: 'reveal' }>['part'];

/** They begin with what the active panel shows. */
const compareCommands = {
  techniques: 'fovea.compareTechniques', classes: 'fovea.compareClasses', layers: 'fovea.compareLayers', models: 'fovea.compareModels',
} as const;

export interface PanelServices extends PageServices {
  readonly engine: EngineClient;
  techniqueTitle(id: string): string;
  /** Called with every result that was made. @param kept called once it is kept as a run */
  explained(panel: ResultPanel, result: ExplainResult, kept: (run: string) => void): void;
  /** What was measured of a result that is kept; and called when there is more of it. */
  trustOf(subject: Subject, result: ExplainResult): Promise<Trust | undefined>;
  measured(panel: ResultPanel, subject: Subject, result: ExplainResult, trust: Trust): void;
  /** Called when anything that the side panel shows of a result has changed. */
  changed(): void;
}

export class ResultPanel implements Disposable {
  readonly session: ExplainSession;
  readonly tuning: Tuning;
  readonly place: KeptPlace;
  private readonly disposables: Disposable[] = [];
  private watched: { picture: string; watcher: Disposable } | undefined;
  private readonly page: PageLink<HostMessage, PanelMessage>;
  /** Part of the page that is to be opened as soon as it listens. */
  private unrevealed: RevealedPart | undefined;
  /** The result that is shown and not kept yet. */
  private unkept: ExplainResult | undefined;
  /** The picture, model or settings changed while nobody looked. */
  private stale = false;

  /**
   * @param recipe that the panel was opened from: what has changed since it was saved is noted with the result
   * @param place of the panel before a reload
   */
  constructor(
    readonly view: WebviewPanel, subject: Subject, private readonly services: PanelServices, readonly recipe?: StoredRecipe, place?: PanelPlace,
  ) {
    this.place = new KeptPlace(place, (message) => this.page.post(message));
    this.page = new PageLink(view, 'result', services, {
      early: true, schema: panelMessageSchema, handle: (message) => this.handle(message), failed: (error) => this.session.showError(error),
    });
    const host: SessionHost = {
      post: (message) => {
        if (message.type === 'partial') this.tuning.foresee(message.result);
        this.page.post(message);
      },
      picturePath,
      pictureHash: async (uri) => hashOf(picturePath(uri)).catch(() => undefined),
      checkModel: checkModelAllowed,
      runtime: () => workspace.getConfiguration('fovea').get<RuntimeChoice>('runtime', 'auto'),
      sanityBadge: () => workspace.getConfiguration('fovea').get<boolean>('sanityBadge', true),
      notes: (result) => (recipe ? changesSince(recipe, result.recipe) : []),
      explained: (result) => {
        this.tuning.explained(result);
        this.unkept = result;
        services.explained(this, result, (run) => {
          this.place.made(run);
          if (this.unkept === result) this.place.shows(run);
        });
      },
      trustOf: (of, result) => services.trustOf(of, result),
      measured: (of, result, trust) => services.measured(this, of, result, trust),
      changed: () => services.changed(),
    };
    this.session = new ExplainSession(subject, services.engine, host);
    const { session } = this;
    this.tuning = new Tuning({
      get subject() { return session.subject; },
      explain: (tuned) => void this.show(tuned),
    }, () => services.changed());
    this.disposables.push(
      this.page,
      view.onDidChangeViewState(() => {
        if (view.visible && this.stale) void this.explain();
      }),
      view.onDidDispose(() => this.dispose()),
    );
    this.follow(subject);
  }

  /** Explains, in this panel, something else or the same again. */
  async explain(subject: Subject = this.session.subject): Promise<void> {
    this.tuning.restart(subject);
    await this.show(subject);
  }

  /** Shows the result of a run as it is kept. @param isRestored because the window was reloaded */
  async open(run: KeptRun, isRestored = false): Promise<void> {
    this.stale = false;
    this.tuning.restart(run.subject);
    this.follow(run.subject);
    this.unkept = undefined;
    this.place.shows(run.id);
    await this.session.open(run, isRestored);
  }

  /** The same with another model, whose classes and layers are its own. */
  async useModel(model: string): Promise<void> {
    await this.explain({ ...this.session.subject, model, class: 'top', layer: undefined, preprocessing: undefined });
  }

  /** Brings a part of the panel into view. */
  reveal(part: RevealedPart): void {
    this.view.reveal();
    if (this.page.isListening) this.page.post({ type: 'reveal', part });
    else this.unrevealed = part;
  }

  /** Something that the result depends on has changed: explains again, at once or when the panel is next seen. */
  refresh(): void {
    if (this.view.visible) void this.explain();
    else this.stale = true;
  }

  dispose(): void {
    this.session.dispose();
    this.tuning.dispose();
    this.watched?.watcher.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private async show(subject: Subject): Promise<void> {
    this.stale = false;
    this.follow(subject);
    this.unkept = undefined;
    this.place.shows(undefined);
    await this.session.explain(subject);
  }

  /** Title and file watcher follow the subject. */
  private follow({ picture, technique }: Subject): void {
    const uri = Uri.parse(picture);
    this.view.title = `${uri.path.slice(uri.path.lastIndexOf('/') + 1)} – ${this.services.techniqueTitle(technique)}`;
    if (this.watched?.picture === picture) return;
    this.watched?.watcher.dispose();
    this.watched = {
      picture,
      watcher: watchPicture(uri, {
        changed: () => this.refresh(),
        deleted: () => this.session.showError(new FoveaError('picture-missing', `The picture "${uri.fsPath}" is no longer there.`, 'The last result stays; put the file back to explain it again.')),
      }),
    };
  }

  private async handle(message: PanelMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        for (const kept of [this.place.message, ...this.session.snapshot()]) this.page.post(kept);
        if (this.unrevealed) this.page.post({ type: 'reveal', part: this.unrevealed });
        this.unrevealed = undefined;
        break;
      case 'explain':
        await this.show(this.accept(message.subject));
        break;
      case 'cancel':
        this.session.cancel();
        break;
      case 'run-again':
        await this.explain();
        break;
      case 'show-kept':
        this.tuning.restart(this.session.subject);
        await this.session.openAgain();
        break;
      case 'request-strip':
        await commands.executeCommand('setContext', changedLayerKey, true);
        await this.session.strip();
        break;
      case 'request-badge':
        await this.session.trust.badge.run();
        break;
      case 'request-check':
        await this.session.trust.checks.run(message.mode);
        break;
      case 'cancel-check':
        this.session.trust.checks.stop();
        break;
      case 'plan-evaluation':
        await this.session.trust.evaluation.plan();
        break;
      case 'evaluate':
        await this.session.trust.evaluation.run(message.only);
        break;
      case 'cancel-evaluation':
        this.session.trust.evaluation.cancel();
        break;
      case 'request-preprocessing-trials':
        await this.session.preprocessingTrials();
        break;
      case 'use-preprocessing':
        if (message.save) await this.savePreprocessing(message.preprocessing);
        else await this.session.usePreprocessing(message.preprocessing);
        break;
      case 'export':
        await this.export(message);
        break;
      case 'take':
        await commands.executeCommand(takeCommands[message.what], message.display);
        break;
      case 'compare':
        await commands.executeCommand(compareCommands[message.what]);
        break;
      case 'select-model':
        await commands.executeCommand('fovea.selectModel');
        break;
      case 'action':
        await performAction(message.id, () => this.explain());
        break;
    }
  }

  /**
   * The page may change what is explained, never the picture or the model: it is another origin, and those are files. Parameters are tuned
   * in the side panel, and preprocessing is corrected by a message of its own.
   */
  private accept(asked: Subject): Subject {
    const { picture, model, class: target, layer, preprocessing } = this.session.subject;
    if (asked.class !== target) void commands.executeCommand('setContext', changedClassKey, true);
    if (asked.layer !== layer) void commands.executeCommand('setContext', changedLayerKey, true);
    return { ...this.tuning.follow(asked), picture, model, preprocessing };
  }

  private async savePreprocessing(preprocessing: Preprocessing): Promise<void> {
    const { model } = this.session.subject;
    if (isBundled(model)) {
      throw new FoveaError('preprocessing-invalid', 'The preprocessing of a bundled model is known and is not saved.', 'It stays changed in this panel only.');
    }
    let file: string;
    try {
      file = await saveSidecar(model, preprocessing);
    } catch (error) {
      await this.session.usePreprocessing(preprocessing);
      throw error;
    }
    this.page.post({ type: 'announce', message: `Saved ${path.basename(file)}.` });
    await this.session.usePreprocessing(undefined); // from now on the sidecar says it
  }

  private async export(message: Extract<PanelMessage, { type: 'export' }>): Promise<void> {
    const { picture, technique } = this.session.subject;
    const target = await chooseExportFile(Uri.parse(picture), technique, message.what);
    if (!target) return;
    await this.session.exportTo(target.fsPath, message);
    this.page.post({ type: 'announce', message: `Saved ${path.basename(target.fsPath)}.` });
    await offerToOpen(target);
  }
}
