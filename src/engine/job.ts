/** How a request is followed while it is worked on. */
export interface Job {
  /** Fires when the person, or a newer request, cancelled. */
  readonly signal: AbortSignal;
  /** @param fraction 0..1 where known */
  progress(message: string, fraction?: number): void;
}

/** A job that nobody follows. */
export const unattended: Job = { signal: new AbortController().signal, progress: () => undefined };
