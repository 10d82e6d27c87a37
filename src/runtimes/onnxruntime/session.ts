/** Compiles a graph with ONNX Runtime. Its native and its WebAssembly package have one interface, so both runtimes use this file. */
import type { InferenceSession, InferenceSessionFactory, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import { exportOnnx } from '../../formats/onnx-export.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { CancelledError, FoveaError } from '../../protocol/errors.ts';
import type { Program, RunOptions } from '../runtime.ts';
import { fromOrt, toOrt } from './tensors.ts';

/** Share of all activations that is in memory at once: measured 0.13 (a gradient) to 0.28 (maps of every layer). */
const aliveAtOnce = 0.2;

/** What is used of the packages onnxruntime-node and onnxruntime-web. */
export interface OrtPackage {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/**
 * @param options added to those that both packages share
 * @throws FoveaError `runtime-failed` when ONNX Runtime refuses the graph
 */
export async function compileSession(ort: OrtPackage, graph: Graph, options: InferenceSession.SessionOptions): Promise<Program> {
  const bytes = exportOnnx(graph);
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, {
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // The first run has allocated without a plan; a plan's block comes on top and takes as much again, and is no faster.
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...options,
    });
  } catch (error) {
    throw failure('ONNX Runtime refuses the graph', graph, error);
  } finally {
    free(bytes);
  }
  return new SessionProgram(ort, session, graph);
}

class SessionProgram implements Program {
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #name: string;
  readonly #weights: number;
  /** Bytes of all activations of one sample. */
  readonly #activations: number;
  readonly #dynamicBatch: boolean;
  #largestBatch = 1;

  constructor(
    private readonly ort: OrtPackage,
    private readonly session: InferenceSession,
    graph: Graph,
  ) {
    this.#inputs = graph.inputs.map((input) => input.name);
    this.#outputs = graph.outputs.map((output) => output.name);
    this.#name = graph.name;
    this.#weights = bytesOfWeights(graph);
    this.#activations = bytesOfActivations(graph);
    this.#dynamicBatch = typeof graph.inputs[0]?.shape?.[0] !== 'number';
  }

  /** ONNX Runtime keeps the memory of the largest batch that it has run. */
  get bytes(): number {
    return this.#weights + this.#activations * aliveAtOnce * this.#largestBatch;
  }

  async run(inputs: Readonly<Record<string, Tensor>>, { signal }: RunOptions = {}): Promise<Record<string, Tensor>> {
    if (signal?.aborted) throw new CancelledError();
    const feeds: Record<string, OrtTensor> = {};
    for (const name of this.#inputs) {
      const tensor = inputs[name];
      if (!tensor) throw new FoveaError('runtime-failed', `The graph "${this.#name}" was run without its input "${name}".`);
      feeds[name] = toOrt(this.ort.Tensor, name, tensor);
    }
    const [first] = this.#inputs;
    if (this.#dynamicBatch) this.#largestBatch = Math.max(this.#largestBatch, inputs[first]?.dims[0] ?? 1);
    let results: InferenceSession.ReturnType;
    try {
      results = await this.session.run(feeds);
    } catch (error) {
      throw failure('ONNX Runtime failed while it ran the graph', { name: this.#name }, error);
    }
    return Object.fromEntries(this.#outputs.map((name) => [name, fromOrt(results[name])]));
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

function failure(what: string, graph: { readonly name: string }, error: unknown): FoveaError {
  const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  return new FoveaError('runtime-failed', `${what} "${graph.name}": ${detail}`, 'Try another runtime, or export the model again.', { cause: error });
}

/** Gives the memory of a file back at once, rather than with a later garbage collection; before Node 21 it waits for that. */
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer.byteLength === byteLength) (buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer }).transfer?.(0);
}

function bytesOfWeights({ initializers }: Graph): number {
  let bytes = 0;
  for (const { data } of initializers.values()) bytes += data.byteLength;
  return bytes;
}

function bytesOfActivations({ values }: Graph): number {
  let bytes = 0;
  for (const { shape } of values.values()) {
    if (!shape) continue;
    bytes += 4 * shape.reduce<number>((size, dim) => size * (typeof dim === 'number' ? dim : typeof dim === 'string' ? 1 : dim.batch), 1);
  }
  return bytes;
}
