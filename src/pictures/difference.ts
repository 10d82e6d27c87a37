/** Pictures that show how two pictures differ. */
import type { Pixels } from '../protocol/engine.ts';

/** What no difference looks like. */
const middle = 128;

/** 128 + gain · (after − before), per colour, opaque. Both pictures have one size. */
export function differencePicture(before: Pixels, after: Pixels, gain: number): Pixels {
  const data = new Uint8ClampedArray(before.data.length).fill(255);
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3) data[i] = middle + gain * (after.data[i] - before.data[i]);
  return { ...before, data: new Uint8Array(data.buffer) };
}

/** Pictures of one height in a row, with a transparent gap between them. */
export function sideBySide(pictures: readonly Pixels[], gap: number): Pixels {
  const [{ height }] = pictures;
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const data = new Uint8Array(4 * width * height);
  let left = 0;
  for (const picture of pictures) {
    const row = 4 * picture.width;
    for (let y = 0; y < height; y++) data.set(picture.data.subarray(y * row, (y + 1) * row), 4 * (y * width + left));
    left += picture.width + gap;
  }
  return { width, height, data };
}
