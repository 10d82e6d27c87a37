import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { RunRecorder, standingTime } from '../../../src/extension/run-recorder.ts';
import type { ExplainedRun } from '../../../src/extension/run.ts';
import { mostUnpinned, RunStore } from '../../../src/extension/run-store.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';

const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 });
const run = (target: number): Omit<ExplainedRun, 'id' | 'pinned'> => ({
  kind: 'explained', time: 1000 + target, technique: 'Grad-CAM', className: `class ${target}`, probability: 0.5, milliseconds: 20,
  subject: { picture: 'file:///a.png', model: 'bundled:net', technique: 'grad-cam', class: target, score: 'logit', parameters: {}, seed: 0 },
  recipe: {
    version: '1', picture: { name: 'a.png', hash: 'a'.repeat(64) }, model: { title: 'Net', hash: 'b'.repeat(64) }, preprocessing, technique: 'grad-cam',
    parameters: { relu: true }, class: target, score: 'logit', layer: 'conv', seed: 0, runtime: 'onnxruntime',
  },
});

describe('runs', () => {
  let folder: string;
  let warnings: string[];
  let changes: number;
  const open = (): RunStore => new RunStore(path.join(folder, 'runs'), {
    info: () => {}, error: () => {}, warn: (message) => warnings.push(message),
  }, () => changes++);
  const classes = async (store: RunStore) => (await store.list()).map((one) => one.kind === 'explained' && one.subject.class);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-runs-'));
    warnings = [];
    changes = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are kept over a reload, newest first, with their thumbnails', async () => {
    const store = open();
    await store.add(run(1), new Uint8Array([1, 2]));
    const second = await store.add(run(2), undefined);
    const again = open();
    assert.deepEqual(await again.list(), await store.list());
    assert.deepEqual(await classes(again), [2, 1]);
    assert.deepEqual([...(await again.thumbnail((await again.list())[1].id))!], [1, 2]);
    assert.equal(await again.thumbnail(second.id), undefined);
  });

  it('the same run once more takes the place of the first, and stays pinned', async () => {
    const store = open();
    const { id } = await store.add(run(1), undefined);
    await store.add(run(2), undefined);
    await store.pin(id, true);
    await store.add({ ...run(1), time: 5000 }, undefined);
    assert.deepEqual(await classes(store), [1, 2]);
    assert.deepEqual((await store.list()).map(({ pinned, time }) => [pinned, time]), [[true, 5000], [false, 1002]]);
  });

  it('keep what they made beside them, up to a size, and are other runs once picture or model has changed', async () => {
    const store = open();
    const { id } = await store.add(run(1), undefined, new Uint8Array([5]), new Uint8Array([6]));
    assert.deepEqual([...(await store.result(id))!], [5]);
    assert.deepEqual([...await readFile(store.picture(id))], [6]);
    const changed = await store.add({ ...run(1), recipe: { ...run(1).recipe, model: { title: 'Net', hash: 'c'.repeat(64) } } }, undefined, new Uint8Array(17 << 20));
    assert.notEqual(changed.id, id);
    assert.equal(await store.result(changed.id), undefined, 'too large');
    assert.deepEqual(await classes(store), [1, 1]);
  });

  it('keep the time that they took once, where their result comes from the cache later', async () => {
    const store = open();
    await store.add({ ...run(1), milliseconds: 840 }, undefined);
    await store.add({ ...run(1), milliseconds: 3, cached: true }, undefined);
    await store.add({ ...run(2), milliseconds: 3, cached: true }, undefined);
    assert.deepEqual((await store.list()).map(({ milliseconds, cached }) => [milliseconds, cached ?? false]), [[3, true], [840, false]]);
  });

  it('are bounded, except those that are pinned', async () => {
    const store = open();
    const first = await store.add(run(0), new Uint8Array(1));
    const second = await store.add(run(1), new Uint8Array(1));
    await store.pin(first.id, true);
    for (let target = 2; target <= mostUnpinned + 5; target++) await store.add(run(target), undefined);
    const kept = await classes(store);
    assert.equal(kept.length, mostUnpinned + 1);
    assert.deepEqual([kept[0], kept.at(-1), kept.includes(1)], [mostUnpinned + 5, 0, false]);
    assert.ok(await store.thumbnail(first.id));
    assert.equal(await store.thumbnail(second.id), undefined, 'its file is gone, too');
  });

  it('are deleted one by one, or all that are not pinned', async () => {
    const store = open();
    const [a, , c] = [await store.add(run(1), new Uint8Array(1)), await store.add(run(2), undefined), await store.add(run(3), undefined)];
    await store.delete(a.id);
    assert.deepEqual(await classes(store), [3, 2]);
    await store.add(run(2), new Uint8Array(1), new Uint8Array(2), new Uint8Array(3));
    await store.pin(c.id, true);
    await store.clear();
    assert.deepEqual(await classes(open()), [3]);
    assert.deepEqual(await readdir(path.join(folder, 'runs')), ['runs.json']);
  });

  it('that are deleted can be put back, with all that belongs to them', async () => {
    const store = open();
    const [a, b] = [await store.add(run(1), new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3])), await store.add(run(2), undefined)];
    await store.add(run(3), undefined);
    const deleted = await store.delete(a.id, b.id);
    assert.deepEqual(await classes(open()), [3]);
    await store.putBack(deleted);
    assert.deepEqual(await classes(open()), [3, 2, 1]);
    assert.deepEqual([...(await store.thumbnail(a.id))!, ...(await store.result(a.id))!, ...await readFile(store.picture(a.id))], [1, 2, 3]);
    await store.putBack(deleted);
    assert.deepEqual(await classes(store), [3, 2, 1], 'once');
  });

  it('begin anew, and say so, where the list is damaged; the disk being full is no failure of a run', async () => {
    await open().add(run(1), undefined);
    await writeFile(path.join(folder, 'runs', 'runs.json'), '[{"id":"../../x"}]');
    assert.deepEqual(await open().list(), []);
    assert.match(warnings[0], /begins anew/);
    await rm(path.join(folder, 'runs'), { recursive: true });
    await writeFile(path.join(folder, 'runs'), 'a file where the folder should be');
    const store = open();
    await store.add(run(2), undefined);
    assert.deepEqual(await classes(store), [2], 'it is there until the window is closed');
    assert.match(warnings.at(-1)!, /could not be kept/);
    assert.ok(changes > 0 && existsSync(folder));
  });

  it('are kept once a result has stood for a moment: the last of a panel, with the class that was meant', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const added: Omit<ExplainedRun, 'id' | 'pinned'>[] = [];
      const recorder = new RunRecorder(
        { add: async (one) => (added.push(one as ExplainedRun), { ...one, id: '0', pinned: false }) }, { render: async () => new Uint8Array(3), png: assert.fail },
        { info: () => {}, warn: assert.fail, error: () => {} }, (id) => id.toUpperCase());
      const { subject, recipe } = run(1);
      const panels = [{}, {}];
      const result = (target: number) => ({
        class: { index: target, name: 'x', probability: 1 }, recipe: { ...recipe, class: target }, milliseconds: { total: 4 },
      } as ExplainResult);
      for (const target of [3, 4, 5]) {
        recorder.explained(panels[0], { ...subject, class: 'top' }, result(target));
        mock.timers.tick(standingTime - 1);
      }
      recorder.explained(panels[1], subject, result(6));
      mock.timers.tick(standingTime);
      while (added.length < 2) await new Promise((resolve) => setImmediate(resolve)); // results are packed first
      assert.deepEqual(added.map(({ subject: { class: target } }) => target), [5, 6]);
      assert.deepEqual(added[0].subject.parameters, { relu: true }, 'all that made it');
      assert.equal(added[0].technique, 'GRAD-CAM');
    } finally {
      mock.timers.reset();
    }
  });
});
