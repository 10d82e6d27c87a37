/** Opens a model file of any known format. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { CancelledError, FoveaError } from '../protocol/errors.ts';
import { readBeside } from './external-data.ts';
import type { FormatReader } from './format.ts';
import { headLength } from './format.ts';
import { isLfsPointer, lfsPointerError } from '../protocol/git-lfs.ts';
import { onnx } from './onnx-import.ts';

/** In the order in which they are tried. A new format is one file and one line here. */
const formats: readonly FormatReader[] = [onnx];

const sizeLimit = 2 ** 31;
const chunk = 2 ** 26;

export interface ModelSource {
  readonly graph: Graph;
  /** Id of the file's format. */
  readonly format: string;
  /** SHA-256 of the file and of what was read of the files beside it, in hexadecimal digits. */
  readonly hash: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Paths of the files beside it that hold a part of the model. */
  readonly beside: readonly string[];
}

/**
 * @throws FoveaError `model-missing`, `model-unreadable`, `model-empty`, `model-too-large`, `git-lfs-pointer`, `model-unknown-format`,
 *   and what the format's reader throws; CancelledError
 */
export async function readModel(path: string, signal?: AbortSignal): Promise<ModelSource> {
  const bytes = await readWhole(path, signal);
  const head = bytes.subarray(0, headLength);
  if (isLfsPointer(head)) throw lfsPointerError(basename(path));
  const format = formats.find((reader) => reader.sniff(head, basename(path)));
  if (!format) {
    throw new FoveaError('model-unknown-format', `${basename(path)} is not a model in a format that Fovea reads.`,
      `Fovea reads ${formats.map(({ title, extensions }) => `${title} (${extensions.join(', ')})`).join(', ')}.`);
  }
  const hash = createHash('sha256').update(bytes);
  const beside = new Set<string>();
  const graph = await format.read({
    path, bytes,
    async readBeside(relativePath, offset, length) {
      const part = await readBeside(path, relativePath, offset, length);
      hash.update(part);
      beside.add(join(dirname(path), ...relativePath.split(/[\\/]/)));
      return part;
    },
  });
  if (signal?.aborted) throw new CancelledError();
  return { graph, format: format.id, hash: hash.digest('hex'), bytes: bytes.length, beside: [...beside] };
}

async function readWhole(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  // Looked at before it is opened: opening a pipe would wait for ever.
  const { size } = await inspect(path);
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.allocUnsafeSlow(size);
      for (let done = 0; done < size;) {
        if (signal?.aborted) throw new CancelledError();
        const { bytesRead } = await file.read(bytes, done, Math.min(chunk, size - done), done);
        if (bytesRead === 0) throw new FoveaError('model-unreadable', `${basename(path)} became shorter while it was read.`, 'Try again when it is written completely.');
        done += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof FoveaError ? error : unreadable(path, error);
  }
}

async function inspect(path: string): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(path, error);
    throw new FoveaError('model-missing', `There is no model file ${basename(path)}.`, `Nothing is at ${path}: check the path, or choose another model.`, { cause: error });
  }
  if (!stats.isFile()) {
    throw new FoveaError('model-unreadable', `${basename(path)} is ${stats.isDirectory() ? 'a folder' : 'no ordinary file'}, not a model file.`, 'Name a model file.');
  }
  if (stats.size === 0) throw new FoveaError('model-empty', `The model file ${basename(path)} is empty.`, 'Get or export it again.');
  if (stats.size > sizeLimit) {
    throw new FoveaError('model-too-large', `The model file ${basename(path)} has ${stats.size} bytes; Fovea reads files up to 2 GiB.`, 'Use a smaller model.');
  }
  return stats;
}

function unreadable(path: string, error: unknown): FoveaError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'EACCES' || code === 'EPERM' ? 'you may not read it' : message;
  return new FoveaError('model-unreadable', `The model file ${basename(path)} cannot be read: ${why}.`, `Check the permissions of ${path} and of its folder.`, { cause: error });
}
