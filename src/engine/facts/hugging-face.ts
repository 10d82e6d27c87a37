/** What Hugging Face's files beside a model say: preprocessor_config.json (transformers) and config.json (transformers, timm). */
import path from 'node:path';
import * as z from 'zod';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import { namesByIndexSchema } from './labels.ts';
import { readSideJson } from './side-file.ts';

const side = z.number().int().min(1).max(8192);
const sizeSchema = z.union([side, z.object({ height: side, width: side }), z.object({ shortest_edge: side })]);
const list = z.array(z.number()).min(1).max(4);
const spread = z.array(z.number().positive()).min(1).max(4);

/** Fields of transformers' image processors that matter here; others are left alone. */
const processorSchema = z.object({
  size: sizeSchema.optional().catch(undefined),
  do_resize: z.boolean().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_pct: z.number().min(0.1).max(1).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: list.nullish(),
  image_std: spread.nullish(),
  resample: z.number().int().nullish(),
});

const timmSchema = z.object({
  mean: list, std: spread,
  interpolation: z.string().optional(),
  crop_pct: z.number().min(0.1).max(1).optional(),
  crop_mode: z.string().optional(),
});

const configSchema = z.object({
  id2label: namesByIndexSchema.optional(),
  label_names: z.array(z.string()).optional(),
  pretrained_cfg: timmSchema.optional().catch(undefined),
});

/** PIL's numbers of its filters. */
const filters: Readonly<Record<number, Preprocessing['interpolation']>> = { 0: 'nearest', 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

export interface HuggingFaceFacts {
  /** What differs from a guess; the input's size is the model's. */
  readonly preprocessing?: Partial<Preprocessing>;
  readonly labels?: string[];
}

/**
 * Facts from the model's folder, or from the one above where the model lies in a folder `onnx`, as exporters lay repositories out.
 * @param input the model's input size in pixels
 * @throws FoveaError `preprocessing-invalid`, naming the field
 */
export async function readHuggingFace(model: string, input: { width: number; height: number }): Promise<HuggingFaceFacts> {
  const folder = path.dirname(model);
  const folders = path.basename(folder) === 'onnx' ? [folder, path.dirname(folder)] : [folder];
  for (const candidate of folders) {
    const processor = await readSideJson(path.join(candidate, 'preprocessor_config.json'), processorSchema);
    const config = await readSideJson(path.join(candidate, 'config.json'), configSchema);
    const timm = config?.pretrained_cfg && fromTimm(config.pretrained_cfg, input);
    const preprocessing = processor ? fromProcessor(processor, input) : timm;
    const labels = config?.id2label ?? config?.label_names;
    if (preprocessing ?? labels) return { preprocessing, labels };
  }
  return {};
}

/** transformers' image processor: rescale, normalise, and how the picture is brought to size. */
function fromProcessor(file: z.output<typeof processorSchema>, input: { width: number; height: number }): Partial<Preprocessing> {
  const normalised = file.do_normalize !== false;
  return {
    ...fitOf(file, input),
    interpolation: filters[file.resample ?? 2] ?? 'bilinear',
    scale: file.do_rescale === false ? 1 : file.rescale_factor ?? 1 / 255,
    mean: (normalised ? file.image_mean : undefined) ?? [0, 0, 0],
    std: (normalised ? file.image_std : undefined) ?? [1, 1, 1],
  };
}

function fitOf(
  { size, do_center_crop: crop, crop_pct: share }: z.output<typeof processorSchema>, input: { width: number; height: number },
): Pick<Preprocessing, 'fit' | 'resize'> {
  const shortest = typeof size === 'object' && 'shortest_edge' in size ? size.shortest_edge : undefined;
  // ConvNeXt's processor: a crop of that share below 384 px, squashed from there on.
  if (share != null && shortest !== undefined) return shortest < 384 ? { fit: 'crop', resize: Math.floor(shortest / share) } : { fit: 'squash' };
  if (shortest !== undefined) return { fit: 'crop', resize: shortest };
  if (crop === true && typeof size === 'object' && 'height' in size) return { fit: 'crop', resize: size.height };
  if (crop === true) return { fit: 'crop', resize: typeof size === 'number' ? size : input.height };
  return { fit: 'squash' };
}

/** timm's pretrained_cfg, as its evaluation transform uses it. */
export function fromTimm(cfg: z.output<typeof timmSchema>, input: { width: number; height: number }): Partial<Preprocessing> {
  const interpolation = (['bilinear', 'bicubic', 'nearest', 'lanczos'] as const).find((name) => name === cfg.interpolation) ?? 'bicubic';
  const share = cfg.crop_pct ?? 0.875;
  return {
    fit: cfg.crop_mode === 'squash' ? 'squash' : 'crop',
    resize: Math.floor(Math.min(input.width, input.height) / share),
    interpolation, scale: 1 / 255, mean: cfg.mean, std: cfg.std,
  };
}
