/** The result of a run that was opened in a panel: what has changed since, and how it compares with the same made again. Knows no VS Code. */
import { isDeepStrictEqual } from 'node:util';
import type { ExplainResult, ModelDescription } from '../../protocol/engine.ts';
import type { KeptState, Subject } from '../../protocol/result-panel.ts';

/** As it is kept, with the picture as it was. */
export interface KeptRun {
  readonly id: string;
  readonly time: number;
  readonly subject: Subject;
  readonly result: ExplainResult;
}

/** What a result depends on, as it is now. */
export interface Present {
  /** Hash of the picture; undefined where it is gone. */
  readonly picture: string | undefined;
  /** undefined where it cannot be read. */
  readonly model: Pick<ModelDescription, 'hash' | 'preprocessing'> | undefined;
}

/** What is not as it was, as sentences. */
export function changesSinceRun({ recipe }: ExplainResult, { picture, model }: Present): string[] {
  const changes: string[] = [];
  if (picture === undefined) changes.push('The picture is gone.');
  else if (picture !== recipe.picture.hash) changes.push('The picture has changed since.');
  if (!model) changes.push('The model cannot be read any more.');
  else if (model.hash !== recipe.model.hash) changes.push('The model has changed since.');
  else if (!isDeepStrictEqual(model.preprocessing, recipe.preprocessing)) changes.push('How the model wants its pictures has changed since.');
  return changes;
}

export class KeptResult {
  private shown: KeptState['shown'] = 'kept';
  private changes: string[] | null = null;
  private difference: number | undefined;
  private wasRunAgain = false;

  /** @param isRestored whether it is shown because the window was reloaded, and not because a person opened the run */
  constructor(readonly run: KeptRun, private readonly isRestored = false) {}

  /** Whether a person should be told that it is kept: a panel that came back looks as it did before, unless something has changed. */
  get isWorthSaying(): boolean {
    return !this.isRestored || (this.changes ?? []).length > 0;
  }

  get state(): KeptState {
    return { time: this.run.time, shown: this.shown, changes: this.changes, difference: this.difference };
  }

  /** Whether the kept result is shown although it would be another one now, so that nothing may be computed as if it were. */
  get isOutdated(): boolean {
    return this.shown === 'kept' && (this.changes ?? []).length > 0;
  }

  /** Whether a subject is that of the run. */
  isOf(subject: Subject): boolean {
    return isDeepStrictEqual(withoutGaps(subject), withoutGaps(this.run.subject));
  }

  knowPresent(present: Present): void {
    this.changes = changesSinceRun(this.run.result, present);
  }

  show(what: KeptState['shown']): void {
    this.shown = what;
  }

  /** Running it again was cancelled: what was shown before is shown again. */
  goBack(): void {
    this.shown = this.wasRunAgain ? 'again' : 'kept';
  }

  /** The same was explained again. */
  compare({ map, recipe }: ExplainResult): void {
    const kept = this.run.result;
    this.wasRunAgain = true;
    this.knowPresent({ picture: recipe.picture.hash, model: { hash: recipe.model.hash, preprocessing: recipe.preprocessing } });
    const { values } = kept.map;
    this.difference = values.length === map.values.length
      ? values.reduce((most, value, at) => Math.max(most, Math.abs(value - map.values[at])), 0) : undefined;
  }
}

/** Properties that are undefined are as good as absent. */
function withoutGaps(subject: Subject): unknown {
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined));
}
