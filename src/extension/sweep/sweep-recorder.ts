/** Keeps the cells of a sweep as they come: the grid is one run, each cell a part of it. Knows no VS Code. */
import { createHash } from 'node:crypto';
import type { Pixels } from '../../protocol/engine.ts';
import { cellsOf } from '../../protocol/sweep.ts';
import type { PlanState, Swept } from '../../protocol/sweep-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import type { EngineLog } from '../engine-process.ts';
import type { SweptRun } from '../runs/run.ts';
import { thumbnailSide } from '../runs/run-recorder.ts';
import { keptSide, parts, type RunStore } from '../runs/run-store.ts';
import { packResult, unpackExplained, unpackResult } from '../runs/stored-result.ts';
import { hashesOf, type CellResult, type MadeCell } from './sweep-cells.ts';
import { keyOf, type Changes } from './swept.ts';

/** A grid, one of whose cells is done. */
export interface SweptCell extends MadeCell {
  readonly swept: Swept;
  readonly plan: PlanState;
  /** Of the technique, what is swept, and the sides, for a person. */
  readonly title: string;
  readonly subject: string;
  readonly sides: string;
  /** That maps are drawn on. */
  readonly pixels: Pixels | undefined;
}

export class SweepRecorder {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<RunStore, 'add' | 'read'>, private readonly engine: Pick<EngineClient, 'png' | 'render'>, private readonly log: EngineLog,
  ) {}

  /** @returns the run's id; undefined, with a word in the log, where it cannot be kept */
  done(panel: string, { swept, plan, title, subject, sides, changes, made, pixels }: SweptCell): Promise<string | undefined> {
    const kept = this.last.then(async () => {
      const shown = await this.shownOf(made, pixels);
      const { id } = await this.store.add({
        kind: 'swept', time: Date.now(), technique: title, milliseconds: made.result.milliseconds.total, panel,
        swept, plan, target: subject, sides, of: hashesOf(made),
      }, { [cellPart(changes)]: await packResult(made.result), ...shown });
      return id;
    }).catch((error: unknown) => {
      this.log.warn(`A cell of a sweep was not kept: ${String(error)}`);
      return undefined;
    });
    this.last = kept;
    return kept;
  }

  /** The cells of a run that are kept, by the changes that made them. */
  async cells({ id, swept, plan }: SweptRun): Promise<MadeCell[]> {
    const cells = await Promise.all(cellsOf(plan).map(async (changes) => {
      const packed = await this.store.read(id, cellPart(changes));
      if (!packed) return [];
      if (swept.kind === 'make') {
        const result = await unpackResult(packed);
        return result ? [{ changes, made: { kind: swept.kind, result } }] : [];
      }
      const result = await unpackExplained(packed);
      return result ? [{ changes, made: { kind: swept.kind, result } }] : [];
    }));
    return cells.flat();
  }

  private async shownOf(made: CellResult, pixels: Pixels | undefined): Promise<Record<string, Uint8Array>> {
    if (made.kind === 'make') return { [parts.thumbnail]: await this.engine.png({ pictures: made.result.pictures, longest: thumbnailSide }) };
    if (!pixels) return {};
    const { picture, map, placement } = made.result;
    const request = { pixels, picture, map, placement };
    const [thumbnail, shown] = await Promise.all([
      this.engine.render({ ...request, what: 'overlay', longest: thumbnailSide }), this.engine.render({ ...request, what: 'picture', longest: keptSide }),
    ]);
    return { [parts.thumbnail]: thumbnail, [parts.picture]: shown };
  }
}

function cellPart(changes: Changes): string {
  return `${parts.cells}${createHash('sha256').update(keyOf(changes)).digest('hex').slice(0, 16)}`;
}
