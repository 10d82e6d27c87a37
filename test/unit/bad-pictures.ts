/** Hostile and unusual picture files, written on demand, for every test that opens pictures. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { Reason } from '../../src/protocol/errors.ts';

export interface BadPicture {
  readonly path: string;
  /** What opening it must answer. */
  readonly reason: Reason;
}

/** Writes one file for each way in which opening a picture fails, into a folder that is there. */
export async function writeBadPictures(folder: string): Promise<Record<string, BadPicture>> {
  const noise = await noisePicture();
  const [png, jpeg, webp, gif, tiff, avif] = await Promise.all([
    noise().png().toBuffer(), noise().jpeg().toBuffer(), noise().webp().toBuffer(), noise().gif().toBuffer(), noise().tiff().toBuffer(),
    noise().avif({ effort: 0 }).toBuffer(),
  ]);
  const bmp = bitmap(64, 64, Buffer.alloc(64 * 64 * 3, 90));
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length / 2));
  const files: Record<string, { file: string; bytes: Buffer; reason: Reason }> = {
    'zero bytes': { file: 'zero.png', bytes: Buffer.alloc(0), reason: 'picture-empty' },
    'text': { file: 'text.jpg', bytes: Buffer.from('This is not a picture.\n'), reason: 'picture-not-a-picture' },
    'SVG': { file: 'drawing.png', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), reason: 'picture-not-a-picture' },
    'one byte': { file: 'byte.gif', bytes: Buffer.from([0x89]), reason: 'picture-not-a-picture' },
    'Git LFS pointer': { file: 'pointer.png', bytes: Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 240512\n`),
      reason: 'git-lfs-pointer' },
    'truncated PNG': { file: 'half.png', bytes: half(png), reason: 'picture-corrupt' },
    'truncated JPEG': { file: 'half.jpg', bytes: half(jpeg), reason: 'picture-corrupt' },
    'truncated WebP': { file: 'half.webp', bytes: half(webp), reason: 'picture-corrupt' },
    'truncated GIF': { file: 'half.gif', bytes: half(gif), reason: 'picture-corrupt' },
    'truncated TIFF': { file: 'half.tif', bytes: half(tiff), reason: 'picture-corrupt' },
    'truncated AVIF': { file: 'half.avif', bytes: half(avif), reason: 'picture-corrupt' },
    'truncated BMP': { file: 'half.bmp', bytes: half(bmp), reason: 'picture-corrupt' },
    'PNG signature alone': { file: 'signature.png', bytes: png.subarray(0, 8), reason: 'picture-corrupt' },
    'PNG with a wrong checksum': { file: 'checksum.png', bytes: flip(png, png.length - 20), reason: 'picture-corrupt' },
    'BMP of size zero': { file: 'nothing.bmp', bytes: bitmap(0, 64, Buffer.alloc(0)), reason: 'picture-corrupt' },
    '30,000 x 30,000 PNG': { file: 'huge.png', bytes: hugePng(30_000, 30_000), reason: 'picture-too-large' },
    '30,000 x 30,000 BMP': { file: 'huge.bmp', bytes: bitmap(30_000, 30_000, Buffer.alloc(16)), reason: 'picture-too-large' },
  };
  const written: Record<string, BadPicture> = {
    'missing': { path: path.join(folder, 'missing.png'), reason: 'picture-missing' },
    'folder': { path: path.join(folder, 'folder.png'), reason: 'picture-unreadable' },
  };
  await mkdir(written['folder'].path);
  for (const [name, { file, bytes, reason }] of Object.entries(files)) {
    written[name] = { path: path.join(folder, file), reason };
    await writeFile(written[name].path, bytes);
  }
  return written;
}

/** 64 x 64 pixels that no codec shrinks to almost nothing. */
async function noisePicture(): Promise<() => Sharp> {
  const data = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).raw().toBuffer();
  return () => sharp(data, { raw: { width: 64, height: 64, channels: 3 } });
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] ^= 0xff;
  return copy;
}

/** A valid PNG of one grey: deflate shrinks zeros a thousandfold, so gigabytes fit into little. */
function hugePng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // one bit per pixel, grey
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A bitmap of 24 bits per pixel; its pixels as given, whatever the size says. */
export function bitmap(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(header.length + pixels.length, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, pixels]);
}
