/** Pictures as model inputs; the last decoded ones are kept, so that another click on the same picture need not decode it again. */
import { stat } from 'node:fs/promises';
import type { Tensor } from '../graph/graph.ts';
import { decodePicture, type Picture } from '../pictures/decode.ts';
import { preprocess } from '../pictures/preprocess.ts';
import type { Placement, Preprocessing } from '../protocol/preprocessing.ts';

export interface PictureInput {
  readonly picture: Picture;
  /** float32 [1,C,H,W] */
  readonly input: Tensor;
  readonly placement: Placement;
  /** Tells the input from every other. */
  readonly key: string;
}

export class Pictures {
  /** By path, size and time, in order of use, the oldest first. */
  readonly #decoded = new Map<string, Picture>();
  /** The last input: another class or layer of the same picture needs it again. */
  #last: PictureInput | undefined;

  /** @param limit bytes of decoded pictures that are kept, beside the one in use */
  constructor(private readonly limit: number) {}

  /** @throws FoveaError `picture-*`, `git-lfs-pointer`, CancelledError */
  async input(file: string, preprocessing: Preprocessing, signal: AbortSignal): Promise<PictureInput> {
    const picture = await this.decode(file, signal);
    const key = `${picture.hash} ${JSON.stringify(preprocessing)}`;
    this.#last = this.#last?.key === key ? { ...this.#last, picture } : { picture, key, ...preprocess(picture, preprocessing) };
    return this.#last;
  }

  /** @throws FoveaError `picture-*`, `git-lfs-pointer`, CancelledError */
  async decode(file: string, signal: AbortSignal): Promise<Picture> {
    // A file that is missing is reported by the decoder, which has the words for it.
    const stamp = await stat(file).then(({ mtimeMs, size }) => `${file} ${mtimeMs} ${size}`, () => undefined);
    const picture = this.#decoded.get(stamp ?? '') ?? await decodePicture(file, signal);
    if (stamp === undefined) return picture;
    this.#decoded.delete(stamp);
    this.#decoded.set(stamp, picture);
    let bytes = [...this.#decoded.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    for (const [key, { data }] of this.#decoded) {
      if (bytes <= this.limit || key === stamp) break;
      bytes -= data.byteLength;
      this.#decoded.delete(key);
    }
    return picture;
  }
}
