/**
 * The truth behind one compare panel: a result for each subject, explained one after another, and pixels once for each picture.
 * Knows no VS Code; the panel gives it a host and passes on what it posts.
 */
import type { Cell, CompareHostMessage } from '../protocol/compare-panel.ts';
import type { ComparedNames, Comparison } from '../protocol/comparison.ts';
import type { ExplainResult, ModelReference, Pixels, RuntimeChoice } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { EngineClient } from './engine-client.ts';
import { actionsFor } from './error-actions.ts';

export interface CompareHost {
  post(message: CompareHostMessage): void;
  /** Absolute path of a picture. @throws FoveaError where there is none */
  picturePath(uri: string): string;
  /** @throws FoveaError `model-untrusted` */
  checkModel(model: ModelReference): void;
  runtime(): RuntimeChoice;
}

export class CompareSession {
  private readonly cells: Cell[];
  private readonly pictures = new Map<string, Pixels>();
  private running: AbortController | undefined;

  constructor(
    readonly comparison: Comparison, readonly names: ComparedNames,
    private readonly engine: Pick<EngineClient, 'explain'>, private readonly host: CompareHost,
  ) {
    this.cells = comparison.subjects.map(() => ({ state: 'waiting' }));
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** The whole result of a subject; undefined where there is none. */
  resultAt(index: number): ExplainResult | undefined {
    const cell = this.cells.at(index);
    return cell?.state === 'done' ? cell.result : undefined;
  }

  /** Everything that a page needs to show the present state, in order. */
  snapshot(): CompareHostMessage[] {
    return [
      { type: 'comparison', comparison: this.comparison, names: this.names },
      ...[...this.pictures].map(([picture, pixels]): CompareHostMessage => ({ type: 'picture', picture, pixels })),
      ...this.cells.map((cell, index): CompareHostMessage => ({ type: 'cell', index, cell })),
    ];
  }

  /** Explains what has no result yet, one after another. Failures are shown in their cells, never thrown. */
  async run(): Promise<void> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    this.cells.forEach(({ state }, index) => {
      if (state !== 'done') this.show(index, { state: 'waiting' });
    });
    for (const index of this.cells.keys()) {
      if (controller.signal.aborted) return;
      if (this.cells[index].state === 'waiting') await this.explain(index, controller.signal);
    }
    if (this.running === controller) this.running = undefined;
  }

  /** Stops; what sampling techniques have by then stays. */
  cancel(): void {
    if (!this.running) return;
    this.running.abort();
    this.running = undefined;
    this.cells.forEach((cell, index) => {
      if (cell.state === 'waiting') this.show(index, { state: 'stopped' });
      else if (cell.state === 'busy') this.show(index, { state: 'stopped', result: cell.result });
    });
    this.host.post({ type: 'announce', message: 'Cancelled.' });
  }

  /** A picture has changed: its results are made again. */
  async refresh(picture: string): Promise<void> {
    this.pictures.delete(picture);
    this.comparison.subjects.forEach((subject, index) => {
      if (subject.picture === picture) this.cells[index] = { state: 'waiting' };
    });
    await this.run();
  }

  dispose(): void {
    this.running?.abort();
  }

  private async explain(index: number, signal: AbortSignal): Promise<void> {
    const { picture, model, technique, class: target, layer, score, parameters, seed } = this.comparison.subjects[index];
    let sofar: ExplainResult | undefined;
    const busy = (message: string, fraction?: number): void => {
      if (!signal.aborted) this.show(index, { state: 'busy', message, fraction, result: sofar });
    };
    busy('Explaining…');
    try {
      this.host.checkModel(model);
      const result = await this.engine.explain({
        picture: { path: this.host.picturePath(picture) }, model, technique, class: target, layer, score, parameters, seed,
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
      if (!signal.aborted) this.show(index, { state: 'done', result: this.takePixels(picture, result) });
    } catch (error) {
      if (signal.aborted) return;
      const known = FoveaError.from(error);
      this.show(index, { state: 'failed', error: known.toData(), actions: actionsFor(known.reason) });
    }
  }

  /** Keeps and posts the pixels of a picture when they first come. @returns the result without them */
  private takePixels(picture: string, { pixels, ...result }: ExplainResult): ExplainResult {
    if (pixels && !this.pictures.has(picture)) {
      // VS Code carries an array to a page if its class is one of the standard ones; bytes from another process may be a Buffer.
      const { buffer, byteOffset, byteLength } = pixels.data;
      const plain = { ...pixels, data: new Uint8Array(buffer, byteOffset, byteLength) };
      this.pictures.set(picture, plain);
      this.host.post({ type: 'picture', picture, pixels: plain });
    }
    return result;
  }

  private show(index: number, cell: Cell): void {
    this.cells[index] = cell;
    this.host.post({ type: 'cell', index, cell });
  }
}
