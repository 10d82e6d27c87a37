/** What a technique is asked, and what it answered, sample by sample. */
import type { Tensor } from '../graph/graph.ts';
import type { Layer } from '../graph/model.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Metric, RawResult, Technique } from '../techniques/technique.ts';
import type { LoadedModel } from './models.ts';

export interface ExplanationRequest {
  readonly loaded: LoadedModel;
  readonly runtime: Runtime;
  readonly technique: Technique;
  /** Parsed by the technique's schema. */
  readonly parameters: Record<string, unknown>;
  readonly layer: Layer | undefined;
  readonly score: ScoreKind;
  readonly seed: number;
  /** Model input, float32 [N,C,H,W]. */
  readonly input: Tensor;
  /** What a black pixel is in the input, per channel; absent where the input was no picture. */
  readonly black?: readonly number[];
  /** Tells the input from every other; undefined where its answers are not to be kept. */
  readonly inputKey?: string;
  /** Per sample. */
  readonly classes: readonly (number | 'top')[];
  /** Is shown what a sampling technique has so far. */
  readonly partial?: (explanation: Explanation) => void;
  /** A sampling technique stops after so many samples. */
  readonly enough?: number;
}

export interface Explanation {
  /** float32; see RawResult */
  readonly values: Tensor;
  /** Per sample: one logit for each class. */
  readonly logits: readonly Float32Array[];
  /** Per sample: the class that was explained. */
  readonly classes: readonly number[];
  /** See RawResult; of a single batch only. */
  readonly samples?: RawResult['samples'];
  readonly standardError?: Float32Array;
  readonly notes: readonly string[];
  readonly metrics: readonly Metric[];
  /** build: making and compiling programs; run: the rest. */
  readonly milliseconds: { readonly build: number; readonly run: number };
  /** Kept from an earlier request. */
  readonly cached?: boolean;
}

/** A technique's answer, but for the time that it took. */
export function explanationOf(
  { values, samples, standardError, notes, metrics = [] }: RawResult, logits: readonly Float32Array[], classes: readonly number[],
): Omit<Explanation, 'milliseconds'> {
  return { values, logits, classes, samples, standardError: standardError?.data as Float32Array | undefined, notes, metrics };
}

/** Samples start..end of a batch; shares the data. */
export function samplesOf(batch: Tensor, start: number, end: number): Tensor {
  const [total, ...dims] = batch.dims;
  const size = batch.data.length / total;
  return { type: batch.type, dims: [end - start, ...dims], data: batch.data.subarray(start * size, end * size) };
}

/** Explanations of batches as one. */
export function joinExplanations(parts: readonly Explanation[]): Explanation {
  if (parts.length === 1) return parts[0];
  const sum = (of: (part: Explanation) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const data = new Float32Array(sum(({ values }) => values.data.length));
  let at = 0;
  for (const { values } of parts) {
    data.set(values.data as Float32Array, at);
    at += values.data.length;
  }
  return {
    values: { type: 'float32', dims: [sum(({ values }) => values.dims[0]), ...parts[0].values.dims.slice(1)], data },
    logits: parts.flatMap((part) => part.logits),
    classes: parts.flatMap((part) => part.classes),
    notes: [...new Set(parts.flatMap((part) => part.notes))],
    metrics: parts[0].metrics.map((metric, i) => ({ ...metric, values: parts.flatMap((part) => part.metrics[i].values) })),
    milliseconds: { build: sum(({ milliseconds }) => milliseconds.build), run: sum(({ milliseconds }) => milliseconds.run) },
  };
}
