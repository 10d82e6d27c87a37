/** Files that belong to a model, read from its own folder and nowhere else. */
import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { FoveaError } from '../protocol/errors.ts';
import { isLfsPointer, lfsPointerError } from '../protocol/git-lfs.ts';

/**
 * Reads `length` bytes at `offset` (default: all to the end) of a file in the model's folder or below it. Links are followed only within the folder.
 * @throws FoveaError `external-data-outside-folder`, `external-data-missing` (no such file, or too short), `git-lfs-pointer`
 */
export async function readBeside(modelPath: string, relativePath: string, offset = 0, length?: number): Promise<Uint8Array> {
  const parts = relativePath.split(/[\\/]/);
  if (isAbsolute(relativePath) || win32.isAbsolute(relativePath) || /^[a-z]:/i.test(relativePath) || parts.includes('..') || relativePath.includes('\0')) {
    throw outside(relativePath);
  }
  const folder = await realpath(dirname(modelPath));
  let path: string;
  try {
    path = await realpath(join(folder, ...parts));
  } catch (error) {
    throw missing(relativePath, 'does not exist', error);
  }
  const inside = relative(folder, path);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside(relativePath);
  return await readRange(path, relativePath, offset, length);
}

async function readRange(path: string, shown: string, offset: number, length: number | undefined): Promise<Uint8Array> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw missing(shown, 'cannot be read', error);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw missing(shown, 'is not a file');
    const wanted = length ?? stat.size - offset;
    if (wanted < 0 || offset + wanted > stat.size) {
      const head = Buffer.alloc(Math.min(stat.size, 256));
      await file.read(head, 0, head.length, 0);
      if (isLfsPointer(head)) throw lfsPointerError(shown);
      throw missing(shown, `has ${stat.size} bytes, fewer than the ${offset + wanted} that the model asks for`);
    }
    const bytes = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await file.read(bytes, done, Math.min(wanted - done, 2 ** 30), offset + done);
      if (bytesRead === 0) throw missing(shown, 'became shorter while it was read');
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function outside(relativePath: string): FoveaError {
  return new FoveaError('external-data-outside-folder', `The model asks for weights in "${relativePath}", which is outside its own folder; Fovea does not read them.`,
    'Put the weights beside the model file, or export the model as one file.');
}

function missing(relativePath: string, what: string, cause?: unknown): FoveaError {
  return new FoveaError('external-data-missing', `The model keeps weights in "${relativePath}", which ${what}.`,
    'Put the complete weights file beside the model file.', { cause });
}
