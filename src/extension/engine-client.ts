/** The extension's side of the engine: forks it on first use, survives its crashes, and starts it again after an idle exit. Knows no VS Code. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../protocol/channel.ts';
import {
  requests, type EngineStatus, type ExplainRequest, type ExplainResult, type ExportRequest, type LayerStripEntry, type LayerStripRequest,
  type ModelDescription, type ModelReference, type Pixels, type PredictRequest, type PredictResult, type ProgressNote, type RenderRequest,
} from '../protocol/engine.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import {
  generateRequests, type FrameNote, type GenerateRequest, type GenerateResult, type GeneratorDescription, type PixelsRequest, type PngRequest,
  type SavePixelsRequest, type SteerRequest,
} from '../protocol/generate.ts';
import type { Evaluation, PlannedMeasure } from '../protocol/measures.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import { trustRequests, type CheckRequest, type CheckResult, type EvaluateRequest, type EvaluateResult, type MeasureRequest } from '../protocol/trust.ts';
import { EngineEndedError, EngineProcess, type EngineEnd, type EngineLog } from './engine-process.ts';

/** Milliseconds before the next start after the 1st, 2nd, ... crash in a row; the last one holds from then on. */
export const defaultBackoff: readonly number[] = [0, 1_000, 4_000, 15_000];

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (note: ProgressNote) => void;
  /** Is given the results so far of a technique that samples. */
  onPartial?: (result: ExplainResult) => void;
  /** Is shown how a picture that is being made looks. */
  onFrame?: (frame: FrameNote) => void;
  /** Is told each measure of an evaluation as soon as it is taken. */
  onMeasured?: (evaluation: Evaluation) => void;
}

/**
 * Every request throws: CancelledError when its signal aborts; FoveaError `engine-crashed` when the process died under it; otherwise the
 * FoveaError that the engine answered with.
 */
export class EngineClient {
  private current: EngineProcess | undefined;
  private crashes = 0;
  private restartAt = 0;
  private calls = 0;
  private disposed = false;
  /** Those who follow requests under way, by the requests' tokens. */
  private readonly followers = new Map<string, CallOptions>();

  constructor(
    private readonly entry: string,
    private readonly log: EngineLog,
    private readonly backoff: readonly number[] = defaultBackoff,
  ) {}

  /** Process id of the running engine; undefined while there is none. */
  get pid(): number | undefined {
    return this.current?.alive ? this.current.pid : undefined;
  }

  describeModel(model: ModelReference, preprocessing?: Preprocessing, options: CallOptions = {}): Promise<ModelDescription> {
    return this.call(requests.describeModel, { model, preprocessing }, options);
  }

  explain(request: ExplainRequest, options: CallOptions = {}): Promise<ExplainResult> {
    return this.followed(options, (follow) => this.call(requests.explain, { ...request, token: follow }, options));
  }

  layerStrip(request: LayerStripRequest, options: CallOptions = {}): Promise<LayerStripEntry[]> {
    return this.followed(options, (follow) => this.call(requests.layerStrip, { ...request, token: follow }, options));
  }

  check(request: CheckRequest, options: CallOptions = {}): Promise<CheckResult> {
    return this.followed(options, (follow) => this.call(trustRequests.check, { ...request, token: follow }, options));
  }

  planEvaluation(request: MeasureRequest, options: CallOptions = {}): Promise<PlannedMeasure[]> {
    return this.call(trustRequests.planEvaluation, request, options);
  }

  evaluate(request: EvaluateRequest, options: CallOptions = {}): Promise<EvaluateResult> {
    return this.followed(options, (follow) => this.call(trustRequests.evaluate, { ...request, token: follow }, options));
  }

  predict(request: PredictRequest, options: CallOptions = {}): Promise<PredictResult> {
    return this.call(requests.predict, request, options);
  }

  exportResult(request: ExportRequest, options: CallOptions = {}): Promise<{ file: string }> {
    return this.call(requests.exportResult, request, options);
  }

  render(request: RenderRequest, options: CallOptions = {}): Promise<Uint8Array> {
    return this.call(requests.render, request, options);
  }

  generators(options: CallOptions = {}): Promise<GeneratorDescription[]> {
    return this.call(generateRequests.generators, {}, options);
  }

  /** The run is steered, and taken up again, by the token that is given to `onStart`. */
  generate(request: Omit<GenerateRequest, 'token'>, options: CallOptions & { onStart?: (token: string) => void } = {}): Promise<GenerateResult> {
    return this.followed({ onProgress: () => undefined, ...options }, (follow = '') => {
      options.onStart?.(follow);
      return this.call(generateRequests.generate, { ...request, token: follow }, options);
    });
  }

  /** @returns false where no run has that token (any longer) */
  steer(request: SteerRequest): Promise<boolean> {
    return this.call(generateRequests.steer, request, {});
  }

  pixels(request: PixelsRequest, options: CallOptions = {}): Promise<Pixels> {
    return this.call(generateRequests.pixels, request, options);
  }

  png(request: PngRequest, options: CallOptions = {}): Promise<Uint8Array> {
    return this.call(generateRequests.png, request, options);
  }

  savePixels(request: SavePixelsRequest, options: CallOptions = {}): Promise<{ file: string }> {
    return this.call(generateRequests.savePixels, request, options);
  }

  techniques(options: CallOptions = {}): Promise<TechniqueDescription[]> {
    return this.call(requests.techniques, undefined, options);
  }

  status(options: CallOptions = {}): Promise<EngineStatus> {
    return this.call(requests.status, undefined, options);
  }

  /** Ends the running engine, if any, and forgets earlier crashes; the next request starts a fresh one at once. */
  async restart(): Promise<void> {
    this.crashes = 0;
    this.restartAt = 0;
    const running = this.current;
    this.current = undefined;
    await running?.stop();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.restart();
  }

  private async followed<R>(options: CallOptions, run: (token: string | undefined) => Promise<R>): Promise<R> {
    if (!options.onProgress && !options.onPartial) return run(undefined);
    const token = String(++this.calls);
    this.followers.set(token, options);
    try {
      return await run(token);
    } finally {
      this.followers.delete(token);
    }
  }

  /** A request that meets an engine just leaving for idleness is sent once more, to the next one: all requests can be repeated. */
  private async call<P, R>(request: Request<P, R>, params: P, options: CallOptions): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      const engine = await this.running(options);
      try {
        const answer = await engine.request(request, params, options.signal);
        this.crashes = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof EngineEndedError)) throw error;
        if (error.end.kind === 'idle' && attempt === 1) continue;
        throw endedError(error.end);
      }
    }
  }

  private async running({ signal, onProgress }: CallOptions): Promise<EngineProcess> {
    const wait = this.restartAt - Date.now();
    if (!this.current?.alive && wait > 0) {
      onProgress?.({ token: '', message: `Waiting ${Math.ceil(wait / 1000)} s before the engine starts again…` });
      await sleep(wait, undefined, { signal }).catch(() => {
        throw new CancelledError();
      });
    }
    if (this.disposed) throw new CancelledError();
    if (!this.current?.alive) this.current = this.start();
    return this.current;
  }

  private start(): EngineProcess {
    const engine = new EngineProcess(this.entry, this.log, {
      progress: (note) => this.followers.get(note.token)?.onProgress?.(note),
      partial: ({ token, result }) => this.followers.get(token)?.onPartial?.(result),
      frame: (frame) => this.followers.get(frame.token)?.onFrame?.(frame),
      measured: ({ token, evaluation }) => this.followers.get(token)?.onMeasured?.(evaluation),
    });
    this.log.info(`The engine started (process ${engine.pid}).`);
    void engine.ended.then((end) => {
      if (end.kind === 'crash') {
        const delay = this.backoff[Math.min(this.crashes, this.backoff.length - 1)];
        this.crashes++;
        this.restartAt = Date.now() + delay;
        this.log.error(`The engine crashed (${end.cause}); crash ${this.crashes} in a row, next start after ${delay} ms.`);
      } else {
        this.log.info(end.kind === 'idle' ? 'The engine ended after a while without work.' : 'The engine was stopped.');
      }
    });
    return engine;
  }
}

function endedError(end: EngineEnd): FoveaError {
  return end.kind === 'stopped'
    ? new FoveaError('engine-crashed', 'The engine was restarted while it was working.', 'Try again.')
    : new FoveaError(
      'engine-crashed',
      `The engine stopped unexpectedly (${end.cause}) while it was working.`,
      'It starts again by itself: try again. If it stops again with this model, choose the WebAssembly runtime (setting "fovea.runtime").',
    );
}
