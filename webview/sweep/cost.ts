/** What a grid takes: how much is made for it, and how long the rest of it is likely to take. */
import type { PlanState, SweepCell, SweepHostMessage, Swept } from '../../src/protocol/sweep-panel.ts';
import { lengthsOf } from '../../src/protocol/sweep-plan.ts';
import { formatSeconds } from '../ui/words.ts';

export type Described = Extract<SweepHostMessage, { type: 'swept' }>;

/** What the run that is swept has, by the names of the controls. */
export function presentOf(swept: Swept): Readonly<Record<string, unknown>> {
  return swept.kind === 'make' ? swept.work.parameters : { ...swept.subject.parameters, layer: swept.subject.layer, score: swept.subject.score };
}

/** See `lengthsOf`. */
export function lengthsIn({ controls, swept }: Described, plan: PlanState): { unit: string; each: number[] } | undefined {
  return lengthsOf(plan, controls, presentOf(swept));
}

/** The number of cells, and what all of them take, e.g. "6 pictures × 100 steps = 600 steps". */
export function costOf(described: Described, plan: PlanState): string {
  const count = plan.columns.values.length * (plan.rows?.values.length ?? 1);
  const cells = `${count} ${described.swept.kind === 'make' ? 'picture' : 'map'}${count === 1 ? '' : 's'}`;
  const lengths = lengthsIn(described, plan);
  if (!lengths) return cells;
  const { each: [first, ...others], unit } = lengths;
  const total = others.reduce((sum, one) => sum + one, first).toLocaleString('en');
  return others.every((one) => one === first) ? `${cells} × ${first.toLocaleString('en')} ${unit} = ${total} ${unit}` : `${cells}, ${total} ${unit} in all`;
}

/** How fast cells are made. */
export class Pace {
  /** How far the cell under way was when it was first heard of, and when that was. */
  private under = { index: -1, fraction: 0, since: 0 };

  /** @param now in milliseconds */
  constructor(private readonly now = Date.now) {}

  /** Is told of every change of a cell. */
  follow(index: number, cell: SweepCell): void {
    if (cell.state === 'busy' && cell.fraction && this.under.index !== index) this.under = { index, fraction: cell.fraction, since: this.now() };
    else if (cell.state !== 'busy' && this.under.index === index) this.under.index = -1;
  }

  /**
   * From the time that cells, and the part that is there of the one under way, have taken for their length.
   * @param each lengths of the cells; all alike where they are not known
   * @returns e.g. "about 12 s left"; undefined before there is anything to tell it from
   */
  left(cells: Iterable<{ readonly index: number; readonly cell: SweepCell }>, each: readonly number[] | undefined): string | undefined {
    let [spent, done, ahead] = [0, 0, 0];
    for (const { cell, index } of cells) {
      const length = each?.[index] ?? 1;
      if (cell.state === 'done') [spent, done] = [spent + cell.milliseconds, done + length];
      else if (cell.state === 'waiting') ahead += length;
      else if (cell.state === 'busy') {
        const { fraction = 0 } = cell;
        ahead += length * (1 - fraction);
        if (index === this.under.index) [spent, done] = [spent + this.now() - this.under.since, done + length * (fraction - this.under.fraction)];
      }
    }
    return done > 0 ? `about ${formatSeconds((spent / done) * ahead / 1000)} left` : undefined;
  }
}
