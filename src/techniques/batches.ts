/** Many inputs through a program, in batches whose memory is bounded whatever the number of inputs. */
import type { Graph, Shape, Tensor } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { countElements } from '../graph/shape.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { TechniqueContext } from './technique.ts';

/** Bytes of activations that a batch may have. */
const memoryBudget = 256 * 2 ** 20;

/**
 * More at once is slower for gradients, whose activations outgrow the processor's caches (MobileNetV2: four samples take 5 % more time for each,
 * eight 15 %), and later with its first partial result and its answer to a cancellation.
 */
const mostSamples = 2;

/** The most samples whose activations fit the memory; a backward pass makes a gradient as large as each of these besides. */
export function fittingSamples({ graph, dynamicBatch }: Model): number {
  if (!dynamicBatch || sumsDependOnBatch(graph)) return 1;
  let bytes = 0;
  for (const { shape } of graph.values.values()) bytes += 4 * elementsPerSample(shape ?? []);
  return Math.max(1, Math.floor(memoryBudget / bytes));
}

/**
 * ONNX Runtime moves transpositions behind sums, which are then over an axis in the middle; those it adds up in an order that depends on the batch
 * and, for more than one sample, on the number of threads. So that the same recipe gives the same bytes, such networks (layer normalisation of
 * channels that come last, as in transformers) take one sample at a time.
 */
function sumsDependOnBatch({ nodes }: Graph): boolean {
  return nodes.some(({ op }) => op === 'Transpose') && nodes.some(({ op }) => sums.has(op));
}

const sums: ReadonlySet<string> = new Set(['ReduceMean', 'ReduceSum', 'LayerNormalization', 'InstanceNormalization']);

/** Number of samples that go through a program of this model at once. */
export function batchSize(model: Model): number {
  return Math.min(mostSamples, fittingSamples(model));
}

function elementsPerSample(shape: Shape): number {
  const count = countElements(shape) ?? 0;
  return typeof count === 'object' ? count.batch : Number(count);
}

export interface BatchedInputs {
  readonly count: number;
  /** What is written for each sample; the model's input where absent. */
  readonly input?: { readonly name: string; readonly channels: number };
  /** Inputs that are the same for all samples. */
  readonly shared?: Readonly<Record<string, Tensor>>;
  /** Writes input `index` (C·H·W values); `slot` tells it from the others of its batch. */
  make(index: number, into: Float32Array, slot: number): void;
  /** Is given the program's outputs for input `index`, which it must not keep; in the order of the indices. */
  read(index: number, outputs: Readonly<Record<string, Float32Array>>, slot: number): void;
  /** After each batch. */
  after?(done: number): void;
}

/** Runs inputs through a program, all for the context's first class. @throws FoveaError `runtime-failed`; CancelledError between two passes */
export async function runBatches(context: TechniqueContext<unknown>, program: Program, inputs: BatchedInputs): Promise<void> {
  const { model, classes: [chosen], signal } = context;
  const { height, width } = model.input;
  const { channels, name } = inputs.input ?? model.input;
  const size = channels * height * width;
  const step = Math.min(batchSize(model), inputs.count);
  const buffer = new Float32Array(step * size);
  for (let start = 0; start < inputs.count; start += step) {
    const samples = Math.min(step, inputs.count - start);
    for (let slot = 0; slot < samples; slot++) inputs.make(start + slot, buffer.subarray(slot * size, (slot + 1) * size), slot);
    const batch: Tensor = { type: 'float32', dims: [samples, channels, height, width], data: buffer.subarray(0, samples * size) };
    const classes = tensorOf('int64', new Array<number>(samples).fill(chosen));
    const outputs = await program.run({ ...inputs.shared, [name]: batch, classes }, { signal });
    for (let slot = 0; slot < samples; slot++) {
      const own = Object.entries(outputs).map(([output, { data }]) => {
        const length = data.length / samples;
        return [output, (data as Float32Array).subarray(slot * length, (slot + 1) * length)] as const;
      });
      inputs.read(start + slot, Object.fromEntries(own), slot);
    }
    inputs.after?.(start + samples);
  }
}
