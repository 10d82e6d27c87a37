/**
 * The truth behind one studio panel: what is made, the run under way and how it is steered, the newest frame and the last result.
 * Knows no VS Code; the panel gives it a host and passes on what its page posts.
 */
import type { Pixels, RuntimeChoice } from '../protocol/engine.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import type { FrameNote, GenerateRequest, GenerateResult, GeneratorDescription, SteerRequest } from '../protocol/generate.ts';
import type { Phase, PictureRole, StudioHostMessage, Work, WorkChange } from '../protocol/studio-panel.ts';
import { Curves } from './curves.ts';
import type { EngineClient } from './engine-client.ts';
import { actionsFor } from './error-actions.ts';
import { FrameFeed } from './frame-feed.ts';
import { pagePixels } from './page-pixels.ts';
import { Steering } from './steering.ts';
import { nameOf, pageResult, requestOf, runKey } from './work.ts';

export interface StudioHost {
  post(message: StudioHostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: string): void;
  runtime(): RuntimeChoice;
  /** Called when what is made has changed. */
  changed(): void;
}

export type StudioEngine = Pick<EngineClient, 'describeModel' | 'generators' | 'generate' | 'steer' | 'pixels' | 'savePixels'>;

type Kept = Exclude<StudioHostMessage['type'], 'announce' | 'frame'>;

/** In the order in which a page that starts anew needs them. */
const snapshotOrder: readonly Kept[] = ['generators', 'model', 'state', 'sources', 'result', 'error'];

/** Longer side of a source as it is shown beside the picture. */
const sourceSide = 512;

/** A run under way. */
interface Run {
  readonly controller: AbortController;
  readonly curves: Curves;
  /** Given when the request is sent. */
  token: string | undefined;
}

export class StudioSession {
  private readonly kept = new Map<Kept, StudioHostMessage>();
  private run: Run | undefined;
  private phase: Phase = 'idle';
  private message: string | undefined;
  private serial = 0;
  private readonly frames = new FrameFeed((message) => this.host.post(message));
  /** What an ended run can be taken up by. */
  private ended: { token: string; step: number; key: string; curves: Curves } | undefined;
  private described = '';
  private readonly steering = new Steering((parameters) => this.tell({ parameters }));
  /** What to save of a fooling image. */
  private saved: Pixels | undefined;

  constructor(private current: Work, private readonly engine: StudioEngine, private readonly host: StudioHost) {
    this.keepState();
  }

  get work(): Work {
    return this.current;
  }

  /** undefined until the engine has described it. */
  get generator(): GeneratorDescription | undefined {
    return this.generators?.find(({ id }) => id === this.current.generator);
  }

  /** The picture or the target, for a person. */
  get subjectName(): string | undefined {
    const { content, classes: [first], layer } = this.current;
    if (content !== undefined && this.generator?.needs.content !== false) return nameOf(content);
    const model = this.kept.get('model');
    return layer ?? (model?.type === 'model' && first !== undefined ? model.model.labels[first] : undefined);
  }

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): StudioHostMessage[] {
    this.frames.restart();
    return [...snapshotOrder.flatMap((type) => this.kept.get(type) ?? []), ...(this.frames.newest ? [this.frames.newest] : [])];
  }

  /** Asks the engine for what the controls need: generators, the model's classes and layers, the sources. Failures are shown, never thrown. */
  async describe(): Promise<void> {
    const { generator, model, content, style } = this.current;
    const key = JSON.stringify([generator, model, content, style]);
    if (key === this.described && this.kept.has('model')) return;
    this.described = key;
    try {
      if (!this.generators) this.show({ type: 'generators', generators: await this.engine.generators() });
      this.host.checkModel(model);
      const { reference, title, labels, layers, defaultLayer } = await this.engine.describeModel(model);
      if (key !== this.described) return;
      this.show({ type: 'model', model: { reference, title, labels, layers, defaultLayer } });
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
    const { layer = before.layer, ...others } = change;
    this.current = { ...before, ...others, layer: layer ?? undefined };
    if (change.generator !== undefined && change.generator !== before.generator) this.current.parameters = change.parameters ?? {};
    this.keepState();
    if (this.current.generator !== before.generator) void this.describe();
    if (this.run && change.parameters) this.steering.change(this.generator, before.parameters, change.parameters);
  }

  async useModel(model: string): Promise<void> {
    if (this.run || model === this.current.model) return;
    this.current = { ...this.current, model, layer: undefined };
    this.keepState();
    await this.describe();
  }

  async usePicture(role: PictureRole, uri: string): Promise<void> {
    if (this.run) return;
    this.current = { ...this.current, [role]: uri };
    this.keepState();
    await this.describe();
  }

  /** Shows a result that was made elsewhere, of what is chosen here. */
  adopt(result: GenerateResult): void {
    this.showResult(result, undefined, this.current);
  }

  /** Makes the pictures anew. Failures are shown, never thrown. */
  start(): Promise<void> {
    return this.generate(this.current);
  }

  /** Adds steps: to the run that is going on, or to the one that ended. */
  async continue(steps: number): Promise<void> {
    if (this.run) {
      await this.tell({ more: steps });
      return;
    }
    if (!this.canContinue || !this.ended) return;
    const { step } = this.ended;
    await this.generate({ ...this.current, parameters: { ...this.current.parameters, steps: step + steps } }, this.ended);
  }

  async pause(paused: boolean): Promise<void> {
    await this.tell({ paused });
  }

  /** The picture is kept. */
  async stop(): Promise<void> {
    if (!this.run) return;
    if (this.run.token === undefined || this.phase === 'preparing') {
      this.cancel();
      return;
    }
    this.enter('ending');
    await this.tell({ stop: true });
  }

  /** Ends the run without waiting for the step under way; the last frame stays. */
  cancel(): void {
    if (!this.run) return;
    this.run.controller.abort();
    this.run = undefined;
    this.enter('idle');
    this.host.post({ type: 'announce', message: 'Cancelled.' });
  }

  shown(frame: number): void {
    this.frames.shown(frame);
  }

  /** Pixels of what is shown; undefined where there is no such picture. */
  picture(what: 'picture' | 'difference', index: number): Pixels | undefined {
    const message = this.kept.get('result');
    const result = message?.type === 'result' ? message.result : undefined;
    if (what === 'difference') return result?.fooling?.difference;
    return result ? this.saved ?? result.pictures[index] : this.frames.newest?.pictures[index];
  }

  showError(error: unknown): void {
    const known = FoveaError.from(error);
    if (known instanceof CancelledError) return;
    this.show({ type: 'error', error: known.toData(), actions: actionsFor(known.reason) });
  }

  dispose(): void {
    this.run?.controller.abort();
    this.run = undefined;
  }

  private get generators(): GeneratorDescription[] | undefined {
    const message = this.kept.get('generators');
    return message?.type === 'generators' ? message.generators : undefined;
  }

  /** Whether the ended run was of what is now chosen, parameters aside. */
  private get canContinue(): boolean {
    return this.ended !== undefined && this.ended.key === runKey(this.current);
  }

  private async describeSources(key: string): Promise<void> {
    const pictures: Partial<Record<PictureRole, Pixels>> = {};
    for (const role of ['content', 'style'] as const) {
      const uri = this.current[role];
      if (uri === undefined || this.generator?.needs[role] === false) continue;
      pictures[role] = pagePixels(await this.engine.pixels({ picture: { path: this.host.picturePath(uri) }, longest: sourceSide }));
    }
    if (key === this.described) this.show({ type: 'sources', pictures });
  }

  /** @param earlier run that this one goes on from */
  private async generate(work: Work, earlier?: { token: string; curves: Curves }): Promise<void> {
    this.run?.controller.abort();
    const run: Run = { controller: new AbortController(), curves: earlier?.curves ?? new Curves(), token: undefined };
    this.run = run;
    const isCurrent = (): boolean => this.run === run;
    this.kept.delete('error');
    this.enter('preparing');
    try {
      this.host.checkModel(work.model);
      await this.describe();
      const result = await this.engine.generate(this.request(work, earlier?.token), {
        signal: run.controller.signal,
        onStart: (token) => (run.token = token),
        onFrame: (frame) => {
          if (isCurrent()) this.showFrame(frame, run.curves);
        },
        onProgress: ({ message }) => {
          if (isCurrent() && this.phase === 'preparing') this.enter('preparing', message);
        },
      });
      if (isCurrent()) this.showResult(result, run.token, work);
    } catch (error) {
      if (isCurrent()) this.showError(error);
    } finally {
      if (isCurrent()) {
        this.run = undefined;
        this.enter('idle');
      }
    }
  }

  private request(work: Work, resume: string | undefined): GenerateRequest {
    const { host, generator } = this;
    return requestOf(work, { needs: generator?.needs, runtime: host.runtime(), resume, picturePath: (uri) => host.picturePath(uri) });
  }

  private showFrame({ step, total, paused, pictures, curves: points }: FrameNote, curves: Curves): void {
    curves.add(points);
    const phase = paused ? 'paused' : 'running';
    if (this.phase !== 'ending' && this.phase !== phase) this.enter(phase);
    this.kept.delete('result');
    this.frames.offer({ step, total, pictures: pictures.map(pagePixels), curves: curves.list() });
  }

  private showResult(result: GenerateResult, token: string | undefined, work: Work): void {
    const curves = new Curves();
    curves.add(result.curves);
    this.ended = token === undefined || result.ended === 'dead' ? undefined : { token, step: result.step, key: runKey(work), curves };
    this.saved = result.fooling?.saved;
    this.frames.clear();
    this.show({ type: 'result', curves: curves.list(), result: pageResult(result) });
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
    const { content, style } = this.current;
    const names = { ...(content !== undefined && { content: nameOf(content) }), ...(style !== undefined && { style: nameOf(style) }) };
    this.show({ type: 'state', work: this.current, phase: this.phase, names, canContinue: this.canContinue, message: this.message, serial: this.serial });
  }

  private show(message: Exclude<StudioHostMessage, { type: 'announce' | 'frame' }>): void {
    this.kept.set(message.type, message);
    this.host.post(message);
    this.host.changed();
  }
}
