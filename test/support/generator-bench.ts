/** Runs generators on a model without an engine. */
import { parseParameters } from '../../src/engine/parameters.ts';
import type { Tensor } from '../../src/graph/graph.ts';
import type { Model } from '../../src/graph/model.ts';
import { preprocessingSchema, type Preprocessing } from '../../src/protocol/preprocessing.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import type { Program, Runtime } from '../../src/runtimes/runtime.ts';
import type { CurrentPicture, Generator, GeneratorContext, GeneratorResult, GeneratorState, Progress } from '../../src/techniques/generator.ts';

export interface GeneratorRequest {
  readonly classes?: readonly number[];
  readonly layer?: string;
  readonly content?: Tensor;
  readonly style?: Tensor;
  readonly parameters?: Record<string, unknown>;
  readonly seed?: number;
  readonly resume?: GeneratorState;
  readonly report?: (progress: Progress, picture: CurrentPicture) => 'continue' | 'stop' | Promise<'continue' | 'stop'>;
}

export class GeneratorBench {
  readonly #programs = new Map<string, Promise<Program>>();
  /** Keys of the programs that were made. */
  get keys(): string[] {
    return [...this.#programs.keys()];
  }

  /** Pixel p of 0..255 is (p/255 − mean)/std; black is −1 and white 1 unless told otherwise. */
  constructor(
    readonly model: Model, private readonly normalisation: { mean: number[]; std: number[] } = { mean: [0.5], std: [0.5] },
    private readonly runtime: () => Promise<Runtime> = loadNative,
  ) {}

  get preprocessing(): Preprocessing {
    const { width, height, channels } = this.model.input;
    return preprocessingSchema.parse({ width, height, channels: channels === 1 ? 'grey' : channels === 4 ? 'rgba' : 'rgb', ...this.normalisation });
  }

  context<P>(parameters: () => P, request: GeneratorRequest = {}): GeneratorContext<P> {
    const { model, preprocessing } = this;
    return {
      model, preprocessing, parameters, classes: request.classes ?? [], seed: request.seed ?? 0, resume: request.resume,
      layer: model.layers.find(({ name }) => name === request.layer),
      pictures: { content: request.content, style: request.style },
      program: (key, build) => {
        const known = this.#programs.get(key) ?? this.runtime().then((runtime) => runtime.compile(build()));
        this.#programs.set(key, known);
        return known;
      },
      report: async (progress, picture) => await request.report?.(progress, picture) ?? 'continue',
      signal: new AbortController().signal,
    };
  }

  run(generator: Generator, request: GeneratorRequest = {}): Promise<GeneratorResult> {
    const parameters = parseParameters(generator, request.parameters);
    return generator.run(this.context(() => parameters, request));
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).dispose();
    this.#programs.clear();
  }
}
