import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineClient } from '../../../src/extension/engine-client.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';

const fakeEngine = fileURLToPath(new URL('fake-engine.mjs', import.meta.url));

describe('engine client', () => {
  let folder: string;
  let lines: string[];
  let client: EngineClient;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fovea-client-'));
    lines = [];
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    client = new EngineClient(fakeEngine, log, [0, 0, 60_000]);
  });

  afterEach(async () => {
    await client.dispose();
    rmSync(folder, { recursive: true });
  });

  const ask = (technique: string, options: Parameters<EngineClient['explain']>[1] = {}): ReturnType<EngineClient['explain']> =>
    client.explain({ picture: { path: path.join(folder, 'note') }, model: 'bundled:any', technique }, options);
  const processOf = async (): Promise<string> => (await client.techniques())[0].id;
  const reason = (expected: string) => (error: unknown): boolean => error instanceof FoveaError && error.reason === expected;

  it('starts no process before the first request, and one for all', async () => {
    assert.equal(client.pid, undefined);
    const [first, second] = await Promise.all([processOf(), processOf()]);
    assert.equal(first, second);
    assert.equal(first, `process-${client.pid}`);
  });

  it('keeps NODE_OPTIONS of the editor from the engine', async () => {
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = '--no-warnings';
    try {
      const [answer] = await client.techniques();
      assert.equal((answer as unknown as { environment: string }).environment, '');
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });

  it('passes frames to their own run, and steers each run by its token', async () => {
    const tokens: string[] = [];
    const frames: [string, number, number][] = [];
    const make = (name: string, seed: number): Promise<unknown> => client.generate({ generator: 'any', model: 'bundled:any', seed }, {
      onStart: (token) => tokens.push(token),
      onFrame: ({ step, pictures }) => {
        frames.push([name, step, pictures[0].data[0]]);
        void client.steer({ token: tokens[seed - 1], more: seed });
      },
    });
    const results = await Promise.all([make('first', 1), make('second', 2)]);
    assert.deepEqual(frames.sort(), [['first', 1, 1], ['second', 2, 2]]);
    assert.deepEqual(results, [{ told: { more: 1 } }, { told: { more: 2 } }]);
    assert.equal(await client.steer({ token: 'none', stop: true }), false);
  });

  it('passes progress to its own request and typed arrays as they are', async () => {
    const fractions: (number | undefined)[] = [];
    const other: unknown[] = [];
    const [result] = await Promise.all([
      ask('progress', { onProgress: (note) => fractions.push(note.fraction) }),
      ask('talk', { onProgress: (note) => other.push(note) }),
    ]);
    assert.deepEqual(fractions, [0.25, 0.75]);
    assert.deepEqual(other, []);
    assert.deepEqual(result.map.values, new Float32Array([1.5, NaN]));
  });

  it('passes partial results to their own request', async () => {
    const seen: Float32Array[] = [];
    await Promise.all([ask('partial', { onPartial: ({ map }) => seen.push(map.values) }), ask('talk', { onPartial: () => assert.fail('not asked for') })]);
    assert.deepEqual(seen, [new Float32Array([2])]);
  });

  it('writes what the engine prints into the log', async () => {
    await ask('talk');
    await client.restart(); // its output is complete when it has ended
    assert.ok(lines.includes('engine: a line of the engine'), lines.join('\n'));
  });

  it('gives the engine\'s errors back as they were', async () => {
    await assert.rejects(ask('refuse'), (error: FoveaError) => error.reason === 'class-unknown' && error.help === 'Choose another.');
  });

  it('cancels in the engine and answers at once', async () => {
    const controller = new AbortController();
    const answer = ask('wait', { signal: controller.signal });
    await processOf(); // the request is under way
    controller.abort();
    await assert.rejects(answer, CancelledError);
    const note = path.join(folder, 'note');
    while (!existsSync(note)) await sleep(10); // mocha's time limit ends this if the engine never hears of it
    assert.equal(readFileSync(note, 'utf8'), 'cancelled');
    await assert.rejects(ask('talk', { signal: controller.signal }), CancelledError);
  });

  it('rejects everything under way when the engine is killed, says how, and starts another', async () => {
    const before = await processOf();
    const answers = await Promise.allSettled([ask('wait'), ask('kill')]);
    for (const answer of answers) {
      assert.ok(answer.status === 'rejected' && reason('engine-crashed')(answer.reason));
      assert.match((answer.reason as FoveaError).message, /SIGKILL/);
    }
    assert.equal(client.pid, undefined);
    assert.notEqual(await processOf(), before);
  });

  it('waits longer after each crash in a row, and not at all after a restart by hand', async () => {
    for (let crash = 0; crash < 3; crash++) await assert.rejects(ask('fail'), reason('engine-crashed'));
    const controller = new AbortController();
    const notes: string[] = [];
    const held = ask('talk', { signal: controller.signal, onProgress: ({ message }) => notes.push(message) });
    const winner = await Promise.race([held.then(() => 'answered', () => 'failed'), sleep(300, 'waiting')]);
    assert.equal(winner, 'waiting', 'the third crash asks for a minute of rest');
    assert.match(notes.join(), /^Waiting \d+ s/);
    controller.abort();
    await assert.rejects(held, CancelledError);
    await client.restart();
    await ask('talk');
  });

  it('forgets crashes once a request succeeded', async () => {
    for (let round = 0; round < 4; round++) {
      await assert.rejects(ask('fail'), reason('engine-crashed'));
      await ask('talk');
    }
    assert.equal(lines.filter((line) => line.includes('crash 1 in a row')).length, 4);
  });

  it('takes an idle exit for no crash and sends what met it once more', async () => {
    await ask('leave-once');
    assert.ok(existsSync(path.join(folder, 'note')));
    assert.ok(!lines.some((line) => line.includes('crash')), lines.join('\n'));
  });

  it('does not send for ever to engines that leave', async () => {
    await assert.rejects(ask('leave'), reason('engine-crashed'));
  });

  it('says so when it was restarted by hand under a request, and is silent once disposed', async () => {
    const answer = ask('wait');
    await processOf();
    await Promise.all([assert.rejects(answer, /restarted/), client.restart()]);
    await client.dispose();
    await assert.rejects(ask('talk'), CancelledError);
  });

  it('names an engine that cannot be started', async () => {
    const broken = new EngineClient(path.join(folder, 'missing.cjs'), { info: () => {}, warn: () => {}, error: () => {} }, [0]);
    await assert.rejects(broken.techniques(), reason('engine-crashed'));
    await broken.dispose();
  });
});
