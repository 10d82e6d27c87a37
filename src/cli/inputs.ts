/** The INPUT arguments as a list of pictures and arrays. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pictureExtensions } from '../protocol/pictures.ts';
import { FoveaError } from '../protocol/errors.ts';

export interface Input {
  readonly path: string;
  /** array: a `.npy` file, which is the model's input as it stands. */
  readonly kind: 'picture' | 'array';
  /** Begins the names of the files that are written for it; no two inputs share one. */
  readonly stem: string;
}

/**
 * Folders are replaced by the pictures and arrays in them, by name; other paths are taken as they are.
 * @throws FoveaError `picture-missing` for a folder without any
 */
export async function expandInputs(paths: readonly string[]): Promise<Input[]> {
  const files: string[] = [];
  for (const given of paths) {
    const folder = await stat(given).then((found) => found.isDirectory(), () => false);
    files.push(...(folder ? await filesOf(given) : [given]));
  }
  const names = files.map((file) => path.parse(file));
  const isAlone = (value: string, all: string[]): boolean => all.filter((other) => other === value).length === 1;
  return files.map((file, i) => {
    const candidates = [names.map(({ name }) => name), names.map(({ base }) => base)];
    const unique = candidates.find((all) => isAlone(all[i], all));
    return { path: file, kind: isArray(file) ? 'array' : 'picture', stem: unique?.[i] ?? `${i + 1}-${names[i].base}` };
  });
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && (isArray(entry.name) || isPicture(entry.name))).map(({ name }) => name).sort();
  if (files.length > 0) return files.map((name) => path.join(folder, name));
  throw new FoveaError('picture-missing', `The folder ${folder} has no pictures and no arrays.`, `Pictures end in ${pictureExtensions.join(', ')}; arrays in npy.`);
}

function isArray(file: string): boolean {
  return path.extname(file).toLowerCase() === '.npy';
}

function isPicture(file: string): boolean {
  return pictureExtensions.includes(path.extname(file).toLowerCase().slice(1));
}
