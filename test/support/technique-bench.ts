/** Runs techniques on a model without an engine: programs are compiled once by key, as in the engine. */
import assert from 'node:assert/strict';
import { parseParameters } from '../../src/engine/parameters.ts';
import type { Tensor } from '../../src/graph/graph.ts';
import type { Model } from '../../src/graph/model.ts';
import type { ScoreKind } from '../../src/protocol/techniques.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import type { Program, Runtime } from '../../src/runtimes/runtime.ts';
import type { RawResult, Technique, TechniqueContext } from '../../src/techniques/technique.ts';

export class TechniqueBench {
  readonly programs = new Map<string, Promise<Program>>();
  #model: Promise<Model> | undefined;

  constructor(private readonly load: () => Model | Promise<Model>, readonly runtime: () => Promise<Runtime> = loadNative) {}

  get model(): Promise<Model> {
    return (this.#model ??= Promise.resolve(this.load()));
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await (await program).dispose();
    this.programs.clear();
  }
}

export interface TechniqueRequest {
  readonly input: Tensor;
  /** One for each sample. */
  readonly classes: readonly number[];
  /** As they are given, see parseParameters. */
  readonly parameters?: Record<string, unknown>;
  /** Name of the layer; the model's default where absent. */
  readonly layer?: string;
  readonly score?: ScoreKind;
  readonly seed?: number;
  readonly black?: readonly number[];
  /** One sample at a time, as for a model whose batch is fixed. */
  readonly singly?: boolean;
  readonly signal?: AbortSignal;
  readonly report?: (partial: RawResult) => void;
}

export async function runTechnique(bench: TechniqueBench, technique: Technique, request: TechniqueRequest): Promise<RawResult> {
  const model = await bench.model;
  const { layer: name = model.defaultLayer?.name } = request;
  const layer = technique.needs.layer ? model.layers.find((one) => one.name === name) : undefined;
  assert.ok(layer || !technique.needs.layer, `no layer "${name}"`);
  const context: TechniqueContext<Record<string, unknown>> = {
    model: request.singly ? { ...model, dynamicBatch: false } : model,
    input: request.input, black: request.black, classes: request.classes, score: request.score ?? 'logit', layer,
    parameters: parseParameters(technique, request.parameters), seed: request.seed ?? 0,
    program: (key, build) => {
      let program = bench.programs.get(key);
      if (!program) bench.programs.set(key, (program = bench.runtime().then((runtime) => runtime.compile(build()))));
      return program;
    },
    report: (_, soFar) => request.report?.(soFar()),
    signal: request.signal ?? new AbortController().signal,
  };
  return technique.run(context);
}
