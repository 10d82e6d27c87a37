/** Which run a panel shows that comes back after a reload, whatever its page had time to write down. */
import assert from 'node:assert/strict';
import { KeptPlace, runOf } from '../../../src/extension/runs/kept-place.ts';
import type { Run } from '../../../src/extension/runs/run.ts';
import type { PanelPlace } from '../../../src/protocol/panel-place.ts';

const store = (...runs: [id: string, panel: string][]) => ({ list: async () => runs.map(([id, panel]) => ({ id, panel }) as unknown as Run) });
const found = async (place: PanelPlace | undefined, ...runs: [id: string, panel: string][]) => {
  const { run, isNews } = await runOf(store(...runs), place);
  return [run?.id, isNews];
};

describe('a restored panel', () => {
  it('shows the run that its page says', async () => {
    assert.deepEqual(await found({ panel: 'p', run: 'b', last: 'b' }, ['c', 'q'], ['b', 'p'], ['a', 'p']), ['b', false]);
    assert.deepEqual(await found({ panel: 'p', run: 'c', last: 'b' }, ['c', 'q'], ['b', 'p']), ['c', false], 'made in another panel');
  });

  it('shows a newer run of its own that its page had no time to write down', async () => {
    assert.deepEqual(await found({ panel: 'p', run: 'a', last: 'a' }, ['c', 'q'], ['b', 'p'], ['a', 'p']), ['b', true]);
    assert.deepEqual(await found({ panel: 'p' }, ['b', 'p']), ['b', true], 'its first');
  });

  it('shows none where something else was being made, or the run is gone', async () => {
    assert.deepEqual(await found({ panel: 'p', last: 'b' }, ['b', 'p']), [undefined, false]);
    assert.deepEqual(await found({ panel: 'p', run: 'b', last: 'b' }, ['c', 'q']), [undefined, false]);
    assert.deepEqual(await found(undefined, ['c', 'q']), [undefined, false]);
  });

  it('is told where what it shows is kept, once for each change', () => {
    const told: PanelPlace[] = [];
    const place = new KeptPlace({ panel: 'p' }, ({ place: one }) => told.push(one));
    place.made('a');
    place.shows('a');
    place.shows('a');
    place.made(undefined);
    place.shows(undefined);
    assert.deepEqual(told.map(({ run, last }) => [run, last]), [[undefined, 'a'], ['a', 'a'], [undefined, 'a']]);
    const [one, other] = [new KeptPlace(undefined, () => {}), new KeptPlace(undefined, () => {})];
    assert.notEqual(one.panel, other.panel);
  });
});
