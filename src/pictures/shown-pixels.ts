/** Pictures as they are sent to a view: no larger than a panel can show. */
import type { Pixels } from '../protocol/engine.ts';
import type { Picture } from './decode.ts';
import { loadSharp } from './load-sharp.ts';

/** Longer side of the pixels that are sent to a view. */
const longestShown = 1600;

/** A picture's pixels, shrunk where its longer side is longer than `longest`; for display, never as a model's input. */
export async function shownPixels({ width, height, data }: Pick<Picture, 'width' | 'height' | 'data'>, longest = longestShown): Promise<Pixels> {
  if (Math.max(width, height) <= longest) return { width, height, data };
  const sharp = await loadSharp();
  const shrunk = await sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
    .resize({ width: longest, height: longest, fit: 'inside' }).raw().toBuffer({ resolveWithObject: true });
  return { width: shrunk.info.width, height: shrunk.info.height, data: shrunk.data };
}
