/** One run of a technique: its programs, its partial results, its time, and its end as soon as it is cancelled. */
import type { Graph, Tensor } from '../graph/graph.ts';
import { CancelledError } from '../protocol/errors.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { RawResult, TechniqueContext } from '../techniques/technique.ts';
import { explanationOf, type Explanation, type ExplanationRequest } from './explanation.ts';
import type { Job } from './job.ts';
import { logitRows } from './predictions.ts';
import type { ProgramCache } from './program-cache.ts';

/** Milliseconds between partial results: as many as look alive, since each is worked out, sent and painted. */
const partialInterval = 100;

/** Ends a technique that has as many samples as are wanted. */
class Enough extends Error {
  constructor(readonly result: RawResult) {
    super('There are as many samples as are wanted.');
  }
}

/** Of a technique's graph. */
type Outputs = Record<string, Tensor> & { readonly logits: Tensor };

/** One batch on its way through a technique, with the time that it takes. */
export class TechniqueRun {
  #build = 0;
  #run = 0;

  constructor(private readonly programs: ProgramCache, private readonly request: ExplanationRequest, private readonly job: Job) {}

  /** So far. */
  get milliseconds(): Explanation['milliseconds'] {
    return { build: this.#build, run: this.#run };
  }

  /** The technique as it is, for one class of each sample. */
  async run(classes: readonly number[]): Promise<RawResult> {
    const { technique, loaded: { model }, input, black, score, layer, parameters, seed, enough = Infinity } = this.request;
    const { signal } = this.job;
    const context: TechniqueContext<Record<string, unknown>> = {
      model, input, black, classes, score, layer, parameters, seed, signal,
      program: (key, build) => this.#program(key, build),
      report: (samples, soFar) => {
        this.job.progress(technique.title, samples.done / samples.total);
        if (samples.done >= enough) throw new Enough(soFar());
        if (!this.request.partial || performance.now() < nextPartial) return;
        nextPartial = performance.now() + partialInterval;
        const partial = soFar();
        const logits = logitRows(partial.logits, model.logits.classes);
        const milliseconds = { build: this.#build, run: performance.now() - start - this.#build };
        this.request.partial({ ...explanationOf(partial, logits, classes), milliseconds });
      },
    };
    const start = performance.now();
    let nextPartial = start;
    return this.#timed(() => technique.run(context).catch((stopped: unknown) => {
      if (stopped instanceof Enough) return stopped.result;
      throw stopped;
    }));
  }

  /** One pass of a graph with the inputs that a technique's graph has. */
  async pass(key: string, build: () => Graph, classes: readonly number[]): Promise<Outputs> {
    const { loaded: { model }, input } = this.request;
    return this.#timed(async () => {
      const program = await this.#program(key, build);
      const indices: Tensor = { type: 'int64', dims: [classes.length], data: BigInt64Array.from(classes, BigInt) };
      return await program.run({ [model.input.name]: input, classes: indices }, { signal: this.job.signal }) as Outputs;
    });
  }

  async #program(key: string, build: () => Graph): Promise<Program> {
    const { technique, loaded, runtime } = this.request;
    this.job.progress(`${technique.title}: preparing`);
    const start = performance.now();
    const program = await this.programs.get(loaded.hash, key, runtime, build);
    this.#build += performance.now() - start;
    await this.#breathe();
    return program;
  }

  async #timed<R>(run: () => Promise<R>): Promise<R> {
    const [start, built] = [performance.now(), this.#build];
    const result = await run();
    this.#run += performance.now() - start - (this.#build - built);
    await this.#breathe();
    return result;
  }

  /** Compiling and running hold the thread: lets a cancellation in that came meanwhile. */
  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.job.signal.aborted) throw new CancelledError();
  }
}
