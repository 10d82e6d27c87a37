/** Git LFS leaves a small text in the place of a file that it has not fetched. */
import { FoveaError } from '../protocol/errors.ts';

export function isLfsPointer(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 64)).toString('latin1').startsWith('version https://git-lfs.github.com/spec/');
}

export function lfsPointerError(path: string): FoveaError {
  return new FoveaError('git-lfs-pointer', `${path} is a Git LFS pointer: the file itself has not been fetched.`, 'Run "git lfs pull" in its repository.');
}
