/** Preprocessing for pictures that keep their own proportions. */
import type { Picture } from '../pictures/decode.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { PictureSize } from '../techniques/generator.ts';

/** The model's preprocessing, with the whole picture brought to a size. */
export function keepProportions(preprocessing: Preprocessing, { width, height }: Pick<Picture, 'width' | 'height'>, { shorter, longest }: PictureSize): Preprocessing {
  const factor = Math.min(shorter / Math.min(width, height), longest / Math.max(width, height));
  const side = (pixels: number): number => Math.max(1, Math.round(pixels * factor));
  return { ...preprocessing, fit: 'squash', resize: undefined, width: side(width), height: side(height) };
}
