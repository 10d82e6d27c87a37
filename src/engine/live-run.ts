/** A generator's run while it goes on: how it is steered, paused and stopped, and which of its frames are shown. */
import type { CurvePoint, SteerRequest } from '../protocol/generate.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import type { Frame, Generator } from '../techniques/generator.ts';
import { parseParameters } from './parameters.ts';

/** At most so many frames a second are shown: more are not seen, and each costs a conversion to pixels. */
const framesPerSecond = 20;

/** What a frame is shown with. */
export interface ShownFrame extends Frame {
  readonly paused: boolean;
  /** Points of the curves since the last frame that was shown. */
  readonly points: CurvePoint[];
}

export class LiveRun {
  readonly curves: CurvePoint[];
  /** Time spent paused, milliseconds. */
  pausedFor = 0;
  readonly steered: { step: number; parameters: Record<string, unknown> }[] = [];
  #parameters: Record<string, unknown>;
  #paused = false;
  #stopped = false;
  #frame: Frame | undefined;
  #shownAt = -Infinity;
  #shownPoints = 0;
  /** Lets a paused run look again. */
  #wake: () => void = () => undefined;

  /** @param earlier curves of the run that this one goes on from */
  constructor(
    private readonly generator: Generator,
    parameters: Record<string, unknown>,
    private readonly signal: AbortSignal,
    private readonly show: (frame: ShownFrame) => void,
    earlier: readonly CurvePoint[] = [],
  ) {
    this.#parameters = parameters;
    this.curves = [...earlier];
    this.#shownPoints = earlier.length;
  }

  /** As they are now. */
  get parameters(): Record<string, unknown> {
    return this.#parameters;
  }

  /** @throws FoveaError `parameter-invalid`, and then nothing is changed */
  steer({ parameters = {}, paused, stop, more }: SteerRequest): void {
    const changes = more === undefined ? parameters : { ...parameters, steps: (this.#frame?.total ?? 0) + more };
    if (Object.keys(changes).length > 0) this.#change(changes);
    this.#stopped ||= stop ?? false;
    this.#paused = paused ?? this.#paused;
    this.#wake();
  }

  /** The generator's report after a step: see GeneratorContext. */
  async report(frame: Frame): Promise<'continue' | 'stop'> {
    this.#frame = frame;
    if (Object.keys(frame.curves).length > 0) this.curves.push({ step: frame.step, values: { ...frame.curves } });
    // Lets in what was sent while a pass held the thread.
    await new Promise((resolve) => setImmediate(resolve));
    const ends = frame.step >= frame.total;
    if (ends || this.#paused || performance.now() - this.#shownAt >= 1000 / framesPerSecond) this.#show(frame);
    const waiting = performance.now();
    while (this.#paused && !this.#stopped && !this.signal.aborted) {
      await this.#woken();
      if (!this.#paused) this.#show(frame);
    }
    this.pausedFor += performance.now() - waiting;
    if (this.signal.aborted) throw new CancelledError();
    return this.#stopped ? 'stop' : 'continue';
  }

  async #woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #show(frame: Frame): void {
    this.#shownAt = performance.now();
    const points = this.curves.slice(this.#shownPoints);
    this.#shownPoints = this.curves.length;
    this.show({ ...frame, paused: this.#paused, points });
  }

  #change(changes: Record<string, unknown>): void {
    const fixed = Object.keys(changes).find((name) => !isLive(this.generator, name) && changes[name] !== this.#parameters[name]);
    if (fixed !== undefined && fixed in this.generator.parameters.shape) {
      throw new FoveaError('parameter-invalid', `"${fixed}" of ${this.generator.title} is fixed while it runs.`, 'Start a new run.');
    }
    this.#parameters = parseParameters(this.generator, { ...this.#parameters, ...changes });
    this.steered.push({ step: this.#frame?.step ?? 0, parameters: changes });
  }
}

/** Those that cannot be changed while a run goes on. */
export function fixedParameters(generator: Generator, parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !isLive(generator, name)));
}

/** Whether a parameter acts on a running optimiser, as its `meta` says. */
function isLive({ parameters }: Generator, name: string): boolean {
  return (parameters.shape[name] as { meta?: () => { live?: boolean } | undefined } | undefined)?.meta?.()?.live === true;
}
