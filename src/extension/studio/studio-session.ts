/**
 * The truth behind one studio panel: what is made, the run under way and how it is steered, the newest frame and the last result.
 * Knows no VS Code; the panel gives it a host and passes on what its page posts.
 */
import type { Pixels } from '../../protocol/engine.ts';
import { CancelledError, FoveaError } from '../../protocol/errors.ts';
import type { FrameNote, GenerateResult, GeneratorDescription, SteerRequest } from '../../protocol/generate.ts';
import type { MadeRecipe } from '../../protocol/recipe.ts';
import type { Phase, PictureRole, StudioHostMessage, Work, WorkChange } from '../../protocol/studio-panel.ts';
import { curvesOf } from './curves.ts';
import { endedRun, hasSteps, type EndedRun } from './ended-run.ts';
import { actionsFor } from '../pages/error-actions.ts';
import { FrameFeed } from '../pages/frame-feed.ts';
import { pagePixels } from '../pages/page-pixels.ts';
import { Steering } from './steering.ts';
import type { StudioEngine, StudioHost } from './studio-host.ts';
import { StudioPageState } from './studio-page-state.ts';
import { StudioRun, type Past } from './studio-run.ts';
import { readSources } from './studio-sources.ts';
import { changed, nameOf, namesOf, pageResult, pixelsToSave, runKey } from './work.ts';

export class StudioSession {
  private readonly page = new StudioPageState((message) => this.host.post(message));
  private run: StudioRun | undefined;
  private phase: Phase = 'idle';
  private message: string | undefined;
  private serial = 0;
  private readonly frames = new FrameFeed((message) => this.host.post(message));
  private ended: EndedRun | undefined;
  /** The whole of what is shown. */
  private made: { readonly result: GenerateResult; readonly work: Work } | undefined;
  /** As which it is kept. */
  private keptRun: string | undefined;
  private missing: readonly PictureRole[] = [];
  private described = '';
  private readonly steering = new Steering((parameters) => this.tell({ parameters }));

  constructor(private current: Work, private readonly engine: StudioEngine, private readonly host: StudioHost) {
    this.keepState();
  }

  get work(): Work {
    return this.current;
  }

  /** The result that is shown, and what made it; undefined while there is none. */
  get shownResult(): { readonly result: GenerateResult; readonly work: Work } | undefined {
    return this.made;
  }

  /** The kept run that is shown; undefined where there is none, or a run is under way. */
  get runId(): string | undefined {
    return this.keptRun;
  }

  /** undefined until the engine has described it. */
  get generator(): GeneratorDescription | undefined {
    return this.page.last('generators')?.generators.find(({ id }) => id === this.current.generator);
  }

  /** The picture or the target, for a person. */
  get subjectName(): string | undefined {
    const { content, classes: [first], layer } = this.current;
    if (content !== undefined && this.generator?.needs.content !== false) return nameOf(content);
    return layer ?? (first === undefined ? undefined : this.page.last('model')?.model.labels[first]);
  }

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): StudioHostMessage[] {
    this.frames.restart();
    return [...this.page.list(), ...(this.frames.newest ? [this.frames.newest] : [])];
  }

  /** Asks the engine for what the controls need: generators, the model's classes and layers, the sources. Failures are shown, never thrown. */
  async describe(): Promise<void> {
    const { generator, model, content, style } = this.current;
    const key = JSON.stringify([generator, model, content, style]);
    if (key === this.described && this.page.last('model')) return;
    this.described = key;
    try {
      if (!this.page.last('generators')) this.show({ type: 'generators', generators: await this.engine.generators() });
      this.host.checkModel(model);
      const { reference, title, labels, layers, drawnLayer } = await this.engine.describeModel(model);
      if (key !== this.described) return;
      this.show({ type: 'model', model: { reference, title, labels, layers, drawnLayer } });
      await this.describeSources(key);
    } catch (error) {
      if (key === this.described) this.described = '';
      this.showError(error);
    }
  }

  /** Takes changes in; those of live parameters act on the run that is going on, the others wait for the next one. */
  change(change: WorkChange, serial = this.serial): void {
    this.serial = serial;
    const before = this.current;
    this.current = changed(before, change);
    this.keepState();
    if (this.current.generator !== before.generator) void this.describe();
    if (this.run && change.parameters) this.steering.change(this.generator, before.parameters, change.parameters);
  }

  async useModel(model: string): Promise<void> {
    if (this.run || model === this.current.model) return;
    this.current = { ...this.current, model, layer: undefined, preprocessing: undefined };
    this.keepState();
    await this.describe();
  }

  async usePicture(role: PictureRole, uri: string): Promise<void> {
    if (this.run) return;
    this.current = { ...this.current, [role]: uri };
    this.keepState();
    await this.describe();
  }

  /** Looks at the pictures again, one of which may have changed or gone. */
  async lookAgain(): Promise<void> {
    this.described = '';
    await this.describe();
  }

  /** Shows a result that was made elsewhere. @param run as which it is kept already @param work that made it; default: what is chosen here */
  adopt(result: GenerateResult, run?: string, work = this.current): void {
    this.current = work;
    void Promise.all([this.showResult(result, undefined, work, run), this.describe()]);
  }

  /** Makes the pictures anew. Failures are shown, never thrown. */
  start(): Promise<void> {
    return this.generate(this.current);
  }

  /** Makes the pictures of a recipe once more. Failures are shown, never thrown. @param work see `workOf` */
  replay(saved: MadeRecipe, work: Work): Promise<void> {
    this.current = work;
    return this.generate({ ...this.current, parameters: saved.parameters }, { saved });
  }

  /** Adds steps: to the run that is going on, or to the one that ended. */
  async continue(more: number): Promise<void> {
    const { run, ended, canContinue, frames, current } = this;
    if (!run && !(canContinue && ended)) return;
    const planned = run ? Number(current.parameters.steps) || (frames.newest?.total ?? 0) : ended!.step;
    this.current = { ...current, parameters: { ...current.parameters, steps: planned + more } }; // what the field says, to be moved from there
    this.keepState();
    await (run ? this.tell({ more }) : this.generate(this.current, { earlier: ended }));
  }

  pause(paused: boolean): Promise<void> {
    return this.tell({ paused });
  }

  /** The picture is kept. */
  async stop(): Promise<void> {
    if (!this.run) return;
    if (this.run.token === undefined || this.phase === 'preparing') return this.cancel();
    this.enter('ending');
    await this.tell({ stop: true });
  }

  /** Ends the run without waiting for the step under way; the last frame stays. */
  cancel(): void {
    if (!this.run) return;
    this.run.abort();
    this.ended = this.run.cutOff() ?? this.ended;
    this.run = undefined;
    this.enter('idle');
    this.host.post({ type: 'announce', message: 'Cancelled.' });
  }

  shown(frame: number): void {
    this.frames.shown(frame);
  }

  /** Pixels of what is shown; undefined where there is no such picture. */
  picture(what: 'picture' | 'difference', index: number): Pixels | undefined {
    if (this.made || what === 'difference') return pixelsToSave(this.made?.result, what, index);
    return this.frames.newest?.pictures[index];
  }

  showError(error: unknown): void {
    const known = FoveaError.from(error);
    if (known instanceof CancelledError) return;
    this.show({ type: 'error', error: known.toData(), actions: actionsFor(known.reason) });
  }

  dispose(): void {
    this.run?.abort();
    this.run = undefined;
  }

  /** Whether the ended run was of what is now chosen, parameters aside. */
  private get canContinue(): boolean {
    return this.ended?.key === runKey(this.current) && hasSteps(this.generator);
  }

  /** A picture that is gone is a failure only where nothing is shown that was made of it. */
  private async describeSources(key: string): Promise<void> {
    const { pictures, missing, failure } = await readSources(this.current, this.generator?.needs, this.engine, (uri) => this.host.picturePath(uri));
    if (key !== this.described) return;
    const isNew = missing.some((role) => !this.missing.includes(role));
    this.missing = missing;
    this.show({ type: 'sources', pictures: { ...pictures, ...(this.run && this.page.last('sources')?.pictures) } });
    this.keepState();
    if (!failure) return;
    if (!this.made && !this.run) throw failure;
    if (isNew) this.host.post({ type: 'announce', message: `${failure.message}${this.run ? ' This run has what it needs of it.' : ''}` });
  }

  private async generate(work: Work, past: Past = {}): Promise<void> {
    this.run?.abort();
    const run = new StudioRun(work, past);
    this.run = run;
    const isCurrent = (): boolean => this.run === run;
    this.page.drop('error');
    this.enter('preparing');
    try {
      const { host, engine } = this;
      host.checkModel(work.model);
      await this.describe();
      const result = await run.ask(engine, { needs: this.generator?.needs, runtime: host.runtime(), picturePath: host.picturePath.bind(host) }, {
        framed: (frame) => this.showFrame(frame, run),
        progressed: (message) => {
          if (isCurrent() && this.phase === 'preparing') this.enter('preparing', message);
        },
        forgotten: () => host.post({ type: 'announce', message: 'The engine has ended since. Going on from the picture as it was kept, rounded to 8 bits.' }),
      });
      if (!isCurrent()) return;
      const notes = past.saved ? host.notes(past.saved, result) : [];
      await this.showResult({ ...result, notes: [...result.notes, ...notes] }, run.token, past.saved ? this.current : work);
    } catch (error) {
      if (!isCurrent()) return;
      this.ended = run.cutOff() ?? this.ended;
      this.showError(error);
    } finally {
      if (isCurrent()) {
        this.run = undefined;
        this.enter('idle');
      }
    }
  }

  private showFrame({ step, total, paused, pictures }: FrameNote, run: StudioRun): void {
    this.made = undefined;
    this.keptRun = undefined;
    const phase = paused ? 'paused' : 'running';
    if (this.phase !== 'ending' && this.phase !== phase) this.enter(phase);
    this.page.drop('result');
    this.frames.offer({ step, total, pictures: pictures.map(pagePixels), curves: run.curveList() });
  }

  /** Settles once it is kept: what a person is told is done is there after a reload. @param run as which it is kept already */
  private async showResult(result: GenerateResult, token: string | undefined, work: Work, run?: string): Promise<void> {
    const made = { result, work };
    this.made = made;
    this.keptRun = run;
    this.ended = endedRun(result, token, work);
    this.frames.clear();
    this.show({ type: 'result', curves: curvesOf(result.curves), result: pageResult(result) });
    this.keepState();
    if (run !== undefined) return;
    const kept = await this.host.made(result, work);
    if (this.made === made) this.keptRun = kept;
    this.host.changed();
  }

  /** Failures are shown, never thrown. */
  private async tell(change: Omit<SteerRequest, 'token'>): Promise<void> {
    const token = this.run?.token;
    if (token === undefined) return;
    try {
      await this.engine.steer({ token, ...change });
    } catch (error) {
      const { message } = FoveaError.from(error);
      this.host.post({ type: 'announce', message });
    }
  }

  private enter(phase: Phase, message?: string): void {
    this.phase = phase;
    this.message = message;
    this.keepState();
  }

  private keepState(): void {
    const names = namesOf(this.current);
    const { current: work, phase, canContinue, message, serial, ended } = this;
    const missing = this.missing.filter((role) => role in names);
    const fromPictures = canContinue && ended?.token === undefined;
    this.show({ type: 'state', work, phase, names, missing, canContinue, fromPictures, message, serial });
  }

  private show(message: Exclude<StudioHostMessage, { type: 'announce' | 'frame' | 'place' }>): void {
    this.page.show(message);
    this.host.changed();
  }
}
