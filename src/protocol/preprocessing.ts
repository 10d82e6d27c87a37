/** How a picture becomes a model's input, as a schema: the sidecar `<model>.fovea.json`, recipes and messages all use it. */
import * as z from 'zod';

export const preprocessingSchema = z.object({
  width: z.int().min(1).max(8192).meta({ title: 'Width', description: 'Width of the model input', unit: 'px' }),
  height: z.int().min(1).max(8192).meta({ title: 'Height', description: 'Height of the model input', unit: 'px' }),
  fit: z.enum(['crop', 'squash', 'squash-crop', 'letterbox']).default('crop').meta({
    title: 'Fit', description: 'crop: shorter side to the resize size, then the central square; squash: both sides stretched to the input; '
      + 'squash-crop: both sides stretched to the resize size, then the central square; letterbox: longer side fits, the rest is padded',
  }),
  resize: z.int().min(1).max(8192).optional().meta({ title: 'Resize', description: 'Shorter side (fit: crop) or both sides (fit: squash-crop) before the central crop; the input size if absent', unit: 'px' }),
  interpolation: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']).default('bilinear').meta({ title: 'Interpolation', description: 'Resampling filter, antialiased when shrinking' }),
  channels: z.enum(['rgb', 'bgr', 'grey', 'rgba']).default('rgb').meta({ title: 'Channels', description: 'Channel order of the model input' }),
  scale: z.number().positive().default(1 / 255).meta({ title: 'Scale', description: 'Pixel values 0..255 are multiplied by this first' }),
  mean: z.array(z.number()).min(1).max(4).default([0, 0, 0]).meta({ title: 'Mean', description: 'Subtracted per channel after scaling, in the order of the channels' }),
  std: z.array(z.number().positive()).min(1).max(4).default([1, 1, 1]).meta({ title: 'Standard deviation', description: 'Divided by per channel after the mean' }),
  pad: z.number().min(0).max(255).default(114).meta({ title: 'Padding', description: 'Grey value of letterbox padding, 0..255' }),
}).strict();

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
export const sidecarSchema = z.object({
  $schema: z.string().optional(),
  title: z.string().optional().meta({ title: 'Title', description: 'Name shown in lists' }),
  preprocessing: preprocessingSchema.optional(),
  labels: z.union([z.array(z.string()), z.string()]).optional().meta({ title: 'Labels', description: 'Class names in order, or a file beside this one that has one name per line' }),
  layer: z.string().optional().meta({ title: 'Layer', description: 'Default layer of class activation maps, named by its tensor' }),
}).strict();

export type Sidecar = z.output<typeof sidecarSchema>;

/** Path of a model's sidecar, e.g. `/models/net.fovea.json` for `/models/net.onnx`. */
export function sidecarPath(model: string): string {
  return `${model.replace(/(?<=[^/\\])\.[^./\\]*$/, '')}.fovea.json`;
}
