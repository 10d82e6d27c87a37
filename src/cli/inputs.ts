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
 * Folders are replaced by the pictures and arrays in them, by name; other paths are taken as they are. So is a folder without any among others:
 * it is refused when its turn comes, and stops none of them.
 * @throws FoveaError `picture-missing` where there are folders without any alone
 */
export async function expandInputs(paths: readonly string[]): Promise<Input[]> {
  const found = await Promise.all(paths.map(filesAt));
  if (found.every((inside) => inside.length === 0)) {
    const where = paths.length === 1 ? `The folder ${paths[0]} has` : 'The folders have';
    throw new FoveaError('picture-missing', `${where} no pictures and no arrays.`, `Pictures end in ${pictureExtensions.join(', ')}; arrays in npy.`);
  }
  const files = found.flatMap((inside, i) => (inside.length > 0 ? inside : [paths[i]]));
  const names = files.map((file) => path.parse(file));
  const isAlone = (value: string, all: string[]): boolean => all.filter((other) => other === value).length === 1;
  return files.map((file, i) => {
    const candidates = [names.map(({ name }) => name), names.map(({ base }) => base)];
    const unique = candidates.find((all) => isAlone(all[i], all));
    return { path: file, kind: isArray(file) ? 'array' : 'picture', stem: unique?.[i] ?? `${i + 1}-${names[i].base}` };
  });
}

/** The pictures and arrays in a folder; another path itself. */
async function filesAt(given: string): Promise<string[]> {
  if (!await stat(given).then((found) => found.isDirectory(), () => false)) return [given];
  const entries = await readdir(given, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && (isArray(entry.name) || isPicture(entry.name))).map(({ name }) => name);
  return names.sort().map((name) => path.join(given, name));
}

function isArray(file: string): boolean {
  return path.extname(file).toLowerCase() === '.npy';
}

function isPicture(file: string): boolean {
  return pictureExtensions.includes(path.extname(file).toLowerCase().slice(1));
}
