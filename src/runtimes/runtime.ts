/** The interface between graphs and what runs them. Techniques and the engine know only this, never a concrete runtime. */
import type { Graph, Tensor } from '../graph/graph.ts';

export interface RunOptions {
  /** Checked before the pass starts; a pass that already runs finishes (a pass is the unit of cancellation). */
  readonly signal?: AbortSignal;
}

/** A compiled graph. Holds native memory: dispose it when done. */
export interface Program {
  /**
   * Runs one pass.
   * @param inputs one tensor for each of the graph's inputs, by name
   * @returns the graph's outputs by name (all of them, or those in `outputs`); the caller owns the data
   * @throws FoveaError `runtime-failed`, CancelledError
   */
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Bytes held by weights and activations, as far as known: more once a larger batch has been run. Used to bound the cache. */
  readonly bytes: number;
  dispose(): Promise<void>;
}

export type RuntimeId = 'onnxruntime' | 'wasm' | 'tensorflow';

export interface Runtime {
  readonly id: RuntimeId;
  /** Shown to a person, e.g. "ONNX Runtime 1.30 (native)". */
  readonly title: string;
  /** @throws FoveaError `runtime-failed` when the runtime refuses the graph */
  compile(graph: Graph): Promise<Program>;
}
