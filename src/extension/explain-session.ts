/**
 * The truth behind one result panel: what is explained, the latest of everything that the panel shows, and the request under way.
 * Knows no VS Code; the panel gives it a host and passes on what it posts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ExplainRequest, ExplainResult, ModelDescription, ModelReference, RuntimeChoice } from '../protocol/engine.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { HostMessage, PanelMessage, Subject } from '../protocol/result-panel.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { PanelSummary } from './api.ts';
import { BackgroundCheck } from './background-check.ts';
import { actionsFor } from './error-actions.ts';
import type { CallOptions, EngineClient } from './engine-client.ts';
import { MapEvaluation } from './evaluation.ts';
import { KeptResult, type KeptRun } from './kept-result.ts';
import { PagePicture } from './page-pixels.ts';
import { candidates } from './preprocessing-candidates.ts';
import { WholeChecks } from './whole-checks.ts';

export interface SessionHost {
  post(message: HostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none, e.g. in a virtual workspace */
  picturePath(uri: string): string;
  /** SHA-256 of a picture's file; undefined where it cannot be read. */
  pictureHash(uri: string): Promise<string | undefined>;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: ModelReference): void;
  runtime(): RuntimeChoice;
  /** Whether maps have a badge that says if they passed a sanity check. */
  sanityBadge(): boolean;
  /** What is to be noted with a result besides what the engine notes. */
  notes(result: ExplainResult): string[];
  /** Called with every result that is shown. */
  explained(result: ExplainResult): void;
  /** Called when subject, result, model or activity have changed. */
  changed(): void;
}

/** The part of the engine that a session uses. */
export type SessionEngine = Pick<EngineClient, 'describeModel' | 'explain' | 'layerStrip' | 'predict' | 'exportResult' | 'techniques' | 'check' | 'planEvaluation' | 'evaluate'>;

/** What can be under way, each at most once. The strip and the trials outlive a mere change of layer. */
type Work = 'explain' | 'strip' | 'trials';

type Kept = Exclude<HostMessage['type'], 'announce' | 'reveal'>;

/** In the order in which a panel that starts anew needs them. */
const snapshotOrder: readonly Kept[] = ['techniques', 'subject', 'model', 'result', 'partial', 'kept', 'badge', 'checks', 'evaluation', 'strip', 'preprocessing-trials', 'error', 'busy'];

export class ExplainSession {
  private readonly kept = new Map<Kept, HostMessage>();
  private readonly running = new Map<Work, AbortController>();
  readonly badge: BackgroundCheck;
  readonly evaluation: MapEvaluation;
  readonly checks: WholeChecks;
  private readonly picture = new PagePicture();
  private current: Subject;
  /** The run that is shown, or was made again. */
  private opened: KeptResult | undefined;

  constructor(subject: Subject, private readonly engine: SessionEngine, private readonly host: SessionHost) {
    this.current = subject;
    this.badge = new BackgroundCheck(engine, () => this.allowedRequest(), (badge) => this.show({ type: 'badge', badge }));
    this.evaluation = new MapEvaluation(engine, () => this.allowedRequest(), (evaluation) => this.show({ type: 'evaluation', evaluation }));
    this.checks = new WholeChecks(engine, () => this.allowedRequest(), (checks) => this.show({ type: 'checks', checks }));
    this.keepSubject();
  }

  get subject(): Subject {
    return this.current;
  }

  /** The model as described last; undefined until the engine has answered. */
  get model(): ModelDescription | undefined {
    return this.last('model')?.model;
  }

  /** As the engine describes it; undefined until it has answered. */
  get technique(): TechniqueDescription | undefined {
    return this.last('techniques')?.techniques.find(({ id }) => id === this.current.technique);
  }

  /** Index of the class of what is shown, be it partial; undefined before anything is. */
  get explainedClass(): number | undefined {
    return (this.last('partial')?.result ?? this.result)?.class.index;
  }

  /** The last result; undefined before the first. */
  get result(): ExplainResult | undefined {
    return this.last('result')?.result;
  }

  /** For a person. */
  get pictureName(): string {
    const { picture } = this.current;
    return decodeURIComponent(picture.slice(picture.lastIndexOf('/') + 1));
  }

  summary(): PanelSummary {
    const { picture, technique, model } = this.current;
    return {
      picture, technique, model,
      busy: this.running.size > 0,
      className: this.result?.class.name,
      error: this.last('error')?.error.reason,
    };
  }

  /** Everything that a panel needs to show the present state, in order. */
  snapshot(): HostMessage[] {
    return snapshotOrder.flatMap((type) => this.kept.get(type) ?? []);
  }

  /** Explains; what was under way is cancelled. Failures are shown, never thrown. */
  async explain(subject: Subject = this.current): Promise<void> {
    const opened = this.opened?.isOf(subject) ? this.opened : undefined;
    if (this.opened) {
      this.opened = opened;
      opened?.show('again');
      this.showKept();
    }
    this.begin(subject);
    await this.task('explain', 'Explaining', async (options) => {
      this.host.checkModel(subject.model);
      const request = { ...this.request(), wantPixels: true, knownPicture: this.picture.hashOf(subject.picture) };
      const onPartial = (result: ExplainResult): void => {
        if (!options.signal.aborted) this.showResult('partial', subject, result);
      };
      await Promise.all([
        this.describe(subject, options),
        this.describeTechniques(options),
        this.engine.explain(request, { ...options, onPartial }).then((result) => {
          if (options.signal.aborted) return;
          this.kept.delete('partial');
          const whole = this.showResult('result', subject, { ...result, notes: [...result.notes, ...this.host.notes(result)] });
          opened?.compare(whole);
          if (opened) this.showKept();
          this.evaluation.follow(whole);
          this.host.explained(whole);
          if (this.host.sanityBadge()) void this.badge.consider(result);
        }),
      ]);
    });
  }

  /** Shows the result of a run as it is kept, at once; what has changed since is found out meanwhile. */
  async open(run: KeptRun): Promise<void> {
    const { subject } = run;
    this.abortAll();
    for (const over of ['busy', 'error', 'partial'] as const) this.kept.delete(over);
    const opened = new KeptResult(run);
    this.opened = opened;
    this.begin(subject);
    const whole = this.showResult('result', subject, run.result);
    this.showKept();
    const controller = new AbortController();
    this.running.set('explain', controller);
    const { signal } = controller;
    const [picture, model] = await Promise.all([
      this.host.pictureHash(subject.picture),
      this.describeAllowed(subject, signal).catch(() => undefined),
      this.describeTechniques({ signal }).catch(() => undefined),
    ]);
    if (signal.aborted) return;
    this.running.delete('explain');
    opened.knowPresent({ picture, model });
    this.showKept();
    if (opened.isOutdated) return; // what would be measured now is another map
    this.evaluation.follow(whole);
    if (this.host.sanityBadge()) void this.badge.consider(whole);
  }

  /** Shows what is kept of the run that was opened here, instead of what was made when it was run again. */
  async openAgain(): Promise<void> {
    if (this.opened) await this.open(this.opened.run);
  }

  /** Turns to a subject: what belonged to another one is dropped. */
  private begin(subject: Subject): void {
    const { model, technique, picture, class: target } = this.current;
    const sameStrip = subject.model === model && subject.technique === technique && subject.picture === picture && subject.class === target;
    this.current = subject;
    if (!sameStrip) this.drop('strip', 'strip');
    if (subject.model !== model || subject.picture !== picture) this.drop('trials', 'preprocessing-trials');
    this.keepSubject();
    this.badge.cancel();
    if (this.kept.delete('badge')) this.host.post({ type: 'badge', badge: null });
    this.evaluation.follow(undefined);
    this.checks.reset();
  }

  /** Stops what is under way. What a sampling technique has by then becomes the result; otherwise the last one, if any, is shown again. */
  cancel(): void {
    if (this.running.size === 0) return;
    this.abortAll();
    this.kept.delete('busy');
    const partial = this.last('partial');
    if (partial) this.kept.set('result', { ...partial, type: 'result' });
    this.kept.delete('partial');
    const result = this.last('result');
    if (result) this.current = result.subject;
    this.evaluation.follow(result?.result);
    this.keepSubject();
    for (const message of this.snapshot()) if (message.type === 'subject' || message.type === 'result') this.host.post(message);
    this.host.post({ type: 'announce', message: 'Cancelled.' });
  }

  async strip(): Promise<void> {
    const subject = this.current;
    await this.task('strip', 'Explaining every layer', async (options) => {
      this.host.checkModel(subject.model);
      const { layer: _, ...request } = this.request();
      const entries = await this.engine.layerStrip(request, options);
      if (!options.signal.aborted) this.show({ type: 'strip', subject, entries });
    });
  }

  /** Predictions under each preset and under the present preprocessing, should it be none of them; shown as they come. */
  async preprocessingTrials(): Promise<void> {
    const subject = this.current;
    await this.task('trials', 'Trying the common preprocessings', async (options) => {
      this.host.checkModel(subject.model);
      const description = this.model ?? await this.describe(subject, options);
      const { picture, model, runtime, preprocessing } = this.request();
      const present = preprocessing ?? description.preprocessing;
      const trials: Extract<HostMessage, { type: 'preprocessing-trials' }>['trials'] = [];
      for (const candidate of candidates(present)) {
        const { predictions } = await this.engine.predict({ picture, model, runtime, preprocessing: candidate.preprocessing, top: 3 }, options);
        if (options.signal.aborted) return;
        trials.push({ ...candidate, predictions });
        this.show({ type: 'preprocessing-trials', trials: [...trials] });
      }
    });
  }

  /** Replaces the model's own preprocessing in this panel; undefined takes it back. */
  async usePreprocessing(preprocessing: Preprocessing | undefined): Promise<void> {
    this.drop('trials', 'preprocessing-trials');
    this.drop('strip', 'strip');
    await this.explain({ ...this.current, preprocessing });
  }

  /** Writes the present result to a file. @throws FoveaError */
  async exportTo(file: string, message: Extract<PanelMessage, { type: 'export' }>): Promise<void> {
    await this.engine.exportResult({ ...this.allowedRequest(), file, what: message.what, display: message.display });
  }

  showError(error: unknown): void {
    const known = FoveaError.from(error);
    if (known instanceof CancelledError) return;
    this.show({ type: 'error', error: known.toData(), actions: actionsFor(known.reason) });
  }

  dispose(): void {
    this.abortAll();
    this.badge.cancel();
    this.evaluation.cancel();
    this.checks.stop();
  }

  private last<T extends Kept>(type: T): Extract<HostMessage, { type: T }> | undefined {
    return this.kept.get(type) as Extract<HostMessage, { type: T }> | undefined;
  }

  private abortAll(): void {
    for (const controller of this.running.values()) controller.abort();
    this.running.clear();
  }

  /** Stops work whose outcome is no longer wanted, and forgets the last one. */
  private drop(work: Work, outcome: Kept): void {
    this.running.get(work)?.abort();
    this.running.delete(work);
    this.kept.delete(outcome);
  }

  /** The present subject as the engine wants it. */
  private request(): ExplainRequest {
    const { picture, model, technique, class: target, layer, score, parameters, seed, preprocessing } = this.current;
    return {
      picture: { path: this.host.picturePath(picture) }, model, technique, class: target, layer, score, parameters, seed, preprocessing,
      runtime: this.host.runtime(),
    };
  }

  /** @throws FoveaError `model-untrusted`, `run-lost` where something else would come of it than is shown */
  private allowedRequest(): ExplainRequest {
    this.host.checkModel(this.current.model);
    if (this.opened?.isOutdated) {
      throw new FoveaError('run-lost', 'What is shown was kept from an earlier run, and would not come out the same now.', 'Run it again first. A report shows what was kept.');
    }
    return this.request();
  }

  private async describeAllowed(subject: Subject, signal: AbortSignal): Promise<ModelDescription> {
    this.host.checkModel(subject.model);
    return this.describe(subject, { signal });
  }

  private showKept(): void {
    this.show({ type: 'kept', kept: this.opened?.state ?? null });
  }

  private async describe(subject: Subject, options: CallOptions): Promise<ModelDescription> {
    const model = await this.engine.describeModel(subject.model, subject.preprocessing, options);
    const same = isDeepStrictEqual(this.model, model);
    if (!options.signal?.aborted && !same) this.show({ type: 'model', model });
    return model;
  }

  private async describeTechniques(options: CallOptions): Promise<void> {
    if (!this.kept.has('techniques')) this.show({ type: 'techniques', techniques: await this.engine.techniques(options) });
  }

  /** Newer work takes the place of older work of the same kind. */
  private async task(work: Work, message: string, run: (options: CallOptions & { signal: AbortSignal }) => Promise<void>): Promise<void> {
    this.running.get(work)?.abort();
    const controller = new AbortController();
    this.running.set(work, controller);
    this.kept.delete('error');
    if (work === 'explain') this.kept.delete('partial');
    this.show({ type: 'busy', message: `${message}…` });
    try {
      await run({
        signal: controller.signal,
        onProgress: (note) => {
          if (!controller.signal.aborted) this.show({ type: 'busy', message: note.message, fraction: note.fraction });
        },
      });
    } catch (error) {
      if (!controller.signal.aborted) this.showError(error);
    } finally {
      if (this.running.get(work) === controller) this.running.delete(work);
      if (this.running.size === 0) this.kept.delete('busy');
      this.host.changed();
    }
  }

  private keepSubject(): void {
    this.show({ type: 'subject', subject: this.current, pictureName: this.pictureName });
  }

  /** @returns the result with its pixels, as a page that starts anew is sent it */
  private showResult(type: 'partial' | 'result', subject: Subject, result: ExplainResult): ExplainResult {
    const { sent, whole } = this.picture.share(subject.picture, result);
    this.show({ type, subject, result: sent }, { type, subject, result: whole });
    return whole;
  }

  /** @param kept what a page that starts anew is sent instead */
  private show(message: Exclude<HostMessage, { type: 'announce' | 'reveal' }>, kept = message): void {
    if (message.type === 'result') this.kept.delete('error');
    this.kept.set(message.type, kept);
    this.host.post(message);
    this.host.changed();
    // The page takes any outcome for the end of all work.
    const busy = this.kept.get('busy');
    if ((message.type === 'strip' || message.type === 'preprocessing-trials') && this.running.has('explain') && busy) this.host.post(busy);
  }
}
