/** The runs made in a workspace, kept on disk over reloads, bounded. Knows no VS Code. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineLog } from './engine-process.ts';
import type { NewRun, Run } from './run.ts';

/** Runs kept beside those that are pinned. */
export const mostUnpinned = 100;

/** Longer side of the picture that a kept result is shown on, in pixels. */
export const keptSide = 900;

/** Larger results, packed, are not kept but made again, bytes. */
const largestResult = 16 * 2 ** 20;

const listFile = 'runs.json';

export interface DeletedRun {
  readonly run: Run;
  /** Contents of the files beside the list; undefined where there was none. */
  readonly files: readonly (Uint8Array | undefined)[];
}

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

  /** Path of the picture as it was when a run explained it; there is none of pictures that were made. */
  picture(id: string): string {
    return path.join(this.folder, `${id}.picture.png`);
  }

  /** What a run made, packed; undefined where it is not kept, and must be made again. */
  async result(id: string): Promise<Uint8Array | undefined> {
    return readFile(this.resultFile(id)).catch(() => undefined);
  }

  /**
   * Keeps a run as the newest; the same thing run again takes the place of the earlier run.
   * @param result what it made, packed
   * @param picture PNG of what it explained
   */
  async add(run: NewRun, thumbnail: Uint8Array | undefined, result?: Uint8Array, picture?: Uint8Array): Promise<Run> {
    const id = createHash('sha256').update(JSON.stringify(identityOf(run))).digest('hex').slice(0, 20);
    const runs = await this.list();
    const earlier = runs.find((other) => other.id === id);
    const took = run.cached && earlier ? { milliseconds: earlier.milliseconds, cached: earlier.cached } : {};
    const added = { ...run, ...took, id, pinned: earlier?.pinned ?? false };
    if (thumbnail) await this.writeBeside(this.thumbnailFile(id), thumbnail);
    if (result && result.length <= largestResult) await this.writeBeside(this.resultFile(id), result);
    if (picture) await this.writeBeside(this.picture(id), picture);
    await this.replace([added, ...runs.filter((other) => other.id !== id)]);
    return added;
  }

  async pin(id: string, pinned: boolean): Promise<void> {
    await this.replace((await this.list()).map((run) => (run.id === id ? { ...run, pinned } : run)));
  }

  /** @returns what was deleted, to be put back */
  async delete(...ids: readonly string[]): Promise<DeletedRun[]> {
    const runs = (await this.list()).filter(({ id }) => ids.includes(id));
    const deleted = await Promise.all(runs.map(async (run) => ({
      run, files: await Promise.all(this.filesOf(run.id).map((file) => readFile(file).catch(() => undefined))),
    })));
    await this.replace((await this.list()).filter(({ id }) => !ids.includes(id)));
    return deleted;
  }

  /** At their places by time. Those that were made again meanwhile stay as they are. */
  async putBack(deleted: readonly DeletedRun[]): Promise<void> {
    const runs = await this.list();
    const missing = deleted.filter(({ run }) => !runs.some(({ id }) => id === run.id));
    for (const { run, files } of missing) {
      for (const [at, file] of this.filesOf(run.id).entries()) {
        const bytes = files[at];
        if (bytes) await this.writeBeside(file, bytes);
      }
    }
    await this.replace([...runs, ...missing.map(({ run }) => run)].sort((a, b) => b.time - a.time));
  }

  /** Deletes all that are not pinned. */
  async clear(): Promise<void> {
    await this.replace((await this.list()).filter(({ pinned }) => pinned));
  }

  private async writeBeside(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(file, bytes);
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
    for (const { id } of gone) for (const own of this.filesOf(id)) await rm(own, { force: true });
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

  private filesOf(id: string): string[] {
    return [this.thumbnailFile(id), this.resultFile(id), this.picture(id)];
  }

  private thumbnailFile(id: string): string {
    return path.join(this.folder, `${id}.png`);
  }

  private resultFile(id: string): string {
    return path.join(this.folder, `${id}.result`);
  }
}

/** What makes two runs the same. */
function identityOf(run: NewRun): unknown {
  if (run.kind === 'explained') return [run.subject, run.recipe.preprocessing, run.recipe.picture.hash, run.recipe.model.hash];
  const { version: _, ...recipe } = run.recipe;
  return [run.work.content, run.work.style, run.work.model, recipe];
}
