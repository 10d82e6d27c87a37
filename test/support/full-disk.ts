/** A disk that gets full while a file is written: half of the bytes arrive. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Runs something while every file that is written through node:fs/promises ends so. */
export async function onFullDisk<T>(run: () => Promise<T>): Promise<T> {
  const { writeFile } = fs;
  fs.writeFile = (async (file: string, data: Uint8Array | string) => {
    await writeFile(file, data.slice(0, data.length >> 1));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }) as typeof fs.writeFile;
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    fs.writeFile = writeFile;
    syncBuiltinESMExports();
  }
}
