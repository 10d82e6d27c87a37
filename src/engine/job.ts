import type { ExplainResult } from '../protocol/engine.ts';
import type { FrameNote } from '../protocol/generate.ts';
import type { Evaluation } from '../protocol/measures.ts';

/** How a request is followed while it is worked on. */
export interface Job {
  /** Fires when the person, or a newer request, cancelled. */
  readonly signal: AbortSignal;
  /** @param fraction 0..1 where known */
  progress(message: string, fraction?: number): void;
  /** Is shown the result so far of a technique that samples. */
  readonly partial?: (result: ExplainResult) => void;
  /** Is shown how a picture that is being made looks. */
  readonly frame?: (frame: FrameNote) => void;
  /** Is told each measure of an evaluation as soon as it is taken. */
  readonly measured?: (evaluation: Evaluation) => void;
}

/** Does work when the queue lets it, as a job of its own. */
export type Turn = <T>(job: Job, work: () => Promise<T>) => Promise<T>;

/** A job that nobody follows. */
export const unattended: Job = { signal: new AbortController().signal, progress: () => undefined };
