/** A generator's run while it goes on: how it is steered, paused and stopped, which of its frames are shown, and what happened to it on its way. */
import type { Tensor } from '../graph/graph.ts';
import type { CurvePoint, RunEvents, RunHistory, SteerRequest } from '../protocol/generate.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import type { CurrentPicture, Generator, Progress } from '../techniques/generator.ts';
import { parseParameters } from './parameters.ts';

/** At most so many frames a second are shown: more are not seen, and each costs a conversion to pixels. */
const framesPerSecond = 20;

export interface ShownFrame extends Progress {
  readonly picture: Tensor;
  readonly paused: boolean;
  /** Points of the curves since the last frame that was shown. */
  readonly points: CurvePoint[];
}

/** The run that this one goes on from. */
export interface EarlierRun {
  readonly step: number;
  readonly curves: readonly CurvePoint[];
  readonly history: RunHistory;
  readonly from: 'state' | 'pictures';
}

type Parameters = Record<string, unknown>;

export interface LiveRunOptions {
  /** See RunHistory. */
  readonly identity: string;
  readonly signal: AbortSignal;
  readonly show: (frame: ShownFrame) => void;
  readonly earlier?: EarlierRun;
  /** What is to happen again. */
  readonly replay?: RunEvents;
}

export class LiveRun {
  readonly curves: CurvePoint[];
  /** Time spent paused, milliseconds. */
  pausedFor = 0;
  readonly #steered: RunEvents['steered'];
  readonly #continued: NonNullable<RunEvents['continued']>;
  /** What is still to happen again, in order. */
  readonly #script: { steered: RunEvents['steered']; continued: NonNullable<RunEvents['continued']>; stopped: number | undefined };
  #first: Parameters;
  #parameters: Parameters;
  /** Changes that wait for the end of the step under way: a step has one set of parameters, so that it can be done again. */
  #waiting: Parameters | undefined;
  #paused = false;
  #stopped = false;
  #progress: Progress | undefined;
  #shownAt = -Infinity;
  #shownPoints = 0;
  /** Lets a paused run look again. */
  #wake: () => void = () => undefined;

  constructor(private readonly generator: Generator, parameters: Parameters, private readonly options: LiveRunOptions) {
    const { earlier, replay } = options;
    this.#parameters = parameters;
    this.#first = earlier?.history.parameters ?? parameters;
    this.#steered = [...(earlier?.history.steered ?? [])];
    this.#continued = [...(earlier?.history.continued ?? [])];
    this.#script = { steered: [...(replay?.steered ?? [])], continued: [...(replay?.continued ?? [])], stopped: replay?.stopped };
    this.curves = [...(earlier?.curves ?? [])];
    this.#shownPoints = this.curves.length;
    if (earlier) this.#goneOn(earlier, parameters);
  }

  /** As they are now. */
  get parameters(): Parameters {
    return this.#parameters;
  }

  get history(): RunHistory {
    return { parameters: this.#first, steered: [...this.#steered], continued: [...this.#continued], identity: this.options.identity };
  }

  /** Acts when the step under way is done. @throws FoveaError `parameter-invalid`, and then nothing is changed */
  steer({ parameters = {}, paused, stop, more }: SteerRequest): void {
    const planned = Number(this.#waiting?.steps ?? this.#progress?.total ?? 0);
    const changes = more === undefined ? parameters : { ...parameters, steps: planned + more };
    if (Object.keys(changes).length > 0) this.#wait(changes);
    this.#stopped ||= stop ?? false;
    this.#paused = paused ?? this.#paused;
    this.#wake();
  }

  /** The generator's report after a step: see GeneratorContext. */
  async report(progress: Progress, picture: CurrentPicture): Promise<'continue' | 'stop'> {
    const { signal } = this.options;
    // "auto" may mean another number in another version.
    if (!this.#progress && !this.options.earlier && 'steps' in this.#first) this.#first = { ...this.#first, steps: progress.total };
    this.#progress = progress;
    if (Object.keys(progress.curves).length > 0) this.curves.push({ step: progress.step, values: { ...progress.curves } });
    // Lets in what was sent while a pass held the thread.
    await new Promise((resolve) => setImmediate(resolve));
    const ends = progress.step >= progress.total;
    if (ends || this.#paused || performance.now() - this.#shownAt >= 1000 / framesPerSecond) await this.#show(progress, picture);
    const waiting = performance.now();
    while (this.#paused && !this.#stopped && !signal.aborted) {
      await this.#woken();
      if (!this.#paused) await this.#show(progress, picture);
    }
    this.pausedFor += performance.now() - waiting;
    if (signal.aborted) throw new CancelledError();
    this.#change(progress.step);
    const ended = this.#script.continued.length > 0 ? this.#script.continued[0].step === progress.step : this.#script.stopped === progress.step;
    return this.#stopped || ended ? 'stop' : 'continue';
  }

  /** Called when the generator has ended: how it is to be gone on with, where that is to happen again. */
  continuation(): 'state' | 'pictures' | undefined {
    const [next] = this.#script.continued;
    if (this.#stopped || next?.step !== this.#progress?.step) return undefined;
    this.#continued.push(...this.#script.continued.splice(0, 1));
    return next?.from;
  }

  #goneOn({ step, history, from }: EarlierRun, parameters: Parameters): void {
    const before = history.steered.reduce<Parameters>((all, change) => ({ ...all, ...change.parameters }), history.parameters);
    const changed = Object.entries(parameters).filter(([name, value]) => before[name] !== value);
    if (changed.length > 0) this.#steered.push({ step, parameters: Object.fromEntries(changed) });
    this.#continued.push({ step, from });
  }

  async #woken(): Promise<void> {
    const { signal } = this.options;
    let wake: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#wake = resolve;
      signal.addEventListener('abort', wake, { once: true });
    });
    signal.removeEventListener('abort', wake);
  }

  async #show(progress: Progress, picture: CurrentPicture): Promise<void> {
    this.#shownAt = performance.now();
    const points = this.curves.slice(this.#shownPoints);
    this.#shownPoints = this.curves.length;
    this.options.show({ ...progress, picture: await picture(), paused: this.#paused, points });
  }

  #wait(changes: Parameters): void {
    const now: Parameters = { ...this.#parameters, ...this.#waiting };
    const fixed = Object.keys(changes).find((name) => !isLive(this.generator, name) && changes[name] !== now[name]);
    if (fixed !== undefined && fixed in this.generator.parameters.shape) {
      throw new FoveaError('parameter-invalid', `"${fixed}" of ${this.generator.title} is fixed while it runs.`, 'Start a new run.');
    }
    parseParameters(this.generator, { ...now, ...changes });
    this.#waiting = { ...this.#waiting, ...changes };
  }

  /** Carries out the changes that have waited for this step, those of another run that happen again first. */
  #change(step: number): void {
    const due: Parameters[] = [];
    while (this.#script.steered.length > 0 && this.#script.steered[0].step <= step) due.push(this.#script.steered.shift()!.parameters);
    if (this.#waiting) due.push(this.#waiting);
    this.#waiting = undefined;
    for (const parameters of due) {
      this.#parameters = parseParameters(this.generator, { ...this.#parameters, ...parameters });
      this.#steered.push({ step, parameters });
    }
  }
}

/** Those that cannot be changed while a run goes on. */
export function fixedParameters(generator: Generator, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !isLive(generator, name)));
}

/** Whether a parameter acts on a running optimiser, as its `meta` says. */
function isLive({ parameters }: Generator, name: string): boolean {
  return (parameters.shape[name] as { meta?: () => { live?: boolean } | undefined } | undefined)?.meta?.()?.live === true;
}
