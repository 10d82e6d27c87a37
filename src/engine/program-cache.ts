/** Compiled programs, kept for later requests and bounded by memory: the least recently used ones go first. */
import type { Graph } from '../graph/graph.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';

export class ProgramCache {
  /** In order of use, the oldest first. */
  readonly #programs = new Map<string, Program>();

  /** @param limit bytes of programs that `shrink` leaves */
  constructor(private readonly limit: number) {}

  /**
   * The program of a key, compiled if it is not there. It stays at least until `shrink`.
   * @param key names the model, its size and what the program computes; the runtime is added to it
   */
  async get(key: string, runtime: Runtime, build: () => Graph): Promise<Program> {
    const full = `${runtime.id} ${key}`;
    const program = this.#programs.get(full) ?? await runtime.compile(build());
    this.#programs.delete(full);
    this.#programs.set(full, program);
    return program;
  }

  /** Bytes held, as the programs report them. */
  get bytes(): number {
    return [...this.#programs.values()].reduce((sum, program) => sum + program.bytes, 0);
  }

  /** Disposes programs until the limit is kept. To be called between jobs: a job may still run any program that it got. */
  async shrink(): Promise<void> {
    for (const [key, program] of this.#programs) {
      if (this.bytes <= this.limit) return;
      this.#programs.delete(key);
      await program.dispose();
    }
  }

  /** Disposes all programs. */
  async clear(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of programs) await program.dispose();
  }
}
