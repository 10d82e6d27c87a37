/** Small text files beside a model: read within a size limit, parsed by a schema, with messages that name file and field. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { FoveaError } from '../../protocol/errors.ts';

/** A thousand classes with long names are 100 KB; nothing that describes a model is larger than this. */
const mostBytes = 4 << 20;

/**
 * The text of a file; undefined where there is none.
 * @throws FoveaError `preprocessing-invalid` if it cannot be read or is too large
 */
export async function readSideFile(file: string): Promise<string | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) throw invalid(file, 'it is not an ordinary file');
    if (stats.size > mostBytes) throw invalid(file, `it is larger than ${mostBytes >> 20} MiB`);
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
}

/**
 * A JSON file as its schema has it; undefined where there is none.
 * @throws FoveaError `preprocessing-invalid`, naming the field
 */
export async function readSideJson<S extends z.core.$ZodType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  const text = await readSideFile(file);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON: ${(error as Error).message}`);
  }
  return parseFacts(json, schema, file);
}

/**
 * Data about a model, parsed.
 * @param source names where the data came from, for the message
 * @throws FoveaError `preprocessing-invalid`, naming the field
 */
export function parseFacts<S extends z.core.$ZodType>(data: unknown, schema: S, source: string): z.output<S> {
  const parsed = z.safeParse(schema, data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue.path.join('.');
  throw invalid(source, field === '' ? issue.message : `field "${field}": ${issue.message}`);
}

function invalid(source: string, why: string): FoveaError {
  return new FoveaError('preprocessing-invalid', `${path.basename(source)} cannot be used: ${why}.`, 'Correct the file, or remove it.');
}
