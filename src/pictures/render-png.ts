/** Explanations as PNG files: painted by the same functions as in the panel (protocol/display.ts), at the picture's own size. */
import { blend, displayRange, paint, type Display, type Plane } from '../protocol/display.ts';
import type { Pixels } from '../protocol/engine.ts';
import type { Placement } from '../protocol/preprocessing.ts';
import { loadSharp } from './load-sharp.ts';

/** A map, where it lies on the picture, and how it is shown. */
export interface Layover {
  readonly plane: Plane;
  readonly placement: Placement;
  readonly display: Display;
}

/** The picture with the map over it, as a PNG file of the picture's size. */
export function overlayPng(picture: Pixels, layover: Layover): Promise<Uint8Array> {
  const data = new Uint8Array(picture.data); // a copy: `slice` of a Buffer is none
  blend(data, paintOver(picture, layover));
  return encodePng({ ...picture, data });
}

/** The coloured map alone, opaque and without a threshold's gaps filled, as a PNG file of the picture's size; transparent where there is no map. */
export function mapPng(picture: Pick<Pixels, 'width' | 'height'>, { plane, placement, display }: Layover): Promise<Uint8Array> {
  const { width, height } = picture;
  return encodePng({ width, height, data: paintOver(picture, { plane, placement, display: { ...display, opacity: 1 } }) });
}

function paintOver({ width, height }: Pick<Pixels, 'width' | 'height'>, { plane, placement, display }: Layover): Uint8Array {
  const painted = paint(plane, displayRange(plane.values, plane.signed), display, { width, height, placement });
  return new Uint8Array(painted.buffer);
}

/** @returns a PNG file of 8-bit RGBA */
export async function encodePng({ width, height, data }: Pixels): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false }).png().toBuffer();
}
