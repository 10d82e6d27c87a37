/** Requests that ask whether a map can be trusted: sanity checks and measures of quality. */
import { notification, request } from './channel.ts';
import type { AttributionMap, ExplainRequest, ExplainResult, Recipe } from './engine.ts';
import type { CheckMode } from './checks.ts';
import type { Evaluation, MetricId, PlannedMeasure } from './measures.ts';

/** Of two maps; each at most 1, which is equality. */
export interface Similarity {
  /** Rank correlation of the values. */
  spearman: number;
  /** Rank correlation of the magnitudes. */
  absoluteSpearman: number;
  /** Structural similarity of the magnitudes. */
  ssim: number;
  /** Correlation of the magnitudes' histograms of oriented gradients. */
  hog: number;
}

/** A result that is there already, be it a part of what a sampling technique would make, or kept from an earlier run. */
export type ShownResult = Omit<ExplainResult, 'pixels' | 'standardError'>;

/** About a map. */
export interface MeasureRequest extends Omit<ExplainRequest, 'wantPixels'> {
  /** It is measured as it is; the technique is run where it is absent. */
  shown?: ShownResult;
}

export interface CheckRequest extends MeasureRequest {
  /** Default: cascading. */
  mode?: CheckMode;
  /** Only the few steps that a verdict needs; the answer is kept for each model, technique, its parameters and layer, whatever the picture. */
  quick?: boolean;
}

export interface CheckStep {
  /** The layer down to which, or at which, weights are meaningless; the class that is explained. */
  title: string;
  /** Layers whose weights are meaningless, of `CheckResult.layers`. */
  layers: number;
  /** One channel, small. */
  map: AttributionMap;
  /** To the map of the model as it is. */
  similarity: Similarity;
}

/** passed: the map depends on what was changed; failed: it hardly does; mixed: something between. */
export type VerdictLevel = 'passed' | 'mixed' | 'failed';

export interface Verdict {
  level: VerdictLevel;
  /** A few words for a badge. */
  label: string;
  /** What was found, in plain words. */
  sentence: string;
  /** How it was decided. */
  rule: string;
}

export interface CheckResult {
  mode: CheckMode;
  technique: string;
  picture: string;
  class: { index: number; name: string };
  layer: string | undefined;
  /** Layers with weights that the model has. */
  layers: number;
  /** Of the model as it is. */
  map: AttributionMap;
  steps: CheckStep[];
  /** An edge detector's map, which knows nothing of the model, and how alike the technique's is to it. */
  edges: { map: AttributionMap; similarity: Similarity };
  verdict: Verdict;
  /** What is known against checks of this kind. */
  caveats: string[];
  notes: string[];
  runtime: string;
  milliseconds: number;
  recipe: Recipe & { mode: CheckMode };
}

export interface EvaluateRequest extends MeasureRequest {
  /** Default: all. */
  metrics?: MetricId[];
  /** Send what the inputs along the curves look like. */
  wantPictures?: boolean;
}

export interface EvaluateResult {
  technique: string;
  class: ExplainResult['class'];
  layer: string | undefined;
  evaluations: Evaluation[];
  notes: string[];
  runtime: string;
  milliseconds: number;
  recipe: Recipe;
}

/** One measure of an evaluation that goes on. */
export interface MeasuredNote {
  token: string;
  evaluation: Evaluation;
}

export const measuredNotification = notification<MeasuredNote>('fovea/measured');

export const trustRequests = {
  check: request<CheckRequest, CheckResult>('fovea/check'),
  evaluate: request<EvaluateRequest, EvaluateResult>('fovea/evaluate'),
  /** What an evaluation would take, in its order; takes two passes of the model itself. */
  planEvaluation: request<MeasureRequest, PlannedMeasure[]>('fovea/planEvaluation'),
};
