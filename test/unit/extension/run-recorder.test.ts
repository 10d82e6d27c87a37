import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { RunRecorder, standingTime } from '../../../src/extension/runs/run-recorder.ts';
import { RunStore } from '../../../src/extension/runs/run-store.ts';
import type { ExplainedRun } from '../../../src/extension/runs/run.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import { explainedRun as run } from '../../support/explained-run.ts';

describe('runs recorded from results', () => {
  let folder: string;
  const open = (): RunStore => new RunStore(folder, { info: () => {}, warn: assert.fail, error: () => {} }, () => {});
  const classes = async (store: RunStore) => (await store.list()).map((one) => one.kind === 'explained' && one.subject.class);
  let added: ExplainedRun[];
  let kept: string[];
  let recorder: RunRecorder;
  const { subject, recipe } = run(1);
  const result = (target: number, total = 4) => ({
    class: { index: target, name: 'x', probability: 1 }, recipe: { ...recipe, class: target }, milliseconds: { total },
  } as ExplainResult);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-recorder-'));
    mock.timers.enable({ apis: ['setTimeout'] });
    added = [];
    kept = [];
    const store = open();
    recorder = new RunRecorder({
      add: async (one, with_) => {
        added.push(one as ExplainedRun);
        return store.add(one, with_);
      },
      keep: (id, more) => store.keep(id, more), read: (id, part) => store.read(id, part),
    }, { render: async () => new Uint8Array(3), png: assert.fail }, { info: () => {}, warn: assert.fail, error: () => {} },
    (id) => id.toUpperCase());
  });
  afterEach(async () => {
    mock.timers.reset();
    await rm(folder, { recursive: true });
  });

  const arrived = async (count: number): Promise<void> => {
    while (kept.length < count) await new Promise((resolve) => setImmediate(resolve)); // results are packed first
  };
  const explained = (panel: string, one: ExplainResult) => recorder.explained(panel, { ...subject, class: 'top' }, one, (id) => kept.push(id));

  it('once one has stood for a moment: the last of a panel, with the class that was meant', async () => {
    for (const target of [3, 4, 5]) {
      explained('a', result(target));
      mock.timers.tick(standingTime - 1);
    }
    explained('b', result(6));
    mock.timers.tick(standingTime);
    await arrived(2);
    assert.deepEqual(added.map(({ subject: { class: target }, panel }) => [target, panel]), [[5, 'a'], [6, 'b']]);
    assert.deepEqual(added[0].subject.parameters, { relu: true }, 'all that made it');
    assert.equal(added[0].technique, 'GRAD-CAM');
  });

  it('at once where it took long, in the order in which they came, however long packing takes', async () => {
    const noise = new Float32Array(1 << 20).map((_, i) => Math.sin(i * i));
    explained('a', { ...result(1, standingTime + 1), standardError: noise });
    explained('b', result(2, standingTime + 1));
    mock.timers.tick(1);
    await arrived(2);
    assert.deepEqual(added.map(({ subject: { class: target } }) => target), [1, 2]);
    assert.deepEqual(await classes(open()), [2, 1]);
  });

  it('at once where the window is left, also what has not stood for a moment', async () => {
    explained('a', result(1));
    explained('b', result(2));
    await recorder.flush();
    assert.deepEqual(await classes(open()), [2, 1]);
    assert.equal(kept.length, 2);
  });

  it('at once where something was measured of one, which is kept with it', async () => {
    const plan: never[] = [];
    explained('a', result(1));
    await recorder.measured('a', { ...subject, class: 'top' }, result(1), { evaluation: { plan, taken: [] } });
    assert.equal(kept.length, 1);
    assert.deepEqual(await recorder.trustOf({ ...subject, class: 1 }, result(1)), { evaluation: { plan, taken: [] } });
    assert.equal(await recorder.trustOf(subject, result(2)), undefined, 'of another map nothing is known');
  });
});
