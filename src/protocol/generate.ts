/** Pictures made by optimisation: requests, notifications and the data in them. */
import { notification, request } from './channel.ts';
import type * as z from 'zod/mini';
import type { LayerDescription, ModelReference, PictureReference, Pixels, Prediction, RuntimeChoice } from './engine.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Citation } from './techniques.ts';

export type GeneratorFamily = 'visualization' | 'fooling' | 'style';

/** A generator as menus, panels and help see it: generated from the generator's own object. */
export interface GeneratorDescription {
  id: string;
  title: string;
  family: GeneratorFamily;
  summary: string;
  citation: Citation;
  /** target: class-or-any is a class, or else none in particular. */
  needs: { content: boolean; style: boolean; target: 'class' | 'class-or-any' | 'class-or-layer' | 'none' };
  /** JSON Schema of the parameters; a property with `live: true` may be steered while a run goes on. */
  parameters: z.core.JSONSchema.BaseSchema;
  /** Values of parameters under one name; requests choose one by the parameter `preset`. */
  presets?: { id: string; title: string; description: string; parameters: Record<string, unknown> }[];
}

export interface GenerateRequest {
  generator: string;
  model: ModelReference;
  /** The photograph that the run starts from or keeps to. */
  content?: PictureReference;
  style?: PictureReference;
  /** Indices, names or unambiguous parts of names; several make a contact sheet. */
  classes?: (number | string)[];
  /** Instead of classes: the layer whose channel (see the parameters) is the target. */
  layer?: string;
  parameters?: Record<string, unknown>;
  seed?: number;
  runtime?: RuntimeChoice;
  preprocessing?: Preprocessing;
  /** Names the run: frames carry it, and `steer` and `resume` refer to it. */
  token?: string;
  /** Token of a run that ended: goes on from its last step, with this request's parameters. */
  resume?: string;
  /** Goes on from pictures, where the run that made them is not kept any longer: all that an optimiser has besides begins anew. */
  from?: { pictures: Pixels[]; step: number; curves: CurvePoint[]; history: RunHistory };
  /** What happened to another run happens to this one, so that it makes the same pictures. */
  replay?: RunEvents;
}

/** What happened to a run on its way. */
export interface RunEvents {
  /** Changes of parameters, each from a step on. */
  steered: { step: number; parameters: Record<string, unknown> }[];
  /** Steps at which it had ended and was gone on with: from all that it had kept, or from its pictures alone, rounded to 8 bits. */
  continued?: { step: number; from: 'state' | 'pictures' }[];
  /** Step at which the person ended it. */
  stopped?: number;
}

/** A run up to a step of it. */
export interface RunHistory extends RunEvents {
  /** Of its start. */
  parameters: Record<string, unknown>;
  /** Tells its model, pictures, targets, seed and fixed parameters from all others. */
  identity: string;
}

/** Everything that is needed to make the pictures again. */
export interface GenerateRecipe extends RunEvents {
  version: string;
  generator: string;
  model: { title: string; hash: string };
  content?: { name: string; hash: string };
  style?: { name: string; hash: string };
  preprocessing: Preprocessing;
  /** Of the start. */
  parameters: Record<string, unknown>;
  classes: number[];
  layer: string | undefined;
  seed: number;
  runtime: string;
}

/** The newest value of each curve after a step. */
export interface CurvePoint {
  step: number;
  values: Record<string, number>;
}

/** The state of a run after some steps. */
export interface FrameNote {
  token: string;
  step: number;
  /** Steps planned so far. */
  total: number;
  /** Whether the run waits to be told to go on. */
  paused: boolean;
  /** At the model's input size; several make a contact sheet. */
  pictures: Pixels[];
  /** Points since the last frame. */
  curves: CurvePoint[];
  history: RunHistory;
}

/** What a fooling run did to the picture. */
export interface FoolingOutcome {
  /** The class aimed at; undefined for any class but the first one. */
  target: Prediction | undefined;
  /** Best first, of the photograph; empty where the run started from noise. */
  before: Prediction[];
  /** Best first, of the picture in full precision. */
  after: Prediction[];
  /** Of the picture as saved: rounded to 8 bits, encoded as PNG, decoded, preprocessed as any picture, and classified again. */
  asSaved: Prediction[];
  /** What to save: the photograph as the model resizes it, with the changed pixels in it. The model sees exactly those when it is opened. */
  saved: Pixels;
  /** Whether the picture in full precision, and the one as saved, is classified as was wanted. */
  fooled: boolean;
  fooledAsSaved: boolean;
  /** The photograph at the model's input size; absent where the run started from noise. */
  original?: Pixels;
  /** Ten times the difference, around middle grey. */
  difference?: Pixels;
}

export interface GenerateResult {
  generator: string;
  /** At the model's input size, or at a size of their own; several make a contact sheet. */
  pictures: Pixels[];
  /** Best first, for each picture; empty where the pictures are not of the model's input size. */
  predictions: Prediction[][];
  classes: { index: number; name: string }[];
  layer: LayerDescription | undefined;
  step: number;
  total: number;
  /** dead: the target does not respond to the picture, as the notes say. */
  ended: 'done' | 'reached' | 'stopped' | 'dead';
  curves: CurvePoint[];
  metrics: Record<string, number>;
  fooling?: FoolingOutcome;
  notes: string[];
  runtime: string;
  /** step: mean duration of a step. */
  milliseconds: { build: number; run: number; step: number; total: number };
  history: RunHistory;
  recipe: GenerateRecipe;
}

/** Acts on a run at once, whatever else the engine does. */
export interface SteerRequest {
  token: string;
  /** Changed parameters; those that are not live are refused. */
  parameters?: Record<string, unknown>;
  paused?: boolean;
  /** Ends the run; the picture is kept. */
  stop?: boolean;
  /** Adds steps to those planned. */
  more?: number;
}

/** Saves pixels, e.g. those of a frame. */
export interface SavePixelsRequest {
  pixels: Pixels;
  /** Absolute path of the PNG file to write. */
  file: string;
}

/** Pictures as one PNG file. */
export interface PngRequest {
  /** Several make a contact sheet. */
  pictures: Pixels[];
  /** Longer side at most. */
  longest: number;
}

/** A picture to be looked at. */
export interface PixelsRequest {
  picture: PictureReference;
  /** Longer side at most; default: that of the pixels in a result. */
  longest?: number;
}

export const generateRequests = {
  generators: request<object, GeneratorDescription[]>('fovea/generators'),
  generate: request<GenerateRequest, GenerateResult>('fovea/generate'),
  /** Answers false where no run has that token (any longer). */
  steer: request<SteerRequest, boolean>('fovea/steer'),
  pixels: request<PixelsRequest, Pixels>('fovea/pixels'),
  png: request<PngRequest, Uint8Array>('fovea/png'),
  savePixels: request<SavePixelsRequest, { file: string }>('fovea/savePixels'),
};

export const frameNotification = notification<FrameNote>('fovea/frame');
