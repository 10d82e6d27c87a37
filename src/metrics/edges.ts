/** An edge detector: what a "map" looks like that knows the picture and nothing of a model. The control of a sanity check. */
import type { Plane } from '../protocol/display.ts';

/** Magnitude of Sobel's gradient of the mean over channels; the border has that of its neighbours. @param values [C,H,W]; cost: pixels */
export function edges(values: ArrayLike<number>, { width, height }: { width: number; height: number }): Plane {
  const size = width * height;
  const channels = values.length / size;
  const grey = Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[c * size + i];
    return sum / channels;
  });
  const at = (x: number, y: number): number => grey[Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)];
  const result = new Float32Array(size);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const right = at(x + 1, y - 1) - at(x - 1, y - 1) + 2 * (at(x + 1, y) - at(x - 1, y)) + at(x + 1, y + 1) - at(x - 1, y + 1);
      const down = at(x - 1, y + 1) - at(x - 1, y - 1) + 2 * (at(x, y + 1) - at(x, y - 1)) + at(x + 1, y + 1) - at(x + 1, y - 1);
      result[i] = Math.hypot(right, down);
    }
  }
  return { values: result, width, height, signed: false };
}
