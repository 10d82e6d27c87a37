/** How a picture becomes a model's input, as a schema: the sidecar `<model>.fovea.json`, recipes and messages all use it. */
import * as z from 'zod/mini';

export const preprocessingSchema = z.strictObject({
  width: z.int().check(z.gte(1), z.lte(8192)),
  height: z.int().check(z.gte(1), z.lte(8192)),
  fit: z._default(z.enum(['crop', 'squash', 'squash-crop', 'letterbox']), 'crop'),
  resize: z.optional(z.int().check(z.gte(1), z.lte(8192))),
  interpolation: z._default(z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']), 'bilinear'),
  channels: z._default(z.enum(['rgb', 'bgr', 'grey', 'rgba']), 'rgb'),
  scale: z._default(z.number().check(z.positive()), 1 / 255),
  mean: z._default(z.array(z.number()).check(z.minLength(1), z.maxLength(4)), [0, 0, 0]),
  std: z._default(z.array(z.number().check(z.positive())).check(z.minLength(1), z.maxLength(4)), [1, 1, 1]),
  pad: z._default(z.number().check(z.gte(0), z.lte(255)), 114),
});

/** value = (pixel · scale − mean) / std, per channel. */
export type Preprocessing = z.output<typeof preprocessingSchema>;

/** Where a model's preprocessing came from; 'guess' is shown as a guess and can be corrected. */
export type PreprocessingSource = 'bundled' | 'sidecar' | 'huggingface' | 'metadata' | 'override' | 'guess';

/** What a person is told of a preprocessing whose source is 'guess'. */
export const guessNote = 'The model does not state its preprocessing, so this is a guess.';

/** Rectangle of the oriented picture, in its pixels, that the model's whole input plane covers; may reach outside it (letterbox). */
export interface Placement {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Content of `<model>.fovea.json`. */
export const sidecarSchema = z.strictObject({
  $schema: z.optional(z.string()),
  title: z.optional(z.string()),
  preprocessing: z.optional(preprocessingSchema),
  labels: z.optional(z.union([z.array(z.string()), z.string()])),
  layer: z.optional(z.string()),
});

export type Sidecar = z.output<typeof sidecarSchema>;

/** Path of a model's sidecar, e.g. `/models/net.fovea.json` for `/models/net.onnx`. */
export function sidecarPath(model: string): string {
  return `${model.replace(/(?<=[^/\\])\.[^./\\]*$/, '')}.fovea.json`;
}
