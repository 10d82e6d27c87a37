/** Files that the editor writes for the person, on a disk that gets full. */
import assert from 'node:assert/strict';
import type { FileSystem, Uri } from 'vscode';
import { writeWhole } from '../../../src/extension/export/write-whole.ts';
import { rejects } from '../../support/errors.ts';

/** As much of an address as writing needs. */
function uri(path: string): Uri {
  return { path, fsPath: path, with: ({ path: other }: { path: string }) => uri(other) } as unknown as Uri;
}

/** Files by path, with room for so many bytes in each. */
function disk(room: number): { files: Map<string, string>; fs: Pick<FileSystem, 'writeFile' | 'rename' | 'delete'> } {
  const files = new Map([['/report.html', 'before']]);
  return {
    files,
    fs: {
      async writeFile({ path }, content) {
        files.set(path, Buffer.from(content.subarray(0, room)).toString());
        // What VS Code makes of the system's error.
        if (content.length > room) throw new Error(`Unable to write file '${path}' (Unknown (FileSystemError): Error: ENOSPC: no space left on device, write)`);
      },
      async rename(from, to, options) {
        assert.deepEqual(options, { overwrite: true });
        files.set(to.path, files.get(from.path)!);
        files.delete(from.path);
      },
      async delete({ path }) {
        if (!files.delete(path)) throw new Error('FileNotFound');
      },
    },
  };
}

describe('writing a file whole', () => {
  it('replaces what was there', async () => {
    const { files, fs } = disk(100);
    await writeWhole(fs, uri('/report.html'), Buffer.from('after'));
    assert.deepEqual([...files], [['/report.html', 'after']]);
  });

  it('keeps what was there where the disk is full, leaves no half behind, and says why', async () => {
    const { files, fs } = disk(3);
    await rejects(writeWhole(fs, uri('/report.html'), Buffer.from('after')), 'write-failed', /report\.html" could not be written: the disk is full\./);
    assert.deepEqual([...files], [['/report.html', 'before']]);
  });

  it('says what else went wrong, also where nothing was written', async () => {
    const { files, fs } = disk(100);
    const refusing = { ...fs, writeFile: () => Promise.reject(new Error('NoPermissions')) };
    await rejects(writeWhole(refusing, uri('/report.html'), Buffer.from('after')), 'write-failed', /NoPermissions/);
    assert.deepEqual([...files], [['/report.html', 'before']]);
  });
});
