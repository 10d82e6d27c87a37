/** Compiled programs, kept for later requests and bounded by memory: the least recently used ones go first. */
import type { Graph } from '../graph/graph.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';

interface Kept {
  readonly program: Program;
  /** Hash of the model that it was made from. */
  readonly model: string;
}

export class ProgramCache {
  /** In order of use, the oldest first. */
  readonly #programs = new Map<string, Kept>();

  /** @param limit bytes of programs that `shrink` leaves */
  constructor(private readonly limit: number) {}

  /**
   * A program, compiled if it is not there. It stays at least until `shrink`.
   * @param model hash of the model's content
   * @param key names what the program computes
   */
  async get(model: string, key: string, runtime: Runtime, build: () => Graph): Promise<Program> {
    const full = `${runtime.id} ${model} ${key}`;
    const program = this.#programs.get(full)?.program ?? await runtime.compile(build());
    this.#programs.delete(full);
    this.#programs.set(full, { program, model });
    return program;
  }

  /** Bytes held, as the programs report them. */
  get bytes(): number {
    return [...this.#programs.values()].reduce((sum, { program }) => sum + program.bytes, 0);
  }

  /** Disposes programs until the limit is kept. To be called between jobs: a job may still run any program that it got. */
  async shrink(): Promise<void> {
    let { bytes } = this;
    for (const [key, { program }] of this.#programs) {
      if (bytes <= this.limit) return;
      bytes -= program.bytes;
      this.#programs.delete(key);
      await program.dispose();
    }
  }

  /** Disposes the programs of one model. */
  async drop(model: string): Promise<void> {
    await this.#disposeWhere((kept) => kept.model === model);
  }

  /** Disposes all programs. */
  async clear(): Promise<void> {
    await this.#disposeWhere(() => true);
  }

  async #disposeWhere(goes: (kept: Kept) => boolean): Promise<void> {
    for (const [key, kept] of [...this.#programs]) {
      if (!goes(kept)) continue;
      this.#programs.delete(key);
      await kept.program.dispose();
    }
  }
}
