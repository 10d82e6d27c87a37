/**
 * Tuning of one result panel: changes to its subject from the side panel, run at once where the technique is fast, or kept until Run is
 * pressed where it is slow. Knows no VS Code.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ExplainResult } from '../../protocol/engine.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import type { Tuned } from '../../protocol/tune-panel.ts';
import { ChangeHistory } from '../pages/change-history.ts';

/** Milliseconds between the last movement of a control and the run that it causes. */
export const debounceTime = 120;

/**
 * A technique that took longer than this, in milliseconds, is not run at every movement of a control. The first run of a program is slower
 * than those that follow, and says less of them.
 */
const liveLimit = 1000;
const firstLiveLimit = 3000;

export interface TuningTarget {
  readonly subject: Subject;
  /** Cancels what is under way and explains. */
  explain(subject: Subject): void;
}

export class Tuning {
  private readonly history = new ChangeHistory<Tuned>();
  /** Changes that have not been run. */
  private draft: Tuned = {};
  private timer: NodeJS.Timeout | undefined;
  private technique: string;
  /** The last run of each technique. */
  private readonly cost = new Map<string, { milliseconds: number; isFast: boolean }>();

  /** @param changed called when anything that the side panel shows has changed */
  constructor(private readonly target: TuningTarget, private readonly changed: () => void) {
    this.technique = target.subject.technique;
  }

  /** The subject with the changes that have not been run. */
  get subject(): Subject {
    return { ...this.target.subject, ...this.draft };
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** Whether changes run at once. */
  get live(): boolean {
    return this.cost.get(this.technique)?.isFast ?? true;
  }

  /** Whether changes wait for `run`. */
  get pending(): boolean {
    return this.timer === undefined && Object.keys(this.draft).length > 0;
  }

  /** Of the last run with the present technique. */
  get milliseconds(): number | undefined {
    return this.cost.get(this.technique)?.milliseconds;
  }

  change(tuned: Tuned): void {
    const { subject } = this;
    const parts = Object.keys(tuned) as (keyof Tuned)[];
    const before = Object.fromEntries(parts.map((part) => [part, subject[part]])) as Tuned;
    if (isDeepStrictEqual(before, tuned)) return;
    this.history.record(changedKey(before, tuned), before, tuned);
    this.apply(tuned);
  }

  undo(): void {
    const before = this.history.undo();
    if (before) this.apply(before);
  }

  redo(): void {
    const after = this.history.redo();
    if (after) this.apply(after);
  }

  /** Runs what has been changed, or the same again. */
  run(): void {
    const { subject } = this;
    this.settle();
    this.target.explain(subject);
    this.changed();
  }

  /** The subject asked for by the result panel, completed with what was tuned here. Another technique starts with its own defaults. */
  follow(asked: Subject): Subject {
    const { parameters, seed } = this.subject;
    this.settle();
    if (asked.technique === this.technique) return { ...asked, parameters, seed };
    this.technique = asked.technique;
    this.history.clear();
    return { ...asked, parameters: {}, seed };
  }

  /** The panel was given another subject by a command. */
  restart(subject: Subject): void {
    this.settle();
    if (subject.technique !== this.technique) this.history.clear();
    this.technique = subject.technique;
  }

  explained({ technique, milliseconds, cached }: Pick<ExplainResult, 'technique' | 'milliseconds' | 'cached'>): void {
    if (cached) return; // tells nothing of what the technique takes
    const took = milliseconds.picture + milliseconds.run; // building is done once
    this.cost.set(technique, { milliseconds: took, isFast: took <= (milliseconds.build > 0 ? firstLiveLimit : liveLimit) });
    this.changed();
  }

  /** From what a sampling technique has so far it is known that it is slow, long before it is done. */
  foresee({ technique, milliseconds, samples }: Pick<ExplainResult, 'technique' | 'milliseconds' | 'samples'>): void {
    if (!samples || !this.live) return;
    const total = milliseconds.picture + (milliseconds.run / samples.done) * samples.total;
    if (total <= firstLiveLimit) return;
    this.cost.set(technique, { milliseconds: total, isFast: false });
    this.changed();
  }

  dispose(): void {
    this.settle();
  }

  private apply(tuned: Tuned): void {
    this.draft = { ...this.draft, ...tuned };
    clearTimeout(this.timer);
    this.timer = this.live ? setTimeout(() => this.run(), debounceTime) : undefined;
    this.changed();
  }

  /** Forgets the draft, which is being run, and the run that waits. */
  private settle(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.draft = {};
  }
}

/** Names what a change touches: parts of the subject, and which parameters. */
function changedKey(before: Tuned, after: Tuned): string {
  const names = Object.keys(after.parameters ?? {}).concat(Object.keys(before.parameters ?? {}));
  const parameters = new Set(names.filter((name) => !isDeepStrictEqual(before.parameters?.[name], after.parameters?.[name])));
  return [...Object.keys(after), ...parameters].join();
}
