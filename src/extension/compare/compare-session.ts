/**
 * The truth behind one compare panel: what is compared, a result for each subject, explained one after another, and pixels once for each
 * picture. Knows no VS Code; the panel gives it a host and passes on what it posts.
 */
import type { Cell, CompareHostMessage } from '../../protocol/compare-panel.ts';
import { mostCells, subjectKey, type ComparedNames, type Comparison } from '../../protocol/comparison.ts';
import type { ExplainResult, ModelReference, Pixels, RuntimeChoice } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import { ChangeHistory } from '../pages/change-history.ts';
import type { EngineClient } from '../engine-client.ts';
import { actionsFor } from '../pages/error-actions.ts';
import { pagePixels } from '../pages/page-pixels.ts';

export interface CompareHost {
  post(message: CompareHostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: ModelReference): void;
  runtime(): RuntimeChoice;
  names(comparison: Comparison): ComparedNames;
  /** Called when other subjects are compared. */
  edited(): void;
}

/** Cells that are kept for an undo, beside those that are compared. */
const mostKept = mostCells;

export class CompareSession {
  private current: Comparison;
  /** By key of the subject; also of subjects that were taken away. The oldest first. */
  private readonly cells = new Map<string, { readonly subject: Subject; readonly cell: Cell }>();
  private readonly pictures = new Map<string, Pixels>();
  private readonly history = new ChangeHistory<Comparison>();
  private edits = 0;
  private running: { readonly controller: AbortController; /** Key of the subject that is being explained. */ busy?: string } | undefined;

  constructor(comparison: Comparison, private readonly engine: Pick<EngineClient, 'explain'>, private readonly host: CompareHost) {
    this.current = comparison;
  }

  get comparison(): Comparison {
    return this.current;
  }

  get names(): ComparedNames {
    return this.host.names(this.current);
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** The whole result of a subject; undefined where there is none. */
  resultAt(index: number): ExplainResult | undefined {
    const subject = this.current.subjects.at(index);
    const cell = subject && this.cellOf(subject);
    return cell?.state === 'done' ? cell.result : undefined;
  }

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): CompareHostMessage[] {
    return [
      this.comparisonMessage(),
      ...[...this.pictures].map(([picture, pixels]): CompareHostMessage => ({ type: 'picture', picture, pixels })),
      ...this.current.subjects.map((subject, index): CompareHostMessage => ({ type: 'cell', index, cell: this.cellOf(subject) })),
    ];
  }

  /** Explains what has no result yet, one after another. Failures are shown in their cells, never thrown. */
  async run(): Promise<void> {
    this.running?.controller.abort();
    for (const subject of this.current.subjects) {
      if (this.cellOf(subject).state !== 'done') this.show(subject, { state: 'waiting' });
    }
    await this.work();
  }

  /** Stops; what sampling techniques have by then stays. */
  cancel(): void {
    if (!this.running) return;
    this.running.controller.abort();
    this.running = undefined;
    for (const subject of this.current.subjects) {
      const cell = this.cellOf(subject);
      if (cell.state === 'waiting') this.show(subject, { state: 'stopped' });
      else if (cell.state === 'busy') this.show(subject, { state: 'stopped', result: cell.result });
    }
    this.host.post({ type: 'announce', message: 'Cancelled.' });
  }

  /** A picture has changed: its results are made again. */
  async refresh(picture: string): Promise<void> {
    this.pictures.delete(picture);
    for (const [key, { subject }] of this.cells) if (subject.picture === picture) this.cells.delete(key);
    await this.run();
  }

  /** Puts subjects in the place of one, none of them to take it away; what is there already is not there twice. */
  async replace(cell: string, ...subjects: readonly Subject[]): Promise<void> {
    const wanted = this.current.subjects.flatMap((subject) => (subjectKey(subject) === cell ? subjects : [subject]));
    await this.edit(wanted);
  }

  /** Adds subjects after all others. @throws FoveaError where there is no room for them */
  async add(subjects: readonly Subject[]): Promise<void> {
    await this.edit([...this.current.subjects, ...subjects]);
  }

  /** @param to place among the others */
  async move(cell: string, to: number): Promise<void> {
    const moved = this.current.subjects.find((subject) => subjectKey(subject) === cell);
    if (!moved) return;
    const others = this.current.subjects.filter((subject) => subject !== moved);
    await this.edit(others.toSpliced(to, 0, moved), this.current.columns);
  }

  async undo(): Promise<void> {
    await this.apply(this.history.undo());
  }

  async redo(): Promise<void> {
    await this.apply(this.history.redo());
  }

  find(cell: string): Subject | undefined {
    return this.current.subjects.find((subject) => subjectKey(subject) === cell);
  }

  dispose(): void {
    this.running?.controller.abort();
  }

  private async edit(wanted: readonly Subject[], columns?: number): Promise<void> {
    const subjects = [...new Map(wanted.map((subject) => [subjectKey(subject), subject])).values()];
    if (subjects.length === 0) return;
    if (subjects.length > mostCells) {
      throw new FoveaError('parameter-invalid', `There is room for ${mostCells} cells; this would make ${subjects.length}.`, 'Remove some first.');
    }
    const keys = (all: readonly Subject[]): string => all.map(subjectKey).join();
    if (keys(subjects) === keys(this.current.subjects)) {
      this.host.post({ type: 'announce', message: 'That is compared already.' });
      return;
    }
    const after: Comparison = { subjects, columns };
    this.history.record(String(this.edits++), this.current, after);
    await this.apply(after);
  }

  /** Results that are known stay; what is new waits for its turn, or begins at once where nothing is under way. */
  private async apply(next: Partial<Comparison> | undefined): Promise<void> {
    if (!next?.subjects) return;
    this.current = { subjects: next.subjects, columns: next.columns };
    this.forgetSome();
    this.host.edited();
    for (const message of this.snapshot()) if (message.type !== 'picture') this.host.post(message);
    const keys = next.subjects.map(subjectKey);
    const { running } = this;
    if (running?.busy !== undefined && !keys.includes(running.busy)) {
      running.controller.abort();
      this.cells.delete(running.busy);
    } else if (running) return; // it comes to what is new
    if (next.subjects.some((subject) => this.cellOf(subject).state === 'waiting')) await this.work();
    else this.running = undefined;
  }

  private forgetSome(): void {
    const needed = new Set(this.current.subjects.map(subjectKey));
    const spare = [...this.cells.keys()].filter((key) => !needed.has(key));
    for (const key of spare.slice(0, Math.max(0, spare.length - mostKept))) this.cells.delete(key);
    const pictures = new Set([...this.cells.values()].map(({ subject }) => subject.picture));
    for (const picture of this.pictures.keys()) if (!pictures.has(picture)) this.pictures.delete(picture);
  }

  private async work(): Promise<void> {
    const running = { controller: new AbortController(), busy: undefined as string | undefined };
    const { signal } = running.controller;
    this.running = running;
    const next = (): Subject | undefined => this.current.subjects.find((subject) => this.cellOf(subject).state === 'waiting');
    for (let subject = next(); subject && !signal.aborted; subject = next()) {
      running.busy = subjectKey(subject);
      await this.explain(subject, signal);
    }
    if (this.running === running) this.running = undefined;
  }

  private async explain(subject: Subject, signal: AbortSignal): Promise<void> {
    const { picture, model, technique, class: target, layer, score, parameters, seed, preprocessing } = subject;
    let sofar: ExplainResult | undefined;
    const busy = (message: string, fraction?: number): void => {
      if (!signal.aborted) this.show(subject, { state: 'busy', message, fraction, result: sofar });
    };
    busy('Explaining…');
    try {
      this.host.checkModel(model);
      const result = await this.engine.explain({
        picture: { path: this.host.picturePath(picture) }, model, technique, class: target, layer, score, parameters, seed, preprocessing,
        runtime: this.host.runtime(), wantPixels: !this.pictures.has(picture),
      }, {
        signal,
        onProgress: ({ message, fraction }) => busy(message, fraction),
        onPartial: (partial) => {
          if (signal.aborted) return;
          sofar = this.takePixels(picture, partial);
          busy(this.names.techniques[technique] ?? technique, partial.samples && partial.samples.done / partial.samples.total);
        },
      });
      if (!signal.aborted) this.show(subject, { state: 'done', result: this.takePixels(picture, result) });
    } catch (error) {
      if (signal.aborted) return;
      const known = FoveaError.from(error);
      this.show(subject, { state: 'failed', error: known.toData(), actions: actionsFor(known.reason) });
    }
  }

  /** Keeps and posts the pixels of a picture when they first come. @returns the result without them */
  private takePixels(picture: string, { pixels, ...result }: ExplainResult): ExplainResult {
    if (pixels && !this.pictures.has(picture)) {
      const sent = pagePixels(pixels);
      this.pictures.set(picture, sent);
      this.host.post({ type: 'picture', picture, pixels: sent });
    }
    return result;
  }

  private comparisonMessage(): CompareHostMessage {
    const { canUndo, canRedo } = this.history;
    return { type: 'comparison', comparison: this.current, names: this.names, canUndo, canRedo };
  }

  private cellOf(subject: Subject): Cell {
    return this.cells.get(subjectKey(subject))?.cell ?? { state: 'waiting' };
  }

  private show(subject: Subject, cell: Cell): void {
    const key = subjectKey(subject);
    this.cells.set(key, { subject, cell });
    const index = this.current.subjects.findIndex((one) => subjectKey(one) === key);
    if (index >= 0) this.host.post({ type: 'cell', index, cell });
  }
}
