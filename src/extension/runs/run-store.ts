/** The runs made in a workspace, and what they made, kept on disk over reloads: bounded by number and by bytes. Knows no VS Code. */
import { createHash } from 'node:crypto';
import type { EngineLog } from '../engine-process.ts';
import { RunFiles, runPart, whyNot } from './run-files.ts';
import type { NewRun, Run } from './run.ts';

/** Runs kept beside those that are pinned. */
export const mostUnpinned = 100;

/** Of all that runs made. Beyond, the oldest that is not pinned is let go; its run stays, and can be made again. */
const usualMostBytes = 256 * 2 ** 20;

/** Longer side of the picture that a kept result is shown on, in pixels. */
export const keptSide = 900;

/** Larger files say nothing that a run would. */
const largestRun = 2 ** 20;

/** Names of what is kept beside a run. cells: of a sweep, one for each, with a name of its own behind. */
export const parts = { thumbnail: 'png', picture: 'picture.png', result: 'result', trust: 'trust', cells: 'cell.' } as const;

/** Bytes of parts, by their names. */
export type Parts = Readonly<Record<string, Uint8Array | undefined>>;

export interface DeletedRun {
  readonly run: Run;
  readonly parts: Parts;
}

export class RunStore {
  private readonly files: RunFiles;
  private runs: Run[] = [];
  private loading: Promise<void> | undefined;
  /** The disk is written by one at a time. */
  private last: Promise<unknown> = Promise.resolve();
  /** Files that were there and say no run. */
  private damaged = 0;
  private failure: string | undefined;
  /** Runs whose own file is not there, or not as they are. */
  private readonly unwritten = new Set<string>();

  /** @param changed called after every change @param mostBytes see `usualMostBytes` */
  constructor(folder: string, private readonly log: EngineLog, private readonly changed: () => void, private readonly mostBytes = usualMostBytes) {
    this.files = new RunFiles(folder);
  }

  /** Newest first. */
  async list(): Promise<readonly Run[]> {
    this.loading ??= this.load();
    await this.loading;
    return this.runs;
  }

  async find(id: string | undefined): Promise<Run | undefined> {
    return (await this.list()).find((run) => run.id === id);
  }

  /** Looks again what is there: another window may have kept more. */
  async refresh(): Promise<void> {
    await this.turn(() => (this.loading = this.load()));
  }

  /** What a person should know of how runs are kept, as sentences. */
  get notices(): string[] {
    const { failure, damaged } = this;
    const letGo = this.runs.some(({ id, pinned }) => !pinned && !this.holds(id));
    const most = `What runs made is kept up to ${this.mostBytes >> 20} MB, the newest first; pinned runs keep all of it.`;
    return [
      ...(failure === undefined ? [] : [failure]),
      ...(damaged > 0 ? [damaged === 1 ? 'A kept run cannot be read and is left out.' : `${damaged} kept runs cannot be read and are left out.`] : []),
      ...(letGo && failure === undefined ? [`${most} The grey ones are made again when they are opened.`] : []),
    ];
  }

  /** Whether what a run made is there, and need not be made again. */
  holds(id: string): boolean {
    return this.files.partsOf(id).some((part) => part === parts.result || part.startsWith(parts.cells));
  }

  /** Cells of a sweep that are there. */
  cellsOf(id: string): number {
    return this.files.partsOf(id).filter((part) => part.startsWith(parts.cells)).length;
  }

  /** undefined where it is not kept, and must be made again. */
  read(id: string, part: string): Promise<Uint8Array | undefined> {
    return this.files.read(id, part);
  }

  /** Path of the picture as it was when a run explained it; there is none of pictures that were made. */
  picture(id: string): string {
    return this.files.path(id, parts.picture);
  }

  /** Keeps a run as the newest; the same thing run again takes the place of the earlier run, whose other parts stay. Never throws. */
  async add(run: NewRun, made: Parts): Promise<Run> {
    return this.turn(async () => {
      const id = runId(run);
      const earlier = this.runs.find((other) => other.id === id);
      const took = run.cached && earlier ? { milliseconds: earlier.milliseconds, cached: earlier.cached } : {};
      const time = Math.max(run.time, (this.runs.at(0)?.time ?? 0) + 1); // the newest, also of those of one millisecond
      const added: Run = { ...run, ...took, time, id, pinned: earlier?.pinned ?? false };
      this.runs = [added, ...this.runs.filter((other) => other.id !== id)];
      await this.write(added, made);
      await this.tidy();
      return added;
    });
  }

  /** Keeps more of what belongs to a run; nothing where the run is gone. Never throws. */
  async keep(id: string, made: Parts): Promise<void> {
    await this.turn(async () => {
      const run = this.runs.find((one) => one.id === id);
      if (run) await this.write(run, made);
      await this.tidy();
    });
  }

  async pin(id: string, pinned: boolean): Promise<void> {
    await this.turn(async () => {
      this.runs = this.runs.map((run) => (run.id === id ? { ...run, pinned } : run));
      const run = this.runs.find((one) => one.id === id);
      if (run) await this.write(run, {});
      await this.tidy();
    });
  }

  /** @returns what was deleted, to be put back */
  async delete(...ids: readonly string[]): Promise<DeletedRun[]> {
    return this.turn(async () => {
      const deleted = await Promise.all(this.runs.filter(({ id }) => ids.includes(id)).map(async (run) => {
        const others = this.files.partsOf(run.id).filter((part) => part !== runPart);
        const read = await Promise.all(others.map(async (part) => [part, await this.files.read(run.id, part)] as const));
        return { run, parts: Object.fromEntries(read) };
      }));
      for (const { run } of deleted) await this.forget(run);
      return deleted;
    });
  }

  /** At their places by time. Those that were made again meanwhile stay as they are. */
  async putBack(deleted: readonly DeletedRun[]): Promise<void> {
    await this.turn(async () => {
      for (const { run, parts: made } of deleted) {
        if (this.runs.some(({ id }) => id === run.id)) continue;
        this.runs = sorted([...this.runs, run]);
        await this.write(run, made);
      }
      await this.tidy();
    });
  }

  /** Deletes all that are not pinned. */
  async clear(): Promise<void> {
    await this.turn(async () => {
      for (const run of this.runs.filter(({ pinned }) => !pinned)) await this.forget(run);
    });
  }

  /** One change after another; each is told of. */
  private turn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.last.then(() => this.list()).then(change).finally(() => this.changed());
    this.last = done.catch(() => undefined);
    return done;
  }

  /** The run first, then what it made. */
  private async write(run: Run, made: Parts): Promise<void> {
    this.unwritten.add(run.id);
    try {
      for (const one of this.runs.filter(({ id }) => this.unwritten.has(id))) {
        await this.files.write(one.id, runPart, Buffer.from(JSON.stringify(one)));
        this.unwritten.delete(one.id);
      }
      for (const [part, bytes] of Object.entries(made)) if (bytes) await this.files.write(run.id, part, bytes);
      this.failure = undefined;
    } catch (error) {
      this.fail(`Runs cannot be kept: ${whyNot(error)}. Those of this window stay until it is closed.`, error);
    }
  }

  /** A run goes whole where there are too many, and what the oldest made goes where all of it takes too much. The newest always stays. */
  private async tidy(): Promise<void> {
    for (const run of this.runs.filter(({ pinned }) => !pinned).slice(mostUnpinned)) await this.forget(run);
    const [, ...older] = this.runs;
    let bytes = this.runs.reduce((sum, { id }) => sum + this.files.bytesOf(id), 0);
    for (const { id, pinned } of older.reverse()) {
      if (bytes <= this.mostBytes) break;
      if (pinned) continue;
      const before = this.files.bytesOf(id);
      await this.remove(id, this.files.partsOf(id).filter((part) => part !== runPart && part !== parts.thumbnail));
      bytes -= before - this.files.bytesOf(id);
    }
  }

  private async forget(run: Run): Promise<void> {
    this.runs = this.runs.filter(({ id }) => id !== run.id);
    const all = this.files.partsOf(run.id);
    await this.remove(run.id, [...all.filter((part) => part !== runPart), ...all.filter((part) => part === runPart)]);
  }

  private async remove(id: string, gone: readonly string[]): Promise<void> {
    try {
      await this.files.remove(id, gone);
    } catch (error) {
      this.fail(`A run cannot be deleted: ${whyNot(error)}.`, error);
    }
  }

  private async load(): Promise<void> {
    try {
      await this.files.scan();
    } catch (error) {
      this.fail(`The kept runs cannot be read: ${whyNot(error)}.`, error);
      return;
    }
    // Nothing says what parts without a run were: a window was killed while it deleted one.
    for (const id of this.files.ids) if (!this.files.partsOf(id).includes(runPart)) await this.remove(id, this.files.partsOf(id));
    const { ids } = this.files;
    if (ids.length === 0) return;
    const { runSchema } = await import('./run.ts'); // with its library: not before there are runs to read
    const read = await Promise.all(ids.map(async (id): Promise<Run | undefined> => {
      const bytes = await this.files.read(id, runPart);
      if (!bytes || bytes.length > largestRun) return undefined;
      try {
        const run = runSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
        return run.id === id ? run : undefined;
      } catch (error) {
        this.log.warn(`The run in "${this.files.path(id, runPart)}" is left out, it cannot be read: ${String(error)}`);
        return undefined;
      }
    }));
    const found = read.filter((run) => run !== undefined);
    this.damaged = ids.length - found.length;
    this.runs = sorted([...this.runs.filter(({ id }) => this.unwritten.has(id)), ...found.filter(({ id }) => !this.unwritten.has(id))]);
  }

  private fail(words: string, error: unknown): void {
    this.failure = words;
    this.log.warn(`${words} ${String(error)}`);
  }
}

/** By which a run is kept: what makes two runs the same. */
export function runId(run: NewRun): string {
  return createHash('sha256').update(JSON.stringify(identityOf(run), inOrder)).digest('hex').slice(0, 20);
}

/** The same whatever the order of an object's properties, which is another one once it was read from the disk. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(runs: readonly Run[]): Run[] {
  return runs.toSorted((a, b) => b.time - a.time);
}

function identityOf(run: NewRun): unknown {
  switch (run.kind) {
    case 'explained': {
      const { subject, stopped, recipe: { preprocessing, picture, model } } = run;
      return [subject, preprocessing, picture.hash, model.hash, ...(stopped ? [stopped] : [])];
    }
    case 'made': {
      const { version: _, ...recipe } = run.recipe;
      return [run.work.content, run.work.style, run.work.model, recipe];
    }
    case 'swept':
      return [run.swept, run.plan, run.of];
  }
}
