/** What the command says: results on standard output, everything else on standard error. */
import { Presets, SingleBar } from 'cli-progress';
import type { Job } from '../engine/job.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { OutputOptions } from './options.ts';

export class Report {
  #failed = false;
  /** Lines that wait until the progress bar is gone, which shares the terminal with them. */
  #held: (() => void)[] | undefined;

  constructor(private readonly options: OutputOptions) {}

  /** Whether an input failed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** A result: `data` as a line of JSON if asked for, else `text` unless quiet. */
  result(data: object, text: string): void {
    if (this.options.json) this.#write(process.stdout, JSON.stringify(data));
    else if (!this.options.quiet) this.#write(process.stdout, text);
  }

  /** A remark. */
  note(text: string): void {
    if (!this.options.quiet) this.#write(process.stderr, text);
  }

  /** A failure; from now on the command has failed. */
  failure(subject: string | undefined, error: unknown): void {
    this.#failed = true;
    const { message, help } = FoveaError.from(error);
    const about = subject === undefined || message.includes(subject) ? '' : `${subject}: `;
    this.#write(process.stderr, `fovea: ${about}${message}${help === '' ? '' : ` ${help}`}`);
  }

  /**
   * Works on one thing after another, with a progress bar where standard error is a terminal. A failure does not end the work on the others.
   * @param work gets the job to follow; its progress moves the bar
   */
  async each<T extends { readonly path: string }>(
    things: readonly T[], signal: AbortSignal, work: (thing: T, job: Job) => Promise<void>,
  ): Promise<void> {
    const bar = this.#startBar(things.length);
    try {
      for (const [done, thing] of things.entries()) {
        try {
          const progress: Job['progress'] = (message, fraction = 0) => bar?.update(done + fraction, { message: `${thing.path}: ${message}` });
          await work(thing, { signal, progress });
        } catch (error) {
          if (signal.aborted) throw error;
          this.failure(thing.path, error);
        }
        bar?.update(done + 1);
      }
    } finally {
      bar?.stop();
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const write of held) write();
    }
  }

  #startBar(total: number): SingleBar | undefined {
    if (!process.stderr.isTTY || this.options.quiet) return undefined;
    const bar = new SingleBar({ format: '{bar} {percentage} %  {message}', stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
    bar.start(total, 0, { message: '' });
    this.#held = [];
    return bar;
  }

  #write(stream: NodeJS.WriteStream, line: string): void {
    const write = (): void => void stream.write(`${line}\n`);
    if (this.#held) this.#held.push(write);
    else write();
  }
}
