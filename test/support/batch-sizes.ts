/** Models of which more or fewer samples go through a program at once, and runtimes with a given number of threads. */
import assert from 'node:assert/strict';
import { N } from '../../src/graph/graph.ts';
import type { Model } from '../../src/graph/model.ts';
import { compileSession } from '../../src/runtimes/onnxruntime/session.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';
import { batchSize } from '../../src/techniques/batches.ts';

/** Elements of float32 that fill the memory which techniques give a batch. */
const room = 2 ** 26;

/** The same model, said to have another activation of such a size that `batch` samples fit the memory. */
export function withBatchesOf(model: Model, batch: number): Model {
  const ballast = { name: 'ballast', type: 'float32', shape: [N, Math.floor(room / (batch + 0.5))] } as const;
  const changed = { ...model, graph: { ...model.graph, values: new Map([...model.graph.values, [ballast.name, ballast]]) } };
  assert.equal(batchSize(changed), batch);
  return changed;
}

/** ONNX Runtime as the product runs it, but for the number of threads. */
export async function nativeWithThreads(threads: number): Promise<Runtime> {
  const ort = await import('onnxruntime-node');
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, extra: { session: { intra_op: { allow_spinning: '0' } } } };
  return { id: 'onnxruntime', title: `${threads} threads`, compile: (graph) => compileSession(ort, graph, options) };
}
