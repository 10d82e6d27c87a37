/** Small maps side by side, as one picture. */
import { displayRange, paint, reduceChannels } from '../protocol/display.ts';
import type { AttributionMap, Pixels } from '../protocol/engine.ts';

/** Longer side of a map in the strip, and the gap between two, in pixels. */
const [tile, gap] = [128, 4];

/** Each map in its own range of values and in the usual colours, from left to right; transparent between them. */
export function filmStrip(maps: readonly AttributionMap[]): Pixels {
  const tiles = maps.map((map) => {
    const scale = tile / Math.max(map.width, map.height);
    const [width, height] = [map.width, map.height].map((side) => Math.max(1, Math.round(side * scale)));
    const plane = reduceChannels(map);
    const target = { width, height, placement: { x: 0, y: 0, width, height } };
    return { width, height, data: paint(plane, displayRange(plane.values, plane.signed), { opacity: 1, threshold: 0 }, target) };
  });
  const width = tiles.reduce((sum, one) => sum + one.width + gap, -gap);
  const height = Math.max(...tiles.map((one) => one.height));
  const data = new Uint8Array(4 * width * height);
  let left = 0;
  for (const one of tiles) {
    for (let y = 0; y < one.height; y++) data.set(one.data.subarray(4 * y * one.width, 4 * (y + 1) * one.width), 4 * (y * width + left));
    left += one.width + gap;
  }
  return { width, height, data };
}
