/**
 * The truth behind one sweep panel: the grid, its cells made one after another, and all results that any of its grids has had.
 * Knows no VS Code; the panel gives it a host and passes on what its page posts.
 */
import type { ExplainResult, Pixels } from '../../protocol/engine.ts';
import { CancelledError, FoveaError } from '../../protocol/errors.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import { cellsOf, mostCells } from '../../protocol/sweep.ts';
import type { PlanState, SweepCell, SweepHostMessage, Swept } from '../../protocol/sweep-panel.ts';
import { actionsFor } from '../pages/error-actions.ts';
import { FrameFeed } from '../pages/frame-feed.ts';
import { pagePixels } from '../pages/page-pixels.ts';
import { makeMap, makePictures, type CellFollower } from './cell-making.ts';
import { describeSwept, type SweptDescription } from './sweep-description.ts';
import { keyOf, sidesOf, sweptAt, type Changes } from './swept.ts';
import { busyCell, doneCell, hashesOf, type CellResult, type DoneCell, type MadeCell } from './sweep-cells.ts';
import type { SweepEngine, SweepHost } from './sweep-host.ts';
import { requestOf } from '../studio/work.ts';

/** Results of grids that are not shown are kept up to so many in all. */
const mostKept = 2 * mostCells;

/** A cell that is there, and what it opens with. */
interface Kept {
  readonly cell: DoneCell;
  readonly made: CellResult;
}

export class SweepSession {
  private plan: PlanState | undefined;
  private changes: Changes[] = [];
  private cells: SweepCell[] = [];
  private readonly kept = new Map<string, Kept>();
  private running: AbortController | undefined;
  private description: SweptDescription['message'] | undefined;
  private describing: Promise<void> = Promise.resolve();
  private modelHash: string | undefined;
  private needs: SweptDescription['needs'];
  private failure: Extract<SweepHostMessage, { type: 'error' }> | undefined;
  private pixels: Pixels | undefined;
  /** Of the cell under way. */
  private current = 0;
  private readonly frames = new FrameFeed((frame) => this.show(this.current, busyCell(frame)));

  constructor(readonly swept: Swept, private readonly engine: SweepEngine, private readonly host: SweepHost) {}

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): SweepHostMessage[] {
    this.frames.restart();
    return [
      ...(this.description ? [this.description] : []),
      ...(this.plan ? [{ type: 'grid' as const, plan: this.plan }] : []),
      ...(this.pixels ? [{ type: 'picture' as const, pixels: this.pixels }] : []),
      ...this.cells.map((cell, index) => ({ type: 'cell' as const, index, cell })),
      ...(this.failure ? [this.failure] : []),
    ];
  }

  /** What a cell shows, as something to be opened; with its result where it has one that can be shown at once. */
  cellAt(index: number): { swept: Swept; result: GenerateResult | undefined } | undefined {
    const changes = this.changes.at(index);
    return changes && { swept: sweptAt(this.swept, changes), result: generatedOf(this.kept.get(keyOf(changes))) };
  }

  /** What makes a cell again; undefined where it is not done. */
  recipeAt(index: number): GenerateResult['recipe'] | ExplainResult['recipe'] | undefined {
    return this.kept.get(keyOf(this.changes[index] ?? {}))?.made.result.recipe;
  }

  get grid(): Extract<SweepHostMessage, { type: 'swept' }> & { plan: PlanState } | undefined {
    return this.description && this.plan && { ...this.description, plan: this.plan };
  }

  get isDescribed(): boolean {
    return this.description !== undefined;
  }

  /** Asks the engine what may be swept. Failures are shown, never thrown. */
  describe(): Promise<void> {
    this.describing = this.findOut();
    return this.describing;
  }

  private async findOut(): Promise<void> {
    this.failure = undefined;
    try {
      const { swept, engine } = this;
      this.host.checkModel(swept.kind === 'make' ? swept.work.model : swept.subject.model);
      const { message, needs, modelHash } = await describeSwept(swept, engine);
      [this.description, this.needs, this.modelHash] = [message, needs, modelHash];
      this.host.described(message.title);
      this.host.post(this.description);
    } catch (error) {
      this.showError(error);
    }
  }

  /** Draws a grid. Cells that another one has had are not made again. Failures of single cells are shown in them. */
  async run(plan: PlanState): Promise<void> {
    try {
      this.changes = cellsOf(plan);
    } catch (error) {
      this.showError(error);
      return;
    }
    this.running?.abort();
    this.failure = undefined;
    this.plan = plan;
    this.cells = this.changes.map((changes) => this.kept.get(keyOf(changes))?.cell ?? { state: 'waiting' });
    this.host.post({ type: 'grid', plan });
    this.cells.forEach((cell, index) => this.show(index, cell));
    await this.makeAll();
  }

  /**
   * Shows a grid whose cells are kept. Where picture or model have changed since, they are only to be looked at.
   * @param cells that are there @param pixels that maps are drawn on
   */
  async restore(plan: PlanState, cells: readonly MadeCell[], pixels: Pixels | undefined): Promise<void> {
    this.plan = plan;
    this.changes = cellsOf(plan);
    this.pixels = pixels;
    for (const { changes, made } of cells) this.kept.set(keyOf(changes), { made, cell: doneCell(made, made.result.milliseconds.total) });
    this.cells = this.changes.map((changes) => this.kept.get(keyOf(changes))?.cell ?? { state: 'stopped' });
    for (const message of this.snapshot()) this.host.post(message);
    const [first] = cells;
    if (!first) return;
    const pictures = await this.host.pictureHashes();
    await this.describing;
    if (this.modelHash === undefined || this.plan !== plan) return;
    if (JSON.stringify(hashesOf(first.made)) !== JSON.stringify([...pictures, this.modelHash])) this.outdate();
  }

  /** Makes all of the grid once more. */
  async again(): Promise<void> {
    if (!this.plan) return;
    for (const changes of this.changes) this.kept.delete(keyOf(changes));
    await this.run(this.plan);
  }

  /** Makes what is not done yet. */
  async continue(): Promise<void> {
    if (this.running || !this.plan) return;
    this.cells.forEach((cell, index) => {
      if (cell.state !== 'done') this.show(index, { state: 'waiting' });
    });
    await this.makeAll();
  }

  /** What is done stays; the cell under way keeps what it has by then. */
  cancel(): void {
    if (!this.running) return;
    this.running.abort();
    this.running = undefined;
    this.frames.clear();
    this.cells.forEach((cell, index) => {
      if (cell.state === 'waiting') this.show(index, { state: 'stopped' });
      else if (cell.state === 'busy') this.show(index, { state: 'stopped', made: cell.made });
    });
    const done = this.cells.filter(({ state }) => state === 'done').length;
    this.host.post({ type: 'announce', message: `Cancelled; ${done} of ${this.cells.length} are there.` });
  }

  /** A picture has changed: what was made of the one before is only to be looked at. */
  outdate(): void {
    this.cancel();
    this.kept.clear();
    this.pixels = undefined;
    if (this.cells.length === 0) return;
    this.cells.forEach((cell, index) => this.show(index, { state: 'stopped', made: 'made' in cell ? cell.made : undefined }));
    this.host.post({ type: 'announce', message: 'A picture or the model has changed. Continue makes the grid anew.' });
  }

  shown(frame: number): void {
    this.frames.shown(frame);
  }

  showError(error: unknown): void {
    const known = FoveaError.from(error);
    if (known instanceof CancelledError) return;
    this.failure = { type: 'error', error: known.toData(), actions: actionsFor(known.reason) };
    this.host.post(this.failure);
  }

  dispose(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private async makeAll(): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    if (!this.description) await this.describe();
    for (const index of this.cells.keys()) {
      if (controller.signal.aborted) return;
      if (this.cells[index].state === 'waiting') await this.make(index, controller.signal);
    }
    if (this.running !== controller) return;
    this.running = undefined;
    const failed = this.cells.filter(({ state }) => state === 'failed').length;
    this.host.post({ type: 'announce', message: failed > 0 ? `The grid is drawn; ${failed} of ${this.cells.length} failed.` : 'The grid is drawn.' });
  }

  private async make(index: number, signal: AbortSignal): Promise<void> {
    const changes = this.changes[index];
    const cell = sweptAt(this.swept, changes);
    this.current = index;
    this.frames.clear();
    this.show(index, { state: 'busy', message: 'Preparing…' });
    const since = Date.now();
    try {
      this.host.checkModel(cell.kind === 'make' ? cell.work.model : cell.subject.model);
      const made = await this.ask(index, cell, signal);
      if (signal.aborted) return;
      const done = doneCell(made, Date.now() - since);
      this.keep(keyOf(changes), { cell: done, made });
      this.frames.clear();
      this.show(index, done);
      this.tell(changes, made);
    } catch (error) {
      if (signal.aborted) return;
      const known = FoveaError.from(error);
      this.show(index, { state: 'failed', error: known.toData(), actions: actionsFor(known.reason) });
    }
  }

  /** Has the engine make a cell, which shows how far it is. */
  private ask(index: number, cell: Swept, signal: AbortSignal): Promise<CellResult> {
    const { host, engine, needs } = this;
    const follower: CellFollower = {
      signal,
      busy: (message, fraction, made) => {
        if (!this.frames.newest) this.show(index, { state: 'busy', message, fraction, made });
      },
      framed: ({ step, total, pictures }) => {
        this.frames.offer({ step, total, pictures: pictures.map(pagePixels), curves: [] });
        if (this.frames.newest) this.cells[index] = busyCell(this.frames.newest);
      },
      takePixels: (result) => this.takePixels(result),
    };
    if (cell.kind === 'make') {
      return makePictures(engine, requestOf(cell.work, { needs, runtime: host.runtime(), picturePath: (uri) => host.picturePath(uri) }), follower);
    }
    const picture = { path: host.picturePath(cell.subject.picture) };
    return makeMap(engine, { ...cell.subject, picture, runtime: host.runtime(), wantPixels: this.pixels === undefined }, follower);
  }

  /** Keeps and posts the pixels of the picture when they first come. @returns the result without them */
  private takePixels({ pixels, ...result }: ExplainResult): ExplainResult {
    if (pixels && !this.pixels) {
      this.pixels = pagePixels(pixels);
      this.host.post({ type: 'picture', pixels: this.pixels });
    }
    return result;
  }

  private tell(changes: Changes, made: CellResult): void {
    const { swept, plan, description, pixels } = this;
    if (!plan || !description) return;
    const { title, subject, controls } = description;
    this.host.done({ swept, plan, title, subject, sides: sidesOf(plan, controls), changes, made, pixels });
  }

  /** The oldest that belong to other grids go when there are many. */
  private keep(key: string, one: Kept): void {
    this.kept.set(key, one);
    const present = new Set(this.changes.map(keyOf));
    for (const old of this.kept.keys()) if (this.kept.size > mostKept && !present.has(old)) this.kept.delete(old);
  }

  private show(index: number, cell: SweepCell): void {
    this.cells[index] = cell;
    this.host.post({ type: 'cell', index, cell });
  }
}

/** What a studio shows at once. */
function generatedOf(kept: Kept | undefined): GenerateResult | undefined {
  return kept?.made.kind === 'make' ? kept.made.result : undefined;
}
