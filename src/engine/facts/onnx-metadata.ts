/** What a model file says about itself in its metadata: ONNX's image properties, and keys that exporters write. */
import * as z from 'zod';
import { FoveaError } from '../../protocol/errors.ts';
import { preprocessingSchema, type Preprocessing } from '../../protocol/preprocessing.ts';
import { parseFacts } from './side-file.ts';

/** ONNX's `Image.BitmapPixelFormat` (docs/MetadataProps.md). */
const pixelFormats: Readonly<Record<string, Preprocessing['channels']>> = {
  gray8: 'grey', rgb8: 'rgb', bgr8: 'bgr', rgba8: 'rgba', srgb8: 'rgb',
};

/** ONNX's `Image.NominalPixelRange`: scale, and one mean and deviation for all channels. */
const pixelRanges: Readonly<Record<string, { scale: number; mean: number; std: number }>> = {
  nominalrange_0_255: { scale: 1, mean: 0, std: 1 },
  normalized_0_1: { scale: 1 / 255, mean: 0, std: 1 },
  normalized_1_1: { scale: 1 / 255, mean: 0.5, std: 0.5 },
  nominalrange_16_235: { scale: 219 / 255, mean: -16, std: 1 },
};

const numbers = z.array(z.number()).min(1).max(4);

/**
 * Preprocessing as far as the metadata states it; undefined where it states nothing.
 * @param channels of the model's input
 * @throws FoveaError `preprocessing-invalid`, naming the key
 */
export function preprocessingFromMetadata(metadata: Readonly<Record<string, string>>, channels: number): Partial<Preprocessing> | undefined {
  if (metadata['fovea.preprocessing'] !== undefined) {
    return parseFacts(parseJson(metadata, 'fovea.preprocessing'), preprocessingSchema, 'fovea.preprocessing');
  }
  const found: Partial<Preprocessing> = {};
  const format = pixelFormats[metadata['Image.BitmapPixelFormat']?.toLowerCase() ?? ''];
  if (format) found.channels = format;
  const range = pixelRanges[metadata['Image.NominalPixelRange']?.toLowerCase() ?? ''];
  if (range) {
    found.scale = range.scale;
    found.mean = new Array<number>(channels).fill(range.mean);
    found.std = new Array<number>(channels).fill(range.std);
  }
  // Written by exporters of torchvision and timm models; both scale pixels to 0..1 first.
  if (metadata.mean !== undefined && metadata.std !== undefined) {
    found.scale = 1 / 255;
    found.mean = parseFacts(parseJson(metadata, 'mean'), numbers, 'mean');
    found.std = parseFacts(parseJson(metadata, 'std'), numbers, 'std');
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Class names: `fovea.labels` (a JSON list), or `names` as Ultralytics writes it: `{0: 'tench', 1: "goldfish"}`. */
export function labelsFromMetadata(metadata: Readonly<Record<string, string>>): string[] | undefined {
  if (metadata['fovea.labels'] !== undefined) return parseFacts(parseJson(metadata, 'fovea.labels'), z.array(z.string()), 'fovea.labels');
  const labels: string[] = [];
  for (const [, index, single, double] of metadata.names?.matchAll(/(\d{1,6}): (?:'([^']*)'|"([^"]*)")/g) ?? []) labels[Number(index)] = single ?? double;
  return labels.length > 0 ? labels : undefined;
}

function parseJson(metadata: Readonly<Record<string, string>>, key: string): unknown {
  try {
    return JSON.parse(metadata[key]);
  } catch {
    throw new FoveaError('preprocessing-invalid', `The model's metadata "${key}" is not JSON.`, 'Export the model again, or write a sidecar file.');
  }
}
