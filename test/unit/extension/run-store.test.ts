import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mostUnpinned, parts, runId, RunStore } from '../../../src/extension/runs/run-store.ts';
import { onFullDisk } from '../../support/full-disk.ts';
import { explainedRun as run } from '../../support/explained-run.ts';

describe('runs', () => {
  let folder: string;
  let warnings: string[];
  let changes: number;
  const open = (mostBytes?: number): RunStore => new RunStore(path.join(folder, 'runs'), {
    info: () => {}, error: () => {}, warn: (message) => warnings.push(message),
  }, () => changes++, mostBytes);
  const made = (thumbnail?: number, result?: Uint8Array, picture?: number) => ({
    [parts.thumbnail]: thumbnail === undefined ? undefined : new Uint8Array([thumbnail]), [parts.result]: result,
    [parts.picture]: picture === undefined ? undefined : new Uint8Array([picture]),
  });
  const files = () => readdir(path.join(folder, 'runs'));
  const classes = async (store: RunStore) => (await store.list()).map((one) => one.kind === 'explained' && one.subject.class);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-runs-'));
    warnings = [];
    changes = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are kept over a reload, newest first, with their thumbnails', async () => {
    const store = open();
    await store.add(run(1), made(7));
    const second = await store.add(run(2), {});
    const again = open();
    assert.deepEqual(await again.list(), await store.list());
    assert.deepEqual(await classes(again), [2, 1]);
    assert.deepEqual([...(await again.read((await again.list())[1].id, parts.thumbnail))!], [7]);
    assert.equal(await again.read(second.id, parts.thumbnail), undefined);
  });

  it('the same run once more takes the place of the first, and stays pinned', async () => {
    const store = open();
    const { id } = await store.add(run(1), {});
    await store.add(run(2), {});
    await store.pin(id, true);
    await store.add({ ...run(1), time: 5000 }, {});
    assert.deepEqual(await classes(store), [1, 2]);
    assert.deepEqual((await store.list()).map(({ pinned, time }) => [pinned, time]), [[true, 5000], [false, 1002]]);
  });

  it('keep what they made beside them, and are other runs once picture or model has changed', async () => {
    const store = open();
    const { id } = await store.add(run(1), made(4, new Uint8Array([5]), 6));
    assert.deepEqual([...(await store.read(id, parts.result))!, ...await readFile(store.picture(id))], [5, 6]);
    const changed = await store.add({ ...run(1), recipe: { ...run(1).recipe, model: { title: 'Net', hash: 'c'.repeat(64) } } }, {});
    assert.notEqual(changed.id, id);
    assert.deepEqual([store.holds(id), store.holds(changed.id)], [true, false]);
    assert.deepEqual(await classes(store), [1, 1]);
  });

  it('keep more that belongs to them, and lose none of it when the same is run again', async () => {
    const store = open();
    const { id } = await store.add(run(1), made(1, new Uint8Array([2])));
    await store.keep(id, { [parts.trust]: new Uint8Array([9]) });
    await store.add({ ...run(1), time: 5000 }, made(1, new Uint8Array([3])));
    const again = open();
    await again.list();
    assert.deepEqual([...(await again.read(id, parts.trust))!, ...(await again.read(id, parts.result))!], [9, 3]);
    await store.keep('0'.repeat(20), { [parts.trust]: new Uint8Array([9]) });
    assert.equal((await files()).filter((name) => name.startsWith('0'.repeat(20))).length, 0, 'of a run that is gone nothing is kept');
  });

  it('are the same whatever the order of what they are made of, which the disk may change', async () => {
    const turned = <T extends object>(all: T): T => Object.fromEntries(Object.entries(all).reverse()) as T;
    const { subject, recipe, ...others } = run(1);
    const other = { ...others, subject: turned(subject), recipe: turned({ ...recipe, preprocessing: turned(recipe.preprocessing) }) };
    assert.notEqual(JSON.stringify(other.subject), JSON.stringify(subject));
    assert.equal(runId(other), runId(run(1)));
    assert.notEqual(runId({ ...other, subject: { ...subject, seed: 1 } }), runId(run(1)));
  });

  it('that were stopped do not take the place of the same run that was not', async () => {
    const store = open();
    const whole = await store.add(run(1), {});
    const stopped = await store.add({ ...run(1), stopped: { done: 10, total: 2000 } }, {});
    assert.notEqual(stopped.id, whole.id);
    assert.equal((await open().list())[0].kind === 'explained' && (await open().list()).length, 2);
  });

  it('stay in the order in which they came, also those of one millisecond, also over a reload', async () => {
    const store = open();
    for (const target of [5, 2, 9, 4]) await store.add({ ...run(target), time: 1000 }, {});
    assert.deepEqual(await classes(store), [4, 9, 2, 5]);
    assert.deepEqual(await classes(open()), [4, 9, 2, 5]);
  });

  it('of the oldest what they made is let go where all of it takes too much, and the tree can say so; pinned ones keep theirs', async () => {
    const store = open(10_000);
    const large = new Uint8Array(4000);
    const pinned = await store.add(run(1), made(1, large));
    await store.pin(pinned.id, true);
    const oldest = await store.add(run(2), made(1, large));
    assert.deepEqual(store.notices, []);
    const newest = await store.add(run(3), made(1, large));
    assert.deepEqual([pinned, oldest, newest].map(({ id }) => store.holds(id)), [true, false, true]);
    assert.equal((await store.read(oldest.id, parts.thumbnail))?.length, 1, 'it is still a run, with what it looks like');
    assert.deepEqual(await classes(open(10_000)), [3, 2, 1]);
    assert.match(store.notices.join(), /newest first; pinned runs keep all of it/);
    const huge = await store.add(run(4), made(1, new Uint8Array(20_000)));
    assert.deepEqual([huge, newest, pinned].map(({ id }) => store.holds(id)), [true, false, true], 'the newest is kept whatever its size');
  });

  it('keep the time that they took once, where their result comes from the cache later', async () => {
    const store = open();
    await store.add({ ...run(1), milliseconds: 840 }, {});
    await store.add({ ...run(1), milliseconds: 3, cached: true }, {});
    await store.add({ ...run(2), milliseconds: 3, cached: true }, {});
    assert.deepEqual((await store.list()).map(({ milliseconds, cached }) => [milliseconds, cached ?? false]), [[3, true], [840, false]]);
  });

  it('are bounded, except those that are pinned', async () => {
    const store = open();
    const first = await store.add(run(0), made(1));
    const second = await store.add(run(1), made(1));
    await store.pin(first.id, true);
    for (let target = 2; target <= mostUnpinned + 5; target++) await store.add(run(target), {});
    const kept = await classes(store);
    assert.equal(kept.length, mostUnpinned + 1);
    assert.deepEqual([kept[0], kept.at(-1), kept.includes(1)], [mostUnpinned + 5, 0, false]);
    assert.ok(await store.read(first.id, parts.thumbnail));
    assert.equal(await store.read(second.id, parts.thumbnail), undefined, 'its file is gone, too');
  });

  it('are deleted one by one, or all that are not pinned', async () => {
    const store = open();
    const [a, , c] = [await store.add(run(1), made(1)), await store.add(run(2), {}), await store.add(run(3), {})];
    await store.delete(a.id);
    assert.deepEqual(await classes(store), [3, 2]);
    await store.add(run(2), made(1, new Uint8Array(2), 3));
    await store.pin(c.id, true);
    await store.clear();
    assert.deepEqual(await classes(open()), [3]);
    assert.deepEqual(await files(), [`${c.id}.run.json`]);
  });

  it('that are deleted can be put back, with all that belongs to them', async () => {
    const store = open();
    const [a, b] = [await store.add(run(1), made(1, new Uint8Array([2]), 3)), await store.add(run(2), {})];
    await store.add(run(3), {});
    const deleted = await store.delete(a.id, b.id);
    assert.deepEqual(await classes(open()), [3]);
    await store.putBack(deleted);
    assert.deepEqual(await classes(open()), [3, 2, 1]);
    const back = await Promise.all([parts.thumbnail, parts.result, parts.picture].map((part) => store.read(a.id, part)));
    assert.deepEqual(back.map((bytes) => [...bytes!]), [[1], [2], [3]]);
    await store.putBack(deleted);
    assert.deepEqual(await classes(store), [3, 2, 1], 'once');
  });

  it('that are damaged are left out, and said to be; all others, and the damaged files, stay', async () => {
    const store = open();
    const [a, b] = [await store.add(run(1), made(1, new Uint8Array([2]))), await store.add(run(2), {})];
    const file = path.join(folder, 'runs', `${a.id}.run.json`);
    for (const content of ['', '[{"id":"../../x"}]', JSON.stringify({ ...a, id: b.id }), JSON.stringify({ ...a, recipe: 5 }), ' '.repeat(2 << 20)]) {
      await writeFile(file, content);
      const again = open();
      assert.deepEqual(await classes(again), [2]);
      assert.equal(again.notices[0], 'A kept run cannot be read and is left out.');
      await again.add(run(3), {});
      await again.delete((await again.list())[0].id);
      assert.equal(await readFile(file, 'utf8'), content);
    }
    assert.match(warnings[0], /run\.json" is left out/);
  });

  it('of another window are there once it is looked for them again, and none of this window is lost', async () => {
    const [one, other] = [open(), open()];
    await one.add(run(1), {});
    await other.list();
    await one.add(run(2), {});
    await onFullDisk(() => other.add(run(3), {}));
    await other.refresh();
    assert.deepEqual(await classes(other), [3, 2, 1]);
  });

  it('half written and half deleted files of a window that was killed are no runs and do not stay', async () => {
    const { id } = await open().add(run(1), {});
    await writeFile(path.join(folder, 'runs', `${'d'.repeat(20)}.png`), 'of a run that is gone');
    await writeFile(path.join(folder, 'runs', `${id}.result.new`), 'half');
    const store = open();
    assert.deepEqual(await classes(store), [1]);
    assert.equal(store.holds(id), false);
    assert.deepEqual(store.notices.filter((notice) => notice.includes('cannot')), []);
    assert.deepEqual(await files(), [`${id}.run.json`]);
  });

  it('a full disk is no failure of a run: it is there until the window is closed, as is said, and kept once there is room', async () => {
    const store = open();
    const before = await store.add(run(1), made(1, new Uint8Array([1, 2, 3])));
    const during = await onFullDisk(() => store.add(run(2), made(1, new Uint8Array([4, 5]))));
    await onFullDisk(() => store.add({ ...run(1), time: 5000 }, made(1, new Uint8Array([6, 7, 8]))));
    assert.deepEqual(await classes(store), [1, 2]);
    assert.deepEqual(store.notices, ['Runs cannot be kept: the disk is full. Those of this window stay until it is closed.']);
    assert.deepEqual([...(await store.read(before.id, parts.result))!], [1, 2, 3], 'what was there is whole');
    assert.deepEqual(await classes(open()), [1]);
    assert.ok((await files()).every((name) => !name.endsWith('.new')));
    await store.add(run(3), {});
    assert.deepEqual(store.notices.filter((notice) => notice.includes('cannot')), []);
    assert.deepEqual(await classes(open()), [3, 1, 2]);
    assert.equal(store.holds(during.id), false);
  });

  it('a folder that cannot be read or made is said to be, and runs of this window work', async () => {
    await writeFile(path.join(folder, 'runs'), 'a file where the folder should be');
    const store = open();
    assert.deepEqual(await store.list(), []);
    assert.match(store.notices[0], /^The kept runs cannot be read: /);
    await store.add(run(2), {});
    assert.deepEqual(await classes(store), [2]);
    assert.match(store.notices[0], /^Runs cannot be kept: /);
    assert.ok(changes > 0 && existsSync(folder));
  });
});
