/** The picture library (libvips), loaded on first use: it is native, and much of Fovea works without it. */
import type sharp from 'sharp';
import { FoveaError } from '../protocol/errors.ts';

let loading: Promise<typeof sharp> | undefined;

/** @throws FoveaError `runtime-unavailable` where the library does not load on this machine */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp').then(
    ({ default: library }) => {
      library.cache(false); // each file is decoded once; what is kept is kept as pixels
      return library;
    },
    (error: unknown) => {
      throw new FoveaError('runtime-unavailable', 'The library that decodes pictures (sharp) does not load on this machine.',
        'Install the Fovea package that was made for this platform. BMP pictures and arrays work without it.', { cause: error });
    });
  return loading;
}
