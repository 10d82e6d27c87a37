/**
 * A changed model input as a picture file that means the same: when it is opened, preprocessed as any picture and classified, the model sees
 * the changed input, rounded to 8 bits.
 *
 * The input is at the model's resolution. Saved just so, a model that shrinks pictures to 256 px and cuts out the central 224 would see it
 * enlarged and cropped. So where a model crops, the file holds the photograph as it was resized, with the changed pixels in the place of
 * those that the model looks at (or grey around them, where there was no photograph): neither resizing nor cropping changes anything then.
 */
import type { Tensor } from '../graph/graph.ts';
import type { Pixels } from '../protocol/engine.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { Picture } from './decode.ts';
import { fitInto } from './fit.ts';
import { resample } from './resample.ts';
import { restorePixels } from './restore.ts';

/** Of a picture so long and narrow that its resized form would be larger, the model's part alone is saved. */
const mostSaved = 16e6;

/** @param picture from which the input was made, if there was one */
export function savedPicture(picture: Pick<Picture, 'width' | 'height' | 'data'> | undefined, input: Tensor, preprocessing: Preprocessing): Pixels {
  const changed = restorePixels(input, preprocessing);
  if (!preprocessing.fit.endsWith('crop')) return changed;
  const source = picture ?? grey(Math.max(preprocessing.width, preprocessing.resize ?? 0), Math.max(preprocessing.height, preprocessing.resize ?? 0));
  const { size, window } = fitInto(source, preprocessing);
  const covered = window.width === changed.width && window.height === changed.height;
  if (!covered || size.width * size.height > mostSaved) return changed;
  const whole = resample({ ...source, channels: 4 }, size, { left: 0, top: 0, ...size }, preprocessing.interpolation);
  const data = whole.data.slice();
  for (let y = 0; y < changed.height; y++) {
    const row = changed.data.subarray(4 * y * changed.width, 4 * (y + 1) * changed.width);
    data.set(row, 4 * ((window.top + y) * size.width + window.left));
  }
  return { ...size, data };
}

function grey(width: number, height: number): Pick<Picture, 'width' | 'height' | 'data'> {
  const data = new Uint8Array(4 * width * height).fill(128);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height, data };
}
