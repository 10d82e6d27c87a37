/** Git LFS leaves a small text in the place of a file that it has not fetched. */
import { FoveaError } from './errors.ts';

const pointer = 'version https://git-lfs.github.com/spec/';

/** @param head the first bytes of a file */
export function isLfsPointer(head: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(head.subarray(0, pointer.length)) === pointer;
}

export function lfsPointerError(path: string): FoveaError {
  return new FoveaError('git-lfs-pointer', `${path} is a Git LFS pointer: the file itself has not been fetched.`, 'Run "git lfs pull" in its repository.');
}
