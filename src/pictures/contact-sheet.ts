/** Pictures side by side in a grid. */
import type { Pixels } from '../protocol/engine.ts';

/** Between pictures and around them, px. */
const gap = 4;
const ground = [255, 255, 255, 255];

/** @param pictures row by row; smaller ones stand in the middle of their cell */
export function contactSheet(pictures: readonly Pixels[], columns: number): Pixels {
  const cell = { width: Math.max(...pictures.map(({ width }) => width)), height: Math.max(...pictures.map(({ height }) => height)) };
  const rows = Math.ceil(pictures.length / columns);
  const [width, height] = [columns * (cell.width + gap) + gap, rows * (cell.height + gap) + gap];
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < data.length; i += 4) data.set(ground, i);
  pictures.forEach((picture, n) => {
    const left = gap + (n % columns) * (cell.width + gap) + ((cell.width - picture.width) >> 1);
    const top = gap + Math.floor(n / columns) * (cell.height + gap) + ((cell.height - picture.height) >> 1);
    const row = 4 * picture.width;
    for (let y = 0; y < picture.height; y++) data.set(picture.data.subarray(y * row, (y + 1) * row), 4 * ((top + y) * width + left));
  });
  return { width, height, data };
}
