/** One run of a studio: what is asked of the engine, and all that has come back so far. Knows no VS Code. */
import { FoveaError } from '../../protocol/errors.ts';
import type { CurvePoint, FrameNote, GenerateResult } from '../../protocol/generate.ts';
import type { MadeRecipe } from '../../protocol/recipe.ts';
import type { Curve, Work } from '../../protocol/studio-panel.ts';
import { Curves } from './curves.ts';
import { cutOffRun, fromPictures, type EndedRun } from './ended-run.ts';
import type { EngineClient } from '../engine-client.ts';
import { requestOf, type RequestOptions } from './work.ts';

/** What a run goes on from, or makes once more. */
export interface Past {
  readonly earlier?: EndedRun;
  readonly saved?: MadeRecipe;
}

export interface RunListener {
  framed(frame: FrameNote): void;
  progressed(message: string): void;
  /** The engine has forgotten the earlier run: its pictures are gone on with. */
  forgotten(): void;
}

export class StudioRun {
  private readonly controller = new AbortController();
  private readonly curves = new Curves();
  private readonly points: CurvePoint[];
  private last: FrameNote | undefined;
  private sent: string | undefined;

  constructor(readonly work: Work, private readonly past: Past) {
    this.points = [...(past.earlier?.points ?? [])];
    this.curves.add(this.points);
  }

  /** By which it is steered; undefined before the request is sent. */
  get token(): string | undefined {
    return this.sent;
  }

  abort(): void {
    this.controller.abort();
  }

  /** The curves so far. */
  curveList(): Curve[] {
    return this.curves.list();
  }

  /** What can be gone on with where the run has no result: its last frame. */
  cutOff(): EndedRun | undefined {
    return this.last && cutOffRun(this.last, this.points, this.work);
  }

  /** @throws FoveaError, CancelledError as the engine does */
  async ask(engine: Pick<EngineClient, 'generate'>, options: Omit<RequestOptions, 'past'>, listener: RunListener): Promise<GenerateResult> {
    const { earlier, saved } = this.past;
    const call = (past: RequestOptions['past']): Promise<GenerateResult> => engine.generate(requestOf(this.work, { ...options, past }), {
      signal: this.controller.signal,
      onStart: (token) => (this.sent = token),
      onFrame: (frame) => {
        if (this.controller.signal.aborted) return;
        this.last = frame;
        this.points.push(...frame.curves);
        this.curves.add(frame.curves);
        listener.framed(frame);
      },
      onProgress: ({ message }) => listener.progressed(message),
    });
    if (saved) return call({ replay: { steered: saved.steered, continued: saved.continued, stopped: saved.stopped } });
    if (!earlier) return call({});
    if (earlier.token === undefined) return call({ from: fromPictures(earlier) });
    try {
      return await call({ resume: earlier.token });
    } catch (error) {
      if (FoveaError.from(error).reason !== 'run-lost') throw error;
      listener.forgotten();
      return call({ from: fromPictures(earlier) });
    }
  }
}
