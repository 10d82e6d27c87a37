/** The engine's remote interface: requests, notifications and the data in them. Typed arrays cross as they are. */
import { notification, request } from './channel.ts';
import type { Direction } from './measures.ts';
import type { Placement, Preprocessing, PreprocessingSource } from './preprocessing.ts';
import type { ScoreKind, TechniqueDescription } from './techniques.ts';

export type RuntimeChoice = 'auto' | 'onnxruntime' | 'tensorflow' | 'wasm';

/** `bundled:<id>` or the absolute path of a model file. */
export type ModelReference = string;

export interface LayerDescription {
  /** Tensor name. */
  name: string;
  op: string;
  /** For display, e.g. [-1, 1280, 7, 7]; -1 is the batch. */
  shape: number[];
  kind: 'spatial' | 'tokens';
  channels: number;
  height: number;
  width: number;
}

export interface ModelDescription {
  reference: ModelReference;
  title: string;
  /** SHA-256 of the file, hex. */
  hash: string;
  format: string;
  bytes: number;
  preprocessing: Preprocessing;
  preprocessingSource: PreprocessingSource;
  /** Class names in order; 'class 17' where none are known. */
  labels: string[];
  layers: LayerDescription[];
  /** Explained where none is named. */
  defaultLayer: string | undefined;
  /** Drawn where a picture is made for a layer and none is named. */
  drawnLayer: string | undefined;
  /** Sentences a person should know about this model, e.g. assumptions made. */
  notes: string[];
}

export interface Prediction {
  index: number;
  name: string;
  logit: number;
  /** Softmax (or sigmoid, for multi-label models). */
  probability: number;
}

/** Where a picture comes from. */
export interface PictureReference {
  /** Absolute path. */
  path: string;
}

/** Everything that is needed to make a result again. */
export interface Recipe {
  version: string;
  picture: { name: string; hash: string };
  model: { title: string; hash: string };
  preprocessing: Preprocessing;
  technique: string;
  parameters: Record<string, unknown>;
  class: number;
  score: ScoreKind;
  layer: string | undefined;
  seed: number;
  runtime: string;
}

export interface ExplainRequest {
  picture: PictureReference;
  model: ModelReference;
  technique: string;
  /** Parsed against the technique's schema in the engine; missing fields take their defaults. */
  parameters?: Record<string, unknown>;
  /** A class index, a name (or unambiguous part of one), or 'top'. */
  class?: number | string;
  layer?: string;
  score?: ScoreKind;
  seed?: number;
  runtime?: RuntimeChoice;
  /** Replaces the model's own preprocessing. */
  preprocessing?: Preprocessing;
  /** Send the picture's pixels back (false when the caller has them). */
  wantPixels?: boolean;
  /** Hash of a picture whose pixels the caller has: wanted ones are sent only for another. */
  knownPicture?: string;
  /** Notifications of progress and partial results carry this. */
  token?: string;
}

/** An 8-bit RGBA picture, oriented as it is shown; row-major, 4·width·height bytes. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface AttributionMap {
  /** Raw values, row-major [C,h,w]. */
  values: Float32Array;
  channels: number;
  height: number;
  width: number;
  signed: boolean;
  unit: string;
  resolution: 'input' | 'layer';
}

/** A number that comes with a map. */
export interface ResultMetric {
  id: string;
  title: string;
  value: number;
  /** Which direction is better, where one is. */
  better?: Direction;
}

export interface ExplainResult {
  picture: { name: string; /** Size of the oriented picture. */ width: number; height: number; notes: string[] };
  /** At most 1600 px on the longer side; absent unless asked for. */
  pixels?: Pixels;
  /** Which part of the picture (in its pixels) the map covers. */
  placement: Placement;
  map: AttributionMap;
  /** Best first, at least 5 where there are as many classes. */
  predictions: Prediction[];
  class: Prediction;
  score: { kind: ScoreKind; value: number };
  layer: LayerDescription | undefined;
  /** Behind a result that is a mean over samples; fewer than `total` in a partial result. */
  samples?: { done: number; total: number };
  /** Of the mean, one for each of the map's values, where it can be estimated. */
  standardError?: Float32Array;
  technique: string;
  model: { reference: ModelReference; title: string; preprocessingSource: PreprocessingSource };
  runtime: string;
  /** Duration of the steps: decode and preprocess, building programs (0 when cached), the technique itself. */
  milliseconds: { picture: number; build: number; run: number; total: number };
  /** The answer to an earlier request for the same: nothing was built or run. */
  cached?: boolean;
  notes: string[];
  /** Numbers that say how far the map can be trusted, or what it took. */
  metrics?: ResultMetric[];
  recipe: Recipe;
}

export interface PredictRequest {
  picture: PictureReference;
  model: ModelReference;
  preprocessing?: Preprocessing;
  runtime?: RuntimeChoice;
  top?: number;
}

export interface PredictResult {
  predictions: Prediction[];
  preprocessing: Preprocessing;
}

/** Small maps of one technique at every spatial layer that the score depends on. */
export interface LayerStripRequest extends Omit<ExplainRequest, 'layer' | 'wantPixels'> {}

export interface LayerStripEntry {
  layer: LayerDescription;
  map: AttributionMap;
}

export interface ExportRequest extends Omit<ExplainRequest, 'wantPixels'> {
  /** Absolute path of the file to write. */
  file: string;
  /** overlay: PNG at the picture's size; map: PNG of the coloured map alone; values: .npy of raw values. */
  what: 'overlay' | 'map' | 'values';
  /** Display settings, see display.ts; the defaults where absent. */
  display?: unknown;
}

/** A result as a PNG file, painted from what a view holds of it: nothing is explained again. */
export interface RenderRequest extends Pick<ExplainResult, 'map' | 'placement'> {
  pixels: Pixels;
  /** Size that the placement is given in. */
  picture: { width: number; height: number };
  what: 'picture' | 'overlay' | 'map';
  /** Display settings, see display.ts; the defaults where absent. */
  display?: unknown;
  /** Longer side of the PNG at most. */
  longest: number;
}

export interface EngineStatus {
  runtimes: { id: string; title: string; available: boolean; reason?: string }[];
  /** Resident set size in bytes. */
  memory: number;
}

/** The result so far of a technique that samples. Only the first one of a request has pixels, if they are wanted. */
export interface PartialNote {
  token: string;
  result: ExplainResult;
}

export interface ProgressNote {
  token: string;
  message: string;
  /** 0..1 where known. */
  fraction?: number;
}

export const requests = {
  describeModel: request<{ model: ModelReference; preprocessing?: Preprocessing }, ModelDescription>('fovea/describeModel'),
  explain: request<ExplainRequest, ExplainResult>('fovea/explain'),
  predict: request<PredictRequest, PredictResult>('fovea/predict'),
  layerStrip: request<LayerStripRequest, LayerStripEntry[]>('fovea/layerStrip'),
  exportResult: request<ExportRequest, { file: string }>('fovea/exportResult'),
  render: request<RenderRequest, Uint8Array>('fovea/render'),
  techniques: request<void, TechniqueDescription[]>('fovea/techniques'),
  bundledModels: request<void, { reference: ModelReference; title: string }[]>('fovea/bundledModels'),
  status: request<void, EngineStatus>('fovea/status'),
};

export const notifications = {
  progress: notification<ProgressNote>('fovea/progress'),
  partial: notification<PartialNote>('fovea/partial'),
};
