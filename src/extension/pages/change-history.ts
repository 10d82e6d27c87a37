/** Undo and redo of changes to parts of an object. Knows no VS Code. */

/** Changes of the same parts closer together than this, in milliseconds, are one: a slider that is dragged is undone at once. */
const mergeTime = 500;

const most = 200;

interface Change<T> {
  readonly before: Partial<T>;
  readonly after: Partial<T>;
  readonly key: string;
  readonly time: number;
}

export class ChangeHistory<T extends object> {
  private done: Change<T>[] = [];
  private undone: Change<T>[] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** @param key names what was changed, e.g. a parameter; @param before the changed parts as they were */
  record(key: string, before: Partial<T>, after: Partial<T>): void {
    const now = Date.now();
    const last = this.done.at(-1);
    const merges = last?.key === key && now - last.time < mergeTime && this.undone.length === 0;
    if (merges) this.done[this.done.length - 1] = { ...last, after, time: now };
    else this.done.push({ before, after, key, time: now });
    this.done.splice(0, this.done.length - most);
    this.undone = [];
  }

  /** The parts as they were before the last change; undefined where there is none. */
  undo(): Partial<T> | undefined {
    const change = this.done.pop();
    if (change) this.undone.push(change);
    return change?.before;
  }

  redo(): Partial<T> | undefined {
    const change = this.undone.pop();
    if (change) this.done.push(change);
    return change?.after;
  }

  clear(): void {
    this.done = [];
    this.undone = [];
  }
}
