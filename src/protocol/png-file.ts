/** PNG files that a page has made. */
import * as z from 'zod/mini';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const mostBytes = 64 << 20;

export const pngSchema = z.instanceof(Uint8Array).check(z.refine(
  (bytes) => bytes.length <= mostBytes && signature.every((byte, at) => bytes[at] === byte), 'not a PNG file',
));
