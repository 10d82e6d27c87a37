/** Writes `<model>.fovea.json`, which says how a model wants its pictures. Knows no VS Code. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { FoveaError } from '../../protocol/errors.ts';
import { sidecarPath, sidecarSchema, type Preprocessing, type Sidecar } from '../../protocol/preprocessing.ts';

/**
 * Puts preprocessing into a model's sidecar; what else the sidecar says is kept.
 * @returns the file written
 * @throws FoveaError `preprocessing-invalid` where a sidecar is there but cannot be understood (it is left alone), `write-failed` where the
 *   folder cannot be written
 */
export async function saveSidecar(model: string, preprocessing: Preprocessing): Promise<string> {
  const file = sidecarPath(model);
  const sidecar: Sidecar = { ...(await readSidecar(file)), preprocessing };
  try {
    await writeFile(`${file}.part`, `${JSON.stringify(sidecar, undefined, 2)}\n`);
    await rename(`${file}.part`, file); // what it said before is kept where there is no room for more
  } catch (error) {
    await rm(`${file}.part`, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FoveaError(
      'write-failed', `"${file}" could not be written (${code}).`,
      'The preprocessing holds in this panel; make the folder writable to keep it for this model.', { cause: error },
    );
  }
  return file;
}

async function readSidecar(file: string): Promise<Sidecar> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable(file, error);
  }
  try {
    return sidecarSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): FoveaError {
  return new FoveaError('preprocessing-invalid', `"${file}" is there but could not be understood.`, 'Correct or remove it, then save again.', { cause });
}
