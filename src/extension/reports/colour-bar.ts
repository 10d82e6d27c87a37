/** Colour bars of reports as pictures: painted by the engine, as the maps are. Knows no VS Code. */
import type { ColorMap } from '../../protocol/display.ts';
import type { RenderRequest } from '../../protocol/engine.ts';

const length = 256;

/** Asks for a colour map from its lower end to its upper end, one pixel high. */
export function colourBarRequest(colorMap: ColorMap): RenderRequest {
  const size = { width: length, height: 1 };
  return {
    map: { values: Float32Array.from({ length }, (_, i) => i / (length - 1)), channels: 1, ...size, resolution: 'input', signed: false, unit: '' },
    placement: { x: 0, y: 0, ...size }, picture: size, pixels: { ...size, data: new Uint8Array(4 * length) },
    what: 'map', display: { colorMap }, longest: length,
  };
}
