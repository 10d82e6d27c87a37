/**
 * The files of runs: for each run a small one that says what it was, and beside it, in files of their own, the parts of what it made. One that is
 * damaged loses nothing but itself, and none is ever seen half written. Knows no VS Code.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What says what a run was; written first and removed last, so that no part is left without it. */
export const runPart = 'run.json';

const fileName = /^([0-9a-f]+)\.(.+?)(\.new)?$/;

export class RunFiles {
  /** Bytes of each part, by run. */
  private readonly sizes = new Map<string, Map<string, number>>();

  /** @param folder made when the first file is written */
  constructor(private readonly folder: string) {}

  get ids(): string[] {
    return [...this.sizes.keys()];
  }

  /** Of all parts of a run. */
  bytesOf(id: string): number {
    return [...this.sizes.get(id)?.values() ?? []].reduce((sum, size) => sum + size, 0);
  }

  partsOf(id: string): string[] {
    return [...this.sizes.get(id)?.keys() ?? []];
  }

  path(id: string, part: string): string {
    return path.join(this.folder, `${id}.${part}`);
  }

  /** Finds out what is there. @throws where the folder is there and cannot be read */
  async scan(): Promise<void> {
    let names: string[];
    try {
      names = await readdir(this.folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return; // none has been kept yet
      throw error;
    }
    await Promise.all(names.map(async (name) => {
      const [, id, part, unfinished] = fileName.exec(name) ?? [];
      if (id === undefined) return;
      if (unfinished) await rm(path.join(this.folder, name), { force: true }).catch(() => undefined); // what a window that was killed left
      else this.know(id, part, await stat(path.join(this.folder, name)).then(({ size }) => size, () => 0));
    }));
  }

  /** undefined where there is none, or it cannot be read. */
  async read(id: string, part: string): Promise<Uint8Array | undefined> {
    return readFile(this.path(id, part)).catch(() => undefined);
  }

  /** What was there before stays where this fails. @throws where it cannot be written */
  async write(id: string, part: string, bytes: Uint8Array): Promise<void> {
    const file = this.path(id, part);
    await mkdir(this.folder, { recursive: true });
    try {
      await writeFile(`${file}.new`, bytes);
      await rename(`${file}.new`, file);
    } catch (error) {
      await rm(`${file}.new`, { force: true }).catch(() => undefined);
      throw error;
    }
    this.know(id, part, bytes.length);
  }

  /** @param parts in the order in which they go @throws where one cannot be removed */
  async remove(id: string, parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      await rm(this.path(id, part), { force: true });
      this.sizes.get(id)?.delete(part);
    }
    if (this.sizes.get(id)?.size === 0) this.sizes.delete(id);
  }

  private know(id: string, part: string, size: number): void {
    const parts = this.sizes.get(id) ?? new Map<string, number>();
    this.sizes.set(id, parts.set(part, size));
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full', EDQUOT: 'the disk is full', EROFS: 'the disk is read-only', EACCES: 'that is not permitted', EPERM: 'that is not permitted',
};

/** Of an error of the file system, for a person. */
export function whyNot(error: unknown): string {
  return reasons[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
