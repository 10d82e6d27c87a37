/**
 * What makes pictures by optimisation: class visualization, fooling images, style transfer. Where a technique returns a map, a generator
 * runs step after step, shows frames as it goes, and may be steered while it runs. Adding one is a file and a line in generators.ts.
 */
import type * as z from 'zod';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { Citation } from '../protocol/techniques.ts';
import type { GeneratorFamily } from '../protocol/generate.ts';
import type { Preset } from './technique.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';

/** How far a run is after some steps. */
export interface Progress {
  /** Steps done, of those planned so far. */
  readonly step: number;
  readonly total: number;
  /** The newest value of each curve, by its title, e.g. the score or each term of a loss. */
  readonly curves: Readonly<Record<string, number>>;
}

/** Gives a copy of the picture of the reported step as a model input, float32 [N,C,H,W]; several pictures make a contact sheet. */
export type CurrentPicture = () => Tensor | Promise<Tensor>;

export interface GeneratorResult extends Progress {
  /** As CurrentPicture gives it. */
  readonly picture: Tensor;
  /**
   * Why it ended: all steps done, its goal reached, stopped by the person, or nothing to go by because the target does not respond ('dead';
   * the notes say more). The picture is kept in every case.
   */
  readonly ended: 'done' | 'reached' | 'stopped' | 'dead';
  /** Facts for the person, e.g. that a unit is dead or that the model was not fooled. */
  readonly notes: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  /** What a later run goes on from. */
  readonly state?: GeneratorState;
}

/** Where an ended run can be taken up again: the steps done, and whatever arrays the generator needs. */
export interface GeneratorState {
  readonly step: number;
  readonly arrays: Readonly<Record<string, Float32Array>>;
  /** Present where nothing else is kept, [N,C,H,W]: what an optimiser has besides begins anew. */
  readonly picture?: Tensor;
}

/** The picture that a state holds as the array `name`, or as all that was kept; a copy. */
export function resumedPicture({ picture, arrays }: GeneratorState, name: string): Float32Array {
  return ((picture?.data ?? arrays[name]) as Float32Array).slice();
}

/** What a generator works on. P: its parsed parameters. */
export interface GeneratorContext<P> {
  readonly model: Model;
  readonly preprocessing: Preprocessing;
  /** Target classes, one per picture; empty where the target is a layer. */
  readonly classes: readonly number[];
  readonly layer: Layer | undefined;
  /** A class's name for a person. */
  className?(index: number): string;
  /**
   * Model inputs [1,C,H,W], of the size that `sizes` gives where there is that: `content`, the photograph that the run starts from or keeps to,
   * and `style` for style transfer.
   */
  readonly pictures: { readonly content?: Tensor; readonly style?: Tensor };
  readonly seed: number;
  /** Present where the run goes on from an earlier one with the same settings. */
  readonly resume?: GeneratorState;
  /** The parameters as they are now: the person may change them while the run goes on. */
  parameters(): P;
  program(key: string, build: () => Graph): Promise<Program>;
  /**
   * Shows the state after a step; resolves at once, or when a paused run goes on. Tells whether to go on.
   * @param picture asked for before that, and only where it is shown
   */
  report(progress: Progress, picture: CurrentPicture): Promise<'continue' | 'stop'>;
  readonly signal: AbortSignal;
}

/** Sides in px: the shorter one, and the most that the longer one may have, which comes first. */
export interface PictureSize {
  readonly shorter: number;
  readonly longest: number;
}

export interface Generator<S extends z.ZodObject = z.ZodObject> {
  /** Kebab-case, stable: part of the command line. */
  readonly id: string;
  readonly title: string;
  readonly family: GeneratorFamily;
  readonly summary: string;
  readonly citation: Citation;
  /** target: class-or-any is a class, or else none in particular. */
  readonly needs: { readonly content: boolean; readonly style: boolean; readonly target: 'class' | 'class-or-any' | 'class-or-layer' | 'none' };
  /**
   * Where pictures keep their own proportions instead of being fitted to the model's input: the size that each is brought to. A picture
   * without one is not needed with those parameters.
   */
  readonly sizes?: (parameters: z.output<S>) => { readonly content?: PictureSize; readonly style?: PictureSize };
  /** Each field has a default and `.meta({ title, description, unit?, live? })`; live: true for those that act on a running optimiser. */
  readonly parameters: S;
  /** Chosen by the parameter `preset`; parameters that are given besides come first. */
  readonly presets?: readonly Preset<z.output<S>>[];
  run(context: GeneratorContext<z.output<S>>): Promise<GeneratorResult>;
}
