/**
 * What a technique is: one object, from which the palette entries, menus, side panel, command-line help, settings and
 * documentation are generated. Adding one is a file that exports such an object and a line in registry.ts.
 */
import type * as z from 'zod';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Model, Layer } from '../graph/model.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { Direction } from '../protocol/measures.ts';
import type { Citation, ScoreKind, TechniqueFamily } from '../protocol/techniques.ts';

/** Raw values and their meaning: nothing here is normalised for display. */
export interface RawResult {
  /** float32 [N,C,H,W] for attributions of input pixels, [N,1,h,w] for class activation maps, [N,C,h,w] for layer attributions. */
  readonly values: Tensor;
  /** Logits of the same pass, float32 [N,K]. */
  readonly logits: Tensor;
  /** Behind a partial or sampled result. */
  readonly samples?: Samples;
  /** Assumptions a person should know, e.g. that tokens were read as a map. */
  readonly notes: readonly string[];
  /** Of the values, in their shape, where they are means over samples. */
  readonly standardError?: Tensor;
  readonly metrics?: readonly Metric[];
}

/** How many of a technique's samples are taken. */
export interface Samples {
  readonly done: number;
  readonly total: number;
}

/** Numbers that come with a result and say how far it can be trusted, or what it took. */
export interface Metric {
  /** Kebab-case. */
  readonly id: string;
  readonly title: string;
  /** One for each sample. */
  readonly values: readonly number[];
  /** Which direction is better, where one is. */
  readonly better?: Direction;
}

/** Parameters under one name, e.g. those with which another library's numbers come out. */
export interface Preset<P> {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: Partial<P>;
}

/** What a technique is given. P: its parsed parameters. */
export interface TechniqueContext<P> {
  readonly model: Model;
  /** Model input as it stands after preprocessing, float32 [N,C,H,W]. */
  readonly input: Tensor;
  /** What a black pixel is in the input, per channel; absent where the input was no picture. */
  readonly black?: readonly number[];
  /** Explained class per sample, length N. */
  readonly classes: readonly number[];
  readonly score: ScoreKind;
  /** Present when the technique needs a layer. */
  readonly layer: Layer | undefined;
  readonly parameters: P;
  readonly seed: number;
  /** Compiles once per key and model; the engine caches the program, for all techniques that ask for the same key. */
  program(key: string, build: () => Graph): Promise<Program>;
  /** Says how far it is. @param soFar makes the partial result; called at once, and only if it is to be shown */
  report(samples: Samples, soFar: () => RawResult): void;
  readonly signal: AbortSignal;
}

export interface Technique<S extends z.ZodObject = z.ZodObject> {
  /** Kebab-case, stable: part of the command line. */
  readonly id: string;
  readonly title: string;
  readonly family: TechniqueFamily;
  /** One sentence for menus and help: what the map shows. */
  readonly summary: string;
  readonly citation: Citation;
  readonly needs: { readonly class: boolean; readonly layer: boolean; readonly secondPicture: boolean };
  /** Meaning of the raw values, for colour bars. */
  readonly values: { readonly signed: boolean; readonly unit: string; readonly resolution: 'input' | 'layer' };
  /** Each field has a default and `.meta({ title, description, unit? })`. */
  readonly parameters: S;
  /** Chosen by the parameter `preset`; parameters that are given besides come first. */
  readonly presets?: readonly Preset<z.output<S>>[];
  /**
   * The technique as one graph, where it is one: inputs `image` float32 [N,C,H,W] and `classes` int64 [N]; outputs `logits` and `values`.
   * `fovea compile` saves it; `run` usually runs it.
   */
  graph?(model: Model, options: { layer: Layer | undefined; score: ScoreKind; parameters: z.output<S> }): Graph;
  /** The maps of several layers from one pass, where that is possible: outputs `logits` and `values.0`, `values.1`, ... as the layers are given. */
  layersGraph?(model: Model, options: { layers: readonly Layer[]; score: ScoreKind; parameters: z.output<S> }): Graph;
  run(context: TechniqueContext<z.output<S>>): Promise<RawResult>;
}
