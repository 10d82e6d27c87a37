import assert from 'node:assert/strict';
import type { PlanState, SweepCell } from '../../../src/protocol/sweep-panel.ts';
import { seedControl } from '../../../src/protocol/sweep-plan.ts';
import { costOf, Pace, type Described } from '../../../webview/sweep/cost.ts';

const steps = { ...seedControl(0), name: 'steps', title: 'Steps', unit: 'steps', default: 50, min: 1 };
const rate = { ...seedControl(0), name: 'rate', title: 'Rate' };
const work = { parameters: {} };
const described = { swept: { kind: 'make', work }, controls: [steps, rate] } as unknown as Described;

describe('the cost of a grid', () => {
  const plan = (rates: number[], counts?: number[]): PlanState => ({
    columns: { parameter: 'rate', values: rates }, ...(counts && { rows: { parameter: 'steps', values: counts } }),
  });

  it('is the number of cells and what all of them take, alike or not', () => {
    assert.equal(costOf(described, plan([1, 2])), '2 pictures × 50 steps = 100 steps');
    assert.equal(costOf(described, plan([1])), '1 picture × 50 steps = 50 steps');
    assert.equal(costOf(described, plan([1, 2], [1000, 30])), '4 pictures, 2,060 steps in all');
    assert.equal(costOf({ ...described, controls: [rate] }, plan([1, 2])), '2 pictures');
    const map = { kind: 'explain', subject: { parameters: { steps: 7 } } } as unknown as Described['swept'];
    assert.equal(costOf({ ...described, swept: map }, plan([1, 2, 3])), '3 maps × 7 steps = 21 steps');
  });
});

describe('the time that is left of a grid', () => {
  const done = (milliseconds: number) => ({ state: 'done', milliseconds }) as SweepCell;
  const busy = (fraction?: number) => ({ state: 'busy', message: '', fraction }) as SweepCell;
  const waiting: SweepCell = { state: 'waiting' };
  const numbered = (...cells: SweepCell[]) => cells.map((cell, index) => ({ cell, index }));

  it('is not known before something is done', () => {
    assert.equal(new Pace().left(numbered(busy(), waiting), undefined), undefined);
  });

  it('follows from what is done, by the lengths of the cells', () => {
    assert.equal(new Pace().left(numbered(done(4000), waiting, waiting), undefined), 'about 8.0 s left');
    assert.equal(new Pace().left(numbered(done(4000), waiting, waiting), [10, 10, 50]), 'about 24 s left');
    assert.equal(new Pace().left(numbered(done(4000), busy(0.5), waiting), undefined), 'about 6.0 s left');
    assert.equal(new Pace().left(numbered(done(4000), { state: 'stopped' }, waiting), undefined), 'about 4.0 s left');
  });

  it('is told by the cell under way from what it has done since it was first heard of', () => {
    let now = 1000;
    const pace = new Pace(() => now);
    pace.follow(0, busy(0.25));
    now = 6000;
    pace.follow(0, busy(0.75));
    assert.equal(pace.left(numbered(busy(0.75), waiting), undefined), 'about 13 s left'); // 5 s a half, of which 2.5 are ahead
    pace.follow(0, done(9000));
    assert.equal(pace.left(numbered(done(9000), waiting), undefined), 'about 9.0 s left');
  });
});
