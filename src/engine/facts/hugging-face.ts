/** What Hugging Face's files beside a model say: preprocessor_config.json (transformers) and config.json (transformers, timm). */
import path from 'node:path';
import * as z from 'zod';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import { namesByIndexSchema } from './labels.ts';
import { readSideJson } from './side-file.ts';

const side = z.number().int().min(1).max(8192);
const sizeSchema = z.union([side, z.object({ height: side, width: side }), z.object({ shortest_edge: side })]);
const listOf = <S extends z.ZodType>(value: S) => z.union([z.array(value).min(1).max(4), value.transform((single) => [single])]);
const list = listOf(z.number());
const spread = listOf(z.number().positive());

/** Fields of transformers' image processors that matter here; others are left alone. */
const processorSchema = z.object({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  size: sizeSchema.optional().catch(undefined),
  crop_size: sizeSchema.optional().catch(undefined),
  do_resize: z.boolean().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_pct: z.number().min(0.1).max(1).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: list.nullish(),
  image_std: spread.nullish(),
  resample: z.number().int().nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  rescale_offset: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
});

const timmSchema = z.object({
  mean: list, std: spread,
  interpolation: z.string().optional(),
  crop_pct: z.number().min(0.1).max(1).optional(),
  crop_mode: z.string().optional(),
  input_size: z.tuple([z.number(), side, side]).optional().catch(undefined),
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

type Side = Pick<Preprocessing, 'width' | 'height'>;

/**
 * Facts from the model's folder, or from the one above where the model lies in a folder `onnx`, as exporters lay repositories out.
 * @param input the model's input size in pixels
 * @throws FoveaError `preprocessing-invalid`, naming the field
 */
export async function readHuggingFace(model: string, input: Side): Promise<HuggingFaceFacts> {
  for (const { processor, config } of await readFiles(model)) {
    const timm = config?.pretrained_cfg && fromTimm(config.pretrained_cfg, input);
    const preprocessing = processor ? fromProcessor(processor) : timm;
    const labels = config?.id2label ?? config?.label_names;
    if (preprocessing ?? labels) return { preprocessing, labels };
  }
  return {};
}

/** The input's size in pixels where the same files state it, for a model that takes any. @throws FoveaError `preprocessing-invalid` */
export async function readHuggingFaceSize(model: string): Promise<Side | undefined> {
  for (const { processor, config } of await readFiles(model)) {
    const { size, crop_size: cropped, do_center_crop: crop } = processor ?? {};
    const stated = (crop === true ? cropped : undefined) ?? size;
    if (typeof stated === 'number') return { width: stated, height: stated };
    if (stated && 'height' in stated) return { width: stated.width, height: stated.height };
    if (stated) return { width: stated.shortest_edge, height: stated.shortest_edge };
    const [, height, width] = config?.pretrained_cfg?.input_size ?? [];
    if (width !== undefined && height !== undefined) return { width, height };
  }
  return undefined;
}

async function readFiles(model: string): Promise<{ processor?: z.output<typeof processorSchema>; config?: z.output<typeof configSchema> }[]> {
  const folder = path.dirname(model);
  const folders = path.basename(folder) === 'onnx' ? [folder, path.dirname(folder)] : [folder];
  return Promise.all(folders.map(async (candidate) => ({
    processor: await readSideJson(path.join(candidate, 'preprocessor_config.json'), processorSchema),
    config: await readSideJson(path.join(candidate, 'config.json'), configSchema),
  })));
}

/** transformers' image processor: rescale, normalise, and how the picture is brought to size. */
function fromProcessor(file: z.output<typeof processorSchema>): Partial<Preprocessing> {
  const normalised = file.do_normalize !== false;
  const order = <T>(values: T[]): T[] => (file.do_flip_channel_order === true ? [...values].reverse() : values);
  const mean = (normalised ? file.image_mean : undefined) ?? [0, 0, 0];
  const std = (normalised ? file.image_std : undefined) ?? [1, 1, 1];
  return {
    ...fitOf(file),
    interpolation: filters[file.resample ?? 2] ?? 'bilinear',
    scale: file.do_rescale === false ? 1 : file.rescale_factor ?? 1 / 255,
    // EfficientNet's processor may take 1 away after scaling, and for classifiers divides by the deviation twice.
    mean: order(file.rescale_offset === true ? mean.map((value) => value + 1) : mean),
    std: order(file.include_top === true ? std.map((value) => value * value) : std),
    ...(file.do_flip_channel_order === true ? { channels: 'bgr' } : {}),
  };
}

/** What processors crop that do not say it. */
const usualShares: Readonly<Record<string, number | undefined>> = { ConvNext: 224 / 256, PoolFormer: 0.9 };

function fitOf(file: z.output<typeof processorSchema>): Pick<Preprocessing, 'fit' | 'resize'> {
  const { size, do_center_crop: crop } = file;
  const kind = (file.image_processor_type ?? file.feature_extractor_type ?? '').replace(/(ImageProcessor|FeatureExtractor).*$/, '');
  const share = file.crop_pct ?? usualShares[kind];
  const both = typeof size === 'number' ? size : size && 'height' in size ? size.height : undefined;
  const shorter = size && typeof size === 'object' && 'shortest_edge' in size ? size.shortest_edge : both;
  if (share !== undefined && shorter !== undefined) {
    // ConvNeXt's processor, which ResNet and RegNet use as well: a crop of that share below 384 px, squashed from there on.
    return shorter < 384 || kind === 'PoolFormer' ? { fit: 'crop', resize: Math.floor(shorter / share) } : { fit: 'squash' };
  }
  if (kind === 'Levit' && shorter !== undefined) return { fit: 'crop', resize: Math.floor((shorter * 256) / 224) };
  if (both === undefined && shorter !== undefined) return { fit: 'crop', resize: shorter };
  if (crop !== true) return { fit: 'squash' };
  // Height and width, and for DeiT's processor a single number too, are both sides before the crop; for the others it is the shorter side.
  return { fit: typeof size === 'object' || kind === 'DeiT' ? 'squash-crop' : 'crop', resize: both };
}

/** timm's pretrained_cfg, as its evaluation transform uses it. */
function fromTimm(cfg: z.output<typeof timmSchema>, input: { width: number; height: number }): Partial<Preprocessing> {
  const interpolation = (['bilinear', 'bicubic', 'nearest', 'lanczos'] as const).find((name) => name === cfg.interpolation) ?? 'bicubic';
  const share = cfg.crop_pct ?? 0.875;
  return {
    fit: cfg.crop_mode === 'squash' ? 'squash-crop' : 'crop',
    resize: Math.floor(Math.min(input.width, input.height) / share),
    interpolation, scale: 1 / 255, mean: cfg.mean, std: cfg.std,
  };
}
