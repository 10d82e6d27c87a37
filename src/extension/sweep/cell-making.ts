/** One cell of a sweep, made by the engine. Knows no VS Code. */
import type { ExplainRequest, ExplainResult } from '../../protocol/engine.ts';
import type { FrameNote, GenerateRequest } from '../../protocol/generate.ts';
import type { Made } from '../../protocol/sweep-panel.ts';
import type { CellResult } from './sweep-cells.ts';
import type { SweepEngine } from './sweep-host.ts';

/** Who follows a cell that is being made; is told nothing once the signal has fired. */
export interface CellFollower {
  readonly signal: AbortSignal;
  busy(message: string, fraction?: number, made?: Made): void;
  framed(frame: FrameNote): void;
  /** Keeps the pixels of the picture, which all maps of a sweep are drawn on. @returns the result without them */
  takePixels(result: ExplainResult): ExplainResult;
}

export async function makePictures(engine: SweepEngine, request: GenerateRequest, follower: CellFollower): Promise<CellResult> {
  const { signal } = follower;
  const result = await engine.generate(request, {
    signal,
    onProgress: ({ message }) => {
      if (!signal.aborted) follower.busy(message);
    },
    onFrame: (frame) => {
      if (!signal.aborted) follower.framed(frame);
    },
  });
  return { kind: 'make', result };
}

export async function makeMap(engine: SweepEngine, request: ExplainRequest, follower: CellFollower): Promise<CellResult> {
  const { signal } = follower;
  let made: Made | undefined;
  const result = await engine.explain(request, {
    signal,
    onProgress: ({ message, fraction }) => {
      if (!signal.aborted) follower.busy(message, fraction, made);
    },
    onPartial: (partial) => {
      if (signal.aborted) return;
      made = { result: follower.takePixels(partial) };
      const { done, total } = partial.samples ?? { done: 0, total: 0 };
      if (total > 0) follower.busy(`${done} of ${total}`, done / total, made);
      else follower.busy('Explaining…', undefined, made);
    },
  });
  return { kind: 'explain', result: follower.takePixels(result) };
}
