/** The programs of a run that must outlast many turns in the queue. */
import type { Graph } from '../graph/graph.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';
import type { Job, Turn } from './job.ts';

/** A run's programs: made when first asked for, run in turns, gone with the run. */
export class OwnPrograms {
  readonly #programs = new Map<string, Promise<Program>>();
  #milliseconds = 0;

  constructor(private readonly runtime: Runtime, private readonly turn: Turn, private readonly job: Job) {}

  /** Spent on making programs. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  async get(key: string, build: () => Graph): Promise<Program> {
    const known = this.#programs.get(key);
    if (known) return known;
    const making = this.turn(this.job, () => this.#make(build));
    this.#programs.set(key, making);
    return making;
  }

  async #make(build: () => Graph): Promise<Program> {
    const start = performance.now();
    const program = await this.runtime.compile(build());
    this.#milliseconds += performance.now() - start;
    return {
      bytes: program.bytes,
      run: (inputs, options) => this.turn(this.job, () => program.run(inputs, options)),
      dispose: () => program.dispose(),
    };
  }

  async dispose(): Promise<void> {
    const made = await Promise.allSettled(this.#programs.values());
    for (const one of made) if (one.status === 'fulfilled') await one.value.dispose();
  }
}
