/** The runs made in a workspace, kept on disk over reloads, bounded. Knows no VS Code. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineLog } from './engine-process.ts';
import type { Run } from './run.ts';

/** Runs kept beside those that are pinned. */
export const mostUnpinned = 100;

const listFile = 'runs.json';

export class RunStore {
  private runs: Run[] | undefined;
  private loading: Promise<Run[]> | undefined;
  /** The disk is written by one at a time. */
  private writing: Promise<void> = Promise.resolve();

  /** @param folder made when the first run is kept; @param changed called after every change */
  constructor(private readonly folder: string, private readonly log: EngineLog, private readonly changed: () => void) {}

  /** Newest first. */
  async list(): Promise<readonly Run[]> {
    this.loading ??= this.read();
    this.runs ??= await this.loading;
    return this.runs;
  }

  /** PNG of a run's thumbnail; undefined where there is none. */
  async thumbnail(id: string): Promise<Uint8Array | undefined> {
    return readFile(this.thumbnailFile(id)).catch(() => undefined);
  }

  /** Keeps a run as the newest; the same thing run again takes the place of the earlier run. */
  async add(run: Omit<Run, 'id' | 'pinned'>, thumbnail: Uint8Array | undefined): Promise<Run> {
    const id = createHash('sha256').update(JSON.stringify([run.subject, run.recipe.preprocessing])).digest('hex').slice(0, 20);
    const runs = await this.list();
    const added = { ...run, id, pinned: runs.find((other) => other.id === id)?.pinned ?? false };
    if (thumbnail) {
      await mkdir(this.folder, { recursive: true });
      await writeFile(this.thumbnailFile(id), thumbnail);
    }
    await this.replace([added, ...runs.filter((other) => other.id !== id)]);
    return added;
  }

  async pin(id: string, pinned: boolean): Promise<void> {
    await this.replace((await this.list()).map((run) => (run.id === id ? { ...run, pinned } : run)));
  }

  async delete(id: string): Promise<void> {
    await this.replace((await this.list()).filter((run) => run.id !== id));
  }

  /** Deletes all that are not pinned. */
  async clear(): Promise<void> {
    await this.replace((await this.list()).filter(({ pinned }) => pinned));
  }

  private async replace(wanted: readonly Run[]): Promise<void> {
    let unpinned = 0;
    const kept = wanted.filter(({ pinned }) => pinned || ++unpinned <= mostUnpinned);
    const gone = (this.runs ?? []).filter(({ id }) => !kept.some((run) => run.id === id));
    this.runs = kept;
    this.changed();
    const written = this.writing.then(() => this.write(kept, gone));
    this.writing = written.catch((error: unknown) => this.log.warn(`The runs could not be kept: ${String(error)}`));
    await this.writing;
  }

  private async write(runs: readonly Run[], gone: readonly Run[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = path.join(this.folder, listFile);
    await writeFile(`${file}.new`, JSON.stringify(runs));
    await rename(`${file}.new`, file); // a list that is half written is never seen
    for (const { id } of gone) await rm(this.thumbnailFile(id), { force: true });
  }

  private async read(): Promise<Run[]> {
    let text: string;
    try {
      text = await readFile(path.join(this.folder, listFile), 'utf8');
    } catch {
      return []; // none has been kept yet
    }
    try {
      const { runSchema } = await import('./run.ts'); // with its library: not before there are runs to read
      return runSchema.array().parse(JSON.parse(text));
    } catch (error) {
      this.log.warn(`The list of runs could not be read and begins anew: ${String(error)}`);
      return [];
    }
  }

  private thumbnailFile(id: string): string {
    return path.join(this.folder, `${id}.png`);
  }
}
