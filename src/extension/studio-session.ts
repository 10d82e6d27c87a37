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

type Kept = Exclude<StudioHostMessage['type'], 'announce'>;
type FrameMessage = Extract<StudioHostMessage, { type: 'frame' }>;

/** In the order in which a page that starts anew needs them. */
const snapshotOrder: readonly Kept[] = ['generators', 'model', 'state', 'sources', 'frame', 'result', 'error'];

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
  private frames = 0;
  /** Frame that the page has been sent and has not shown yet. */
  private underWay: number | undefined;
  /** What an ended run can be taken up by. */
  private ended: { token: string; step: number; key: string } | undefined;
  private described = '';
  /** Changes of parameters wait here while others are on their way to the engine. */
  private steering: Record<string, unknown> | undefined;
  private isSteering = false;

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

  get isRunning(): boolean {
    return this.run !== undefined;
  }

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): StudioHostMessage[] {
    this.underWay = (this.kept.get('frame') as FrameMessage | undefined)?.frame;
    return snapshotOrder.flatMap((type) => this.kept.get(type) ?? []);
  }

  /** Asks the engine for what the controls need: generators, the model's classes and layers, the sources. Failures are shown, never thrown. */
  async describe(): Promise<void> {
    const { model, content, style } = this.current;
    const key = JSON.stringify([model, content, style]);
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
    if (this.run && change.parameters) this.steer(before.parameters, change.parameters);
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

  /** Makes the pictures anew. Failures are shown, never thrown. */
  start(): Promise<void> {
    return this.generate(this.current.parameters);
  }

  /** Adds steps: to the run that is going on, or to the one that ended. */
  async continue(steps: number): Promise<void> {
    if (this.run) {
      await this.tell({ more: steps });
      return;
    }
    if (!this.canContinue || !this.ended) return;
    const { token, step } = this.ended;
    await this.generate({ ...this.current.parameters, steps: step + steps }, token);
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

  /** The page has shown a frame: it gets the newest one, if that is another. */
  shown(frame: number): void {
    if (this.underWay === frame) this.underWay = undefined;
    const newest = this.kept.get('frame') as FrameMessage | undefined;
    if (newest && newest.frame > frame) this.postFrame(newest);
  }

  /** Pixels of what is shown; undefined where there is no such picture. */
  picture(what: 'picture' | 'difference', index: number): Pixels | undefined {
    const result = this.kept.get('result');
    const frame = this.kept.get('frame');
    if (what === 'difference') return result?.type === 'result' ? result.result.fooling?.difference : undefined;
    return (result?.type === 'result' ? result.result.pictures : frame?.type === 'frame' ? frame.pictures : [])[index];
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
    return this.ended !== undefined && this.ended.key === keyOf(this.current);
  }

  private async describeSources(key: string): Promise<void> {
    const pictures: Partial<Record<PictureRole, Pixels>> = {};
    for (const role of ['content', 'style'] as const) {
      const uri = this.current[role];
      if (uri !== undefined) pictures[role] = forPage(await this.engine.pixels({ picture: { path: this.host.picturePath(uri) }, longest: sourceSide }));
    }
    if (key === this.described) this.show({ type: 'sources', pictures });
  }

  private async generate(parameters: Record<string, unknown>, resume?: string): Promise<void> {
    this.run?.controller.abort();
    const run: Run = { controller: new AbortController(), curves: new Curves(), token: undefined };
    this.run = run;
    const work = this.current;
    const isCurrent = (): boolean => this.run === run;
    this.kept.delete('error');
    this.message = undefined;
    this.enter('preparing');
    try {
      this.host.checkModel(work.model);
      await this.describe();
      const result = await this.engine.generate(this.request(work, parameters, resume), {
        signal: run.controller.signal,
        onStart: (token) => (run.token = token),
        onFrame: (frame) => {
          if (isCurrent()) this.showFrame(frame, run.curves);
        },
        onProgress: ({ message }) => {
          if (isCurrent() && this.phase === 'preparing') this.prepare(message);
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

  private request({ generator, model, content, style, classes, layer, seed }: Work, parameters: Record<string, unknown>, resume?: string): GenerateRequest {
    const needs = this.generator?.needs;
    const picture = (uri: string | undefined) => (uri === undefined ? undefined : { path: this.host.picturePath(uri) });
    return {
      generator, model, parameters, seed, resume, runtime: this.host.runtime(),
      content: needs?.content === false ? undefined : picture(content),
      style: needs?.style === false ? undefined : picture(style),
      ...(layer === undefined ? { classes: needs?.target === 'none' ? [] : classes } : { layer }),
    };
  }

  private prepare(message: string): void {
    this.message = message;
    this.keepState();
  }

  private showFrame({ step, total, paused, pictures, curves: points }: FrameNote, curves: Curves): void {
    curves.add(points);
    const phase = paused ? 'paused' : 'running';
    if (this.phase !== 'ending' && this.phase !== phase) this.enter(phase);
    this.kept.delete('result');
    const message: FrameMessage = { type: 'frame', frame: ++this.frames, step, total, pictures: pictures.map(forPage), curves: curves.list() };
    this.kept.set('frame', message);
    if (this.underWay === undefined) this.postFrame(message);
  }

  private postFrame(message: FrameMessage): void {
    this.underWay = message.frame;
    this.host.post(message);
  }

  private showResult({ curves: points, ...result }: GenerateResult, token: string | undefined, work: Work): void {
    const curves = new Curves();
    curves.add(points);
    this.ended = token === undefined || result.ended === 'dead' ? undefined : { token, step: result.step, key: keyOf(work) };
    this.kept.delete('frame');
    const { fooling } = result;
    this.show({
      type: 'result', curves: curves.list(),
      result: {
        ...result, pictures: result.pictures.map(forPage),
        ...(fooling && { fooling: { ...fooling, original: fooling.original && forPage(fooling.original), difference: fooling.difference && forPage(fooling.difference) } }),
      },
    });
  }

  /** Sends live parameters that have changed to the engine, one message at a time: what is moved meanwhile is sent together. */
  private steer(before: Record<string, unknown>, after: Record<string, unknown>): void {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changed = [...names].filter((name) => before[name] !== after[name] && this.isLive(name));
    if (changed.length === 0) return;
    this.steering = { ...this.steering, ...Object.fromEntries(changed.map((name) => [name, after[name] ?? this.property(name)?.default])) };
    if (!this.isSteering) void this.sendSteering();
  }

  private async sendSteering(): Promise<void> {
    this.isSteering = true;
    while (this.steering) {
      const parameters = this.steering;
      this.steering = undefined;
      await this.tell({ parameters });
    }
    this.isSteering = false;
  }

  private isLive(name: string): boolean {
    return this.property(name)?.live === true;
  }

  private property(name: string): { live?: boolean; default?: unknown } | undefined {
    return this.generator?.parameters.properties?.[name] as { live?: boolean; default?: unknown } | undefined;
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

  private enter(phase: Phase): void {
    this.phase = phase;
    if (phase !== 'preparing') this.message = undefined;
    this.keepState();
  }

  private keepState(): void {
    const { content, style } = this.current;
    const names = { ...(content !== undefined && { content: nameOf(content) }), ...(style !== undefined && { style: nameOf(style) }) };
    this.show({ type: 'state', work: this.current, phase: this.phase, names, canContinue: this.canContinue, message: this.message, serial: this.serial });
    this.host.changed();
  }

  private show(message: Exclude<StudioHostMessage, { type: 'announce' }>): void {
    this.kept.set(message.type, message);
    this.host.post(message);
  }
}

/** All that an ended run and the one that goes on from it must share. */
function keyOf({ generator, model, content, style, classes, layer, seed }: Work): string {
  return JSON.stringify([generator, model, content, style, classes, layer, seed]);
}

/** A picture's name for a person. */
export function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}

/** VS Code carries an array to a page if its class is one of the standard ones; bytes from another process may be a Buffer. */
function forPage(pixels: Pixels): Pixels {
  const { buffer, byteOffset, byteLength } = pixels.data;
  return { ...pixels, data: new Uint8Array(buffer, byteOffset, byteLength) };
}
