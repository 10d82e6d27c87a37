/**
 * The truth behind one result panel: what is explained, and what follows from it.
 * Knows no VS Code; the panel gives it a host and passes on what it posts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ExplainRequest, ExplainResult, ModelDescription } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import type { HostMessage, PanelMessage, Subject } from '../../protocol/result-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import type { PanelSummary } from '../api.ts';
import type { CallOptions } from '../engine-client.ts';
import type { SessionEngine, SessionHost } from './explain-host.ts';
import { KeptResult, type KeptRun } from './kept-result.ts';
import { MapTrust } from './map-trust.ts';
import { PagePicture } from '../pages/page-pixels.ts';
import { candidates } from './preprocessing-candidates.ts';
import { Showing } from './showing.ts';

const outdated = 'What is shown was kept from an earlier run, and would not come out the same now.';

export class ExplainSession {
  private readonly shown: Showing;
  readonly trust: MapTrust;
  private readonly picture = new PagePicture();
  private current: Subject;
  /** The run that is shown, or was made again. */
  private opened: KeptResult | undefined;
  /** Settles once it is known what has changed since. */
  private presentKnown: Promise<unknown> = Promise.resolve();

  constructor(subject: Subject, private readonly engine: SessionEngine, private readonly host: SessionHost) {
    this.current = subject;
    this.shown = new Showing(host);
    this.trust = new MapTrust(engine, () => this.allowedRequest(), {
      show: (message) => this.shown.show(message),
      trustOf: (of, result) => host.trustOf(of, result),
      measured: (of, result, trust) => host.measured(of, result, trust),
    });
    this.keepSubject();
  }

  get subject(): Subject {
    return this.current;
  }

  /** The model as described last; undefined until the engine has answered. */
  get model(): ModelDescription | undefined {
    return this.shown.last('model')?.model;
  }

  /** As the engine describes it; undefined until it has answered. */
  get technique(): TechniqueDescription | undefined {
    return this.shown.last('techniques')?.techniques.find(({ id }) => id === this.current.technique);
  }

  /** Index of the class of what is shown, be it partial; undefined before anything is. */
  get explainedClass(): number | undefined {
    return (this.shown.last('partial')?.result ?? this.result)?.class.index;
  }

  /** The last result; undefined before the first. */
  get result(): ExplainResult | undefined {
    return this.shown.last('result')?.result;
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
      busy: this.shown.isBusy,
      className: this.result?.class.name,
      error: this.shown.last('error')?.error.reason,
    };
  }

  /** Everything that a panel needs to show the present state, in order. */
  snapshot(): HostMessage[] {
    return this.shown.snapshot();
  }

  showError(error: unknown): void {
    this.shown.fail(error);
  }

  /** Explains; what was under way is cancelled. Failures are shown, never thrown. */
  async explain(subject: Subject = this.current): Promise<void> {
    const opened = this.opened?.isOf(subject) && this.opened.isWorthSaying ? this.opened : undefined;
    if (this.opened) {
      this.opened = opened;
      opened?.show('again');
      this.showKept();
    }
    this.begin(subject);
    await this.shown.task('explain', 'Explaining', async (options) => {
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
          this.shown.forget('partial');
          const whole = this.showResult('result', subject, { ...result, notes: [...result.notes, ...this.host.notes(result)] });
          opened?.compare(whole);
          if (opened) this.showKept();
          this.host.explained(whole);
          void this.trustIn(subject, whole);
        }),
      ]);
    });
  }

  /** Shows the result of a run as it is kept, at once; what has changed since is found out meanwhile. @param isRestored see KeptResult */
  async open(run: KeptRun, isRestored = false): Promise<void> {
    const { subject } = run;
    this.shown.abortAll();
    for (const over of ['busy', 'error', 'partial'] as const) this.shown.forget(over);
    const opened = new KeptResult(run, isRestored);
    this.opened = opened;
    this.begin(subject);
    const whole = this.showResult('result', subject, run.result);
    this.showKept();
    const known = this.trust.follow(subject, whole);
    const controller = this.shown.begin('explain');
    const { signal } = controller;
    const present = Promise.all([
      this.host.pictureHash(subject.picture),
      this.describeAllowed(subject, signal).catch(() => undefined),
      this.describeTechniques({ signal }).catch(() => undefined),
    ]).then(([picture, model]) => {
      if (signal.aborted) return;
      opened.knowPresent({ picture, model });
      this.showKept();
    });
    this.presentKnown = present;
    await present;
    if (signal.aborted) return;
    this.shown.end('explain', controller);
    await known;
    if (!opened.isOutdated && !signal.aborted && this.host.sanityBadge()) void this.trust.check();
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
    if (!sameStrip) this.shown.drop('strip', 'strip');
    if (subject.model !== model || subject.picture !== picture) this.shown.drop('trials', 'preprocessing-trials');
    this.keepSubject();
    this.trust.leave();
  }

  /** Stops what is under way. What a sampling technique has by then becomes the result; otherwise the last one, if any, is shown again. */
  cancel(): void {
    if (!this.shown.isBusy) return;
    this.shown.abortAll();
    this.shown.forget('busy');
    const partial = this.shown.last('partial');
    if (partial) this.shown.keep({ ...partial, type: 'result' });
    this.shown.forget('partial');
    const shown = this.shown.last('result');
    if (shown) this.current = shown.subject;
    if (this.opened && !partial) {
      this.opened.goBack();
      this.showKept();
    }
    this.keepSubject();
    for (const message of this.snapshot()) if (message.type === 'subject' || message.type === 'result') this.host.post(message);
    this.host.post({ type: 'announce', message: 'Cancelled.' });
    if (partial) this.host.explained(partial.result);
    if (shown) void this.trustIn(shown.subject, shown.result);
  }

  async strip(): Promise<void> {
    const subject = this.current;
    await this.presentKnown;
    if (this.opened?.isOutdated) {
      this.shown.show({ type: 'strip', subject, entries: [], refused: outdated });
      return;
    }
    await this.shown.task('strip', 'Explaining every layer', async (options) => {
      this.host.checkModel(subject.model);
      const { layer: _, ...request } = this.request();
      const entries = await this.engine.layerStrip(request, options);
      if (!options.signal.aborted) this.shown.show({ type: 'strip', subject, entries });
    });
  }

  /** Predictions under each preset and under the present preprocessing, should it be none of them; shown as they come. */
  async preprocessingTrials(): Promise<void> {
    const subject = this.current;
    await this.shown.task('trials', 'Trying the common preprocessings', async (options) => {
      this.host.checkModel(subject.model);
      const description = this.model ?? await this.describe(subject, options);
      const { picture, model, runtime, preprocessing } = this.request();
      const present = preprocessing ?? description.preprocessing;
      const trials: Extract<HostMessage, { type: 'preprocessing-trials' }>['trials'] = [];
      for (const candidate of candidates(present)) {
        const { predictions } = await this.engine.predict({ picture, model, runtime, preprocessing: candidate.preprocessing, top: 3 }, options);
        if (options.signal.aborted) return;
        trials.push({ ...candidate, predictions });
        this.shown.show({ type: 'preprocessing-trials', trials: [...trials] });
      }
    });
  }

  /** Replaces the model's own preprocessing in this panel; undefined takes it back. */
  async usePreprocessing(preprocessing: Preprocessing | undefined): Promise<void> {
    this.shown.drop('trials', 'preprocessing-trials');
    this.shown.drop('strip', 'strip');
    await this.explain({ ...this.current, preprocessing });
  }

  /** Writes the present result to a file. @throws FoveaError */
  async exportTo(file: string, message: Extract<PanelMessage, { type: 'export' }>): Promise<void> {
    await this.engine.exportResult({ ...this.allowedRequest(), file, what: message.what, display: message.display });
  }

  dispose(): void {
    this.shown.abortAll();
    this.trust.dispose();
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
      throw new FoveaError('run-lost', outdated, 'Run it again first. A report shows what was kept.');
    }
    return this.request();
  }

  /** What was measured of a map before is known again, else it is checked for the badge. */
  private async trustIn(subject: Subject, result: ExplainResult): Promise<void> {
    await this.trust.follow(subject, result);
    if (this.host.sanityBadge()) await this.trust.check();
  }

  private async describeAllowed(subject: Subject, signal: AbortSignal): Promise<ModelDescription> {
    this.host.checkModel(subject.model);
    return this.describe(subject, { signal });
  }

  private showKept(): void {
    this.shown.show({ type: 'kept', kept: this.opened?.isWorthSaying ? this.opened.state : null });
  }

  private async describe(subject: Subject, options: CallOptions): Promise<ModelDescription> {
    const model = await this.engine.describeModel(subject.model, subject.preprocessing, options);
    const same = isDeepStrictEqual(this.model, model);
    if (!options.signal?.aborted && !same) this.shown.show({ type: 'model', model });
    return model;
  }

  private async describeTechniques(options: CallOptions): Promise<void> {
    if (!this.shown.has('techniques')) this.shown.show({ type: 'techniques', techniques: await this.engine.techniques(options) });
  }

  private keepSubject(): void {
    this.shown.show({ type: 'subject', subject: this.current, pictureName: this.pictureName });
  }

  /** @returns the result with its pixels, as a page that starts anew is sent it */
  private showResult(type: 'partial' | 'result', subject: Subject, result: ExplainResult): ExplainResult {
    const { sent, whole } = this.picture.share(subject.picture, result);
    const kept = { type, subject, result: whole };
    this.shown.show(sent === whole ? kept : { ...kept, result: sent }, kept);
    return whole;
  }
}
