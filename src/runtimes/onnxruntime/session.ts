/** Compiles a graph with ONNX Runtime. Its native and its WebAssembly package have one interface, so both runtimes use this file. */
import type { InferenceSession, InferenceSessionFactory, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import { exportOnnx } from '../../formats/onnx-export.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { CancelledError, FoveaError } from '../../protocol/errors.ts';
import type { Program, RunOptions } from '../runtime.ts';
import { fromOrt, toOrt } from './tensors.ts';

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
      logSeverityLevel: 3,
      ...options,
    });
  } catch (error) {
    throw failure('ONNX Runtime refuses the graph', graph, error);
  }
  return new SessionProgram(ort, session, graph, estimateBytes(graph));
}

class SessionProgram implements Program {
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #name: string;

  constructor(
    private readonly ort: OrtPackage,
    private readonly session: InferenceSession,
    graph: Graph,
    readonly bytes: number,
  ) {
    this.#inputs = graph.inputs.map((input) => input.name);
    this.#outputs = graph.outputs.map((output) => output.name);
    this.#name = graph.name;
  }

  async run(inputs: Readonly<Record<string, Tensor>>, { signal }: RunOptions = {}): Promise<Record<string, Tensor>> {
    if (signal?.aborted) throw new CancelledError();
    const feeds: Record<string, OrtTensor> = {};
    for (const name of this.#inputs) {
      const tensor = inputs[name];
      if (!tensor) throw new FoveaError('runtime-failed', `The graph "${this.#name}" was run without its input "${name}".`);
      feeds[name] = toOrt(this.ort.Tensor, name, tensor);
    }
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

/** Weights and, since the memory planner reuses buffers, half of all activations of one sample: an estimate for bounding the cache. */
function estimateBytes(graph: Graph): number {
  let weights = 0;
  for (const tensor of graph.initializers.values()) weights += tensor.data.byteLength;
  let activations = 0;
  for (const { shape } of graph.values.values()) {
    if (!shape) continue;
    activations += 4 * shape.reduce<number>((size, dim) => size * (typeof dim === 'number' ? dim : typeof dim === 'string' ? 1 : dim.batch), 1);
  }
  return weights + activations / 2;
}
