/** Runs a technique that is one graph: inputs `image` and `classes`, outputs `logits` and values. */
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Program } from '../runtimes/runtime.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { TechniqueContext } from './technique.ts';

/**
 * One pass, or one for each sample where the model takes a single sample at a time.
 * @param key names what the graph computes, besides the model
 * @returns the graph's outputs for all samples
 */
export async function runGraph(context: TechniqueContext<unknown>, key: string, build: () => Graph): Promise<Record<string, Tensor>> {
  const { model, input, classes, signal } = context;
  const program = await context.program(key, build);
  if (model.dynamicBatch || classes.length === 1) return pass(program, model.input.name, input, classes, signal);
  const parts: Record<string, Tensor>[] = [];
  for (let n = 0; n < classes.length; n++) parts.push(await pass(program, model.input.name, sample(input, n), [classes[n]], signal));
  return Object.fromEntries(Object.keys(parts[0]).map((name) => [name, stack(parts.map((part) => part[name]))]));
}

function pass(program: Program, image: string, input: Tensor, classes: readonly number[], signal: AbortSignal): Promise<Record<string, Tensor>> {
  return program.run({ [image]: input, classes: tensorOf('int64', classes) }, { signal });
}

/** One sample of a batch; shares the data. */
export function sample(batch: Tensor, n: number): Tensor {
  const size = batch.data.length / batch.dims[0];
  return { type: batch.type, dims: [1, ...batch.dims.slice(1)], data: batch.data.subarray(n * size, (n + 1) * size) };
}

/** One batch of batches. */
export function stack(parts: readonly Tensor[]): Tensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { type: 'float32', dims: [parts.reduce((sum, { dims }) => sum + dims[0], 0), ...parts[0].dims.slice(1)], data };
}
