/** A result that a view holds as a small picture, without explaining anything again: thumbnails, reports. */
import { encodePng, mapPng, overlayPng } from '../pictures/render-png.ts';
import { shownPixels } from '../pictures/shown-pixels.ts';
import { displaySchema, reduceChannels, scalePlacement } from '../protocol/display.ts';
import type { RenderRequest } from '../protocol/engine.ts';

/** @returns a PNG file, at most `longest` pixels on the longer side */
export async function renderResult({ pixels, picture, map, placement, display, what, longest }: RenderRequest): Promise<Uint8Array> {
  const shown = await shownPixels(pixels, longest);
  if (what === 'picture') return encodePng(shown);
  const layover = {
    plane: reduceChannels(map), placement: scalePlacement(placement, shown.width / picture.width), display: displaySchema.parse(display ?? {}),
  };
  return what === 'overlay' ? overlayPng(shown, layover) : mapPng(shown, layover);
}
