/** Class names: from files beside a model, or ImageNet's for models with as many outputs. */
import path from 'node:path';
import * as z from 'zod';
import { className } from '../predictions.ts';
import { readSideFile, readSideJson } from './side-file.ts';

/** One name per line; empty lines at the end are none. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return lines;
}

/** Names by index, as `id2label` has them: `{"0": "tench", ...}`. Indices that are missing stay open. */
export const namesByIndexSchema = z.record(z.string().regex(/^\d{1,6}$/), z.string()).transform((record) => {
  const names: string[] = [];
  for (const [index, name] of Object.entries(record)) names[Number(index)] = name;
  return names;
});

/** A list of names, or names by index. */
const labelsSchema = z.union([z.array(z.string()), namesByIndexSchema]);

/** `labels.txt` and `labels.json` beside a model, as far as they are there. @throws FoveaError `preprocessing-invalid` */
export async function readLabelsBeside(model: string): Promise<{ file: string; labels: string[] }[]> {
  const folder = path.dirname(model);
  const text = await readSideFile(path.join(folder, 'labels.txt'));
  const list = await readSideJson(path.join(folder, 'labels.json'), labelsSchema);
  return [
    ...(text === undefined ? [] : [{ file: 'labels.txt', labels: linesOf(text) }]),
    ...(list ? [{ file: 'labels.json', labels: list }] : []),
  ];
}

/** ImageNet-1k's names for 1000 outputs; for 1001 with a background class before them, as TensorFlow's models have it. */
export async function imagenetLabels(classes: number, file: string): Promise<string[] | undefined> {
  if (classes !== 1000 && classes !== 1001) return undefined;
  const text = await readSideFile(file);
  const names = text === undefined ? [] : linesOf(text);
  if (names.length !== 1000) return undefined;
  return classes === 1000 ? names : ['background', ...names];
}

/** One name for each class; "class 17" where none is known. */
export function fillLabels(labels: readonly string[], classes: number): string[] {
  return Array.from({ length: classes }, (_, index) => (labels[index] ? labels[index] : className([], index)));
}
