/** Files appear whole or not at all, also where the disk has no room for them. Knows the editor's file system by its interface only. */
import type { FileSystem, Uri } from 'vscode';
import { FoveaError } from '../../protocol/errors.ts';

/**
 * Writes beside the file and renames, so that what was there before is kept where writing fails.
 * @throws FoveaError `write-failed`
 */
export async function writeWhole(fs: Pick<FileSystem, 'writeFile' | 'rename' | 'delete'>, target: Uri, content: Uint8Array): Promise<void> {
  const part = target.with({ path: `${target.path}.part` });
  try {
    await fs.writeFile(part, content);
    await fs.rename(part, target, { overwrite: true });
  } catch (cause) {
    await fs.delete(part).then(undefined, () => undefined); // it may not be there
    const message = cause instanceof Error ? cause.message : String(cause);
    const why = message.includes('ENOSPC') ? 'the disk is full' : message;
    throw new FoveaError('write-failed', `"${target.fsPath}" could not be written: ${why}.`, 'Choose another folder, or make room on the disk.', { cause });
  }
}
