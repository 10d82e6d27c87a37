/** One job at a time: several sessions that run at once slow each other, and memory stays that of one job. */
import { CancelledError } from '../protocol/errors.ts';

export class JobQueue {
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /** Jobs that wait or run. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Runs a job after all earlier ones.
   * @throws CancelledError as soon as the signal fires while the job waits; a job that runs looks at the signal itself
   */
  async run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new CancelledError();
    this.#pending += 1;
    let abandon = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      abandon = () => reject(new CancelledError());
      signal.addEventListener('abort', abandon, { once: true });
    });
    const turn = this.#last.then(() => {
      signal.removeEventListener('abort', abandon);
      if (signal.aborted) throw new CancelledError();
      return job();
    });
    this.#last = turn.catch(() => undefined);
    try {
      // Until the job's turn comes, `cancelled` may win; from then on it never settles.
      return await Promise.race([turn, cancelled]);
    } finally {
      signal.removeEventListener('abort', abandon);
      this.#pending -= 1;
    }
  }
}
