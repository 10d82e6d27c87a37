/** Reads a picture file whole, with its size checked first, and tells its format by its first bytes. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import { isLfsPointer, lfsPointerError } from '../protocol/git-lfs.ts';

/** Larger files are not read. */
export const largestFile = 256 << 20;

export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif';

/**
 * The bytes of a file that may be a picture.
 * @throws FoveaError `picture-missing`, `picture-unreadable` (no permission, a folder, a pipe), `picture-empty`, `picture-too-large`,
 * `git-lfs-pointer`; CancelledError
 */
export async function readPictureFile(file: string, signal?: AbortSignal): Promise<Buffer> {
  const name = path.basename(file);
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new FoveaError('picture-unreadable', `${name} is a folder.`, 'Choose a picture in it.');
    // Reading a pipe or a device may never end.
    if (!found.isFile()) throw new FoveaError('picture-unreadable', `${name} is not a regular file.`, 'Choose a picture file.');
    if (found.size > largestFile) {
      throw new FoveaError('picture-too-large', `${name} is too large: ${mebibytes(found.size)} MiB; at most ${mebibytes(largestFile)} MiB are read.`,
        'Save the picture smaller.');
    }
    const bytes = await readFile(file, { signal });
    if (bytes.length === 0) throw new FoveaError('picture-empty', `${name} is empty (zero bytes).`, 'Download or save the picture again.');
    if (isLfsPointer(bytes)) throw lfsPointerError(name);
    return bytes;
  } catch (error) {
    throw readFailure(error, file, name);
  }
}

function readFailure(error: unknown, file: string, name: string): unknown {
  if (error instanceof FoveaError) return error;
  const { code, message, name: kind } = error as NodeJS.ErrnoException;
  if (kind === 'AbortError') return new CancelledError();
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new FoveaError('picture-missing', `There is no picture ${name}.`, `Nothing is at ${file}: it may have been moved or deleted.`, { cause: error });
  }
  const why = code === 'EACCES' || code === 'EPERM' ? 'you may not read it' : message;
  return new FoveaError('picture-unreadable', `${name} cannot be read: ${why}.`, 'Check the permissions of the file and of its folder.', { cause: error });
}

function mebibytes(size: number): string {
  return (size / (1 << 20)).toFixed(0);
}

/** The format that the first bytes claim, whatever the file's name; undefined for everything that Fovea does not open. */
export function sniffPicture(bytes: Uint8Array): PictureFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('BM')) return 'bmp';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((magic) => head.startsWith(magic))) return 'tiff';
  if (head.startsWith('ftyp', 4) && /avi[fs]/.test(head.slice(8))) return 'avif';
  return undefined;
}
