/** Picture files as pixels: every format that Fovea opens becomes 8-bit sRGB with alpha, turned as it is shown. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Metadata } from 'sharp';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { loadSharp } from './load-sharp.ts';
import { readPictureFile, sniffPicture, type PictureFormat } from './picture-file.ts';

/** Pictures of more pixels are refused before anything is allocated: their pixels alone would take 400 MB. */
const mostPixels = 100e6;

export interface Picture {
  /** Base name of the file. */
  name: string;
  /** As given. */
  path: string;
  /** SHA-256 of the file's bytes, hex. */
  hash: string;
  /** After turning by EXIF. */
  width: number;
  height: number;
  /** RGBA, 8 bits each, sRGB, not premultiplied, row-major: 4 · width · height bytes. */
  data: Uint8Array;
  /** Sentences that a person should know about how the file was read. */
  notes: string[];
}

/** What a decoder makes of the bytes. */
type Decoded = Pick<Picture, 'width' | 'height' | 'data' | 'notes'>;

/**
 * Decodes a picture: the first frame, turned as its EXIF orientation says, colours converted to sRGB, 8 bits.
 * @throws FoveaError `picture-missing`, `picture-unreadable`, `picture-empty`, `picture-not-a-picture`, `picture-corrupt`,
 * `picture-too-large`, `git-lfs-pointer`; `runtime-unavailable` where the decoding library does not load; CancelledError
 */
export async function decodePicture(file: string, signal?: AbortSignal): Promise<Picture> {
  const bytes = await readPictureFile(file, signal);
  const picture = await decodeEncoded(bytes, file);
  if (signal?.aborted) throw new CancelledError();
  return picture;
}

/** The same for the bytes of a file that need not be on disk. @param file what it is called */
export async function decodeEncoded(bytes: Buffer, file: string): Promise<Picture> {
  const name = path.basename(file);
  const format = sniffPicture(bytes);
  if (!format) {
    throw new FoveaError('picture-not-a-picture', `${name} is not a picture that Fovea can read.`, 'PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF can be read.');
  }
  const decoded = await decodeBytes(bytes, format, name);
  if (format !== 'jpeg' && hasTransparency(decoded.data)) decoded.notes.push('Transparent pixels count as the colours beneath them, as in most training pipelines.');
  return { name, path: file, hash: createHash('sha256').update(bytes).digest('hex'), ...decoded };
}

async function decodeBytes(bytes: Buffer, format: PictureFormat, name: string): Promise<Decoded> {
  try {
    if (format !== 'bmp') return await decodeWithSharp(bytes, format, name);
    const { width, height } = readBmpHeader(bytes);
    refuseTooLarge(width, height, name);
    return decodeBmp(bytes);
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw new FoveaError('picture-corrupt', `${name} (${formatTitles[format]}) is damaged or cut short.`, 'Download or save the picture again.', { cause: error });
  }
}

async function decodeWithSharp(bytes: Buffer, format: PictureFormat, name: string): Promise<Decoded> {
  const sharp = await loadSharp();
  // The header alone; the library's own limit is off, since ours is checked on what it says.
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  refuseTooLarge(header.width, header.height, name);
  const { data, info } = await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', autoOrient: true, ignoreIcc: isSrgb(header.icc) })
    .toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data, notes: notesOf(header, format) };
}

function refuseTooLarge(width: number, height: number, name: string): void {
  if (width * height <= mostPixels) return;
  const size = [width, height].map((side) => side.toLocaleString('en-US')).join(' × ');
  throw new FoveaError('picture-too-large', `${name} is too large: ${size} pixels; at most ${mostPixels / 1e6} megapixels are read.`, 'Save the picture smaller.');
}

/** Profiles of sRGB itself are not applied: rounding would move values by one. Their description names them, in Latin-1 or UTF-16. */
function isSrgb(icc: Buffer | undefined): boolean {
  return icc !== undefined && (icc.includes('sRGB', 0, 'latin1') || icc.includes('s\0R\0G\0B', 0, 'latin1'));
}

const formatTitles: Readonly<Record<PictureFormat, string>> = {
  png: 'PNG', jpeg: 'JPEG', webp: 'WebP', gif: 'GIF', bmp: 'BMP', tiff: 'TIFF', avif: 'AVIF',
};

function notesOf({ pages = 1, depth, space, icc, orientation = 1 }: Metadata, format: PictureFormat): string[] {
  const notes: string[] = [];
  if (pages > 1) {
    notes.push(format === 'tiff' ? `TIFF of ${pages} pages: the first page is explained.` : `Animated ${formatTitles[format]}: the first frame is explained.`);
  }
  if (depth !== 'uchar' && depth !== undefined) notes.push(`${depthNames[depth] ?? depth} picture read as 8 bits.`);
  if (space === 'cmyk') notes.push('CMYK converted to sRGB.');
  else if (icc !== undefined && !isSrgb(icc)) notes.push('Colours converted to sRGB by the embedded colour profile.');
  if (orientation > 1) notes.push('Turned as its EXIF orientation says.');
  return notes;
}

const depthNames: Readonly<Record<string, string>> = { ushort: '16-bit', short: '16-bit', uint: '32-bit', int: '32-bit', float: 'Floating-point', double: 'Floating-point' };

function hasTransparency(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}
