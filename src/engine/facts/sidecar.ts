/** `<model>.fovea.json` beside a model: what a person stated about it; it comes before every other source. */
import path from 'node:path';
import { FoveaError } from '../../protocol/errors.ts';
import { sidecarPath, sidecarSchema, type Preprocessing, type Sidecar } from '../../protocol/preprocessing.ts';
import { linesOf } from './labels.ts';
import { readSideFile, readSideJson } from './side-file.ts';

/**
 * The sidecar with its labels read, if they are in a file of their own.
 * @throws FoveaError `preprocessing-invalid`, naming the field; also for a label file that is missing or outside the model's folder
 */
export async function readSidecar(model: string): Promise<(Omit<Sidecar, 'labels'> & { labels?: string[] }) | undefined> {
  const file = sidecarPath(model);
  const sidecar = await readSideJson(file, sidecarSchema);
  if (!sidecar) return undefined;
  const { labels, ...rest } = sidecar;
  return { ...rest, labels: typeof labels === 'string' ? await readLabelFile(file, labels) : labels };
}

/** The input's size that a sidecar states. @throws FoveaError `preprocessing-invalid` */
export async function readSidecarSize(model: string): Promise<Pick<Preprocessing, 'width' | 'height'> | undefined> {
  return (await readSideJson(sidecarPath(model), sidecarSchema))?.preprocessing;
}

async function readLabelFile(sidecar: string, name: string): Promise<string[]> {
  const folder = path.dirname(sidecar);
  const file = path.resolve(folder, name);
  const help = 'Correct the field, or give the names as a list.';
  if (path.relative(folder, file).startsWith('..') || path.isAbsolute(path.relative(folder, file))) {
    throw new FoveaError('preprocessing-invalid', `${path.basename(sidecar)}: the label file "${name}" is outside the model's folder.`, help);
  }
  const text = await readSideFile(file);
  if (text === undefined) throw new FoveaError('preprocessing-invalid', `${path.basename(sidecar)}: the label file "${name}" does not exist.`, help);
  return linesOf(text);
}
