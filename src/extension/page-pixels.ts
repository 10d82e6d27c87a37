import type { Pixels } from '../protocol/engine.ts';

/** VS Code carries an array to a page if its class is one of the standard ones; bytes from another process may be a Buffer. */
export function pagePixels(pixels: Pixels): Pixels {
  const { buffer, byteOffset, byteLength } = pixels.data;
  return { ...pixels, data: new Uint8Array(buffer, byteOffset, byteLength) };
}
