/** A classifier made ready to explain: normalised, NCHW float32 in, logits out, its layers listed. */
import type { Graph, Shape } from './graph.ts';

/** How a layer's tensor is read as a map. */
export type LayerKind =
  /** (N,C,h,w) */
  | { readonly kind: 'spatial'; readonly channels: number; readonly height: number; readonly width: number }
  /** (N,h,w,C) */
  | { readonly kind: 'channels-last'; readonly channels: number; readonly height: number; readonly width: number }
  /** (N,T,C) with T = prefix + h·w, e.g. class token first */
  | { readonly kind: 'tokens'; readonly channels: number; readonly prefix: number; readonly height: number; readonly width: number };

/** A tensor that can be explained, named by the tensor that its node produces. */
export interface Layer {
  readonly name: string;
  /** Operator that produces it. */
  readonly op: string;
  readonly shape: Shape;
  readonly map: LayerKind;
}

export interface Model {
  /**
   * Normalised graph: one input `image` float32 [N,C,H,W] (whatever layout and type the file has; a Transpose or Cast inside adapts it),
   * batch dimension dynamic where the file allows it.
   */
  readonly graph: Graph;
  readonly input: { readonly name: string; readonly channels: number; readonly height: number; readonly width: number };
  /** Name of the tensor of logits, and its number of classes; shape [N,K]. */
  readonly logits: { readonly name: string; readonly classes: number };
  /** The last activation that was taken off to reach the logits, if any. */
  readonly finalActivation: 'softmax' | 'sigmoid' | 'log-softmax' | undefined;
  /** Those that the score depends on, in topological order. */
  readonly layers: readonly Layer[];
  /** The default layer of class activation maps; undefined if the model has no spatial layer. */
  readonly defaultLayer: Layer | undefined;
  /** False if the file's batch size is fixed at 1 and could not be freed. */
  readonly dynamicBatch: boolean;
}
