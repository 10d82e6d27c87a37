import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { JobQueue } from '../../../src/engine/job-queue.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';

const never = new AbortController().signal;

describe('the job queue', () => {
  it('runs one job at a time, in order, also after one that failed', async () => {
    const queue = new JobQueue();
    const events: string[] = [];
    const job = (name: string, fails = false) => async (): Promise<string> => {
      events.push(`${name} begins`);
      await turn();
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([queue.run(job('a'), never), queue.run(job('b', true), never), queue.run(job('c'), never)]);
    assert.deepEqual(events, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal(queue.pending, 0);
  });

  it('answers a job that waits at once when it is cancelled, and never starts it', async () => {
    const queue = new JobQueue();
    let release = (): void => undefined;
    const first = queue.run(() => new Promise<void>((resolve) => { release = resolve; }), never);
    const controller = new AbortController();
    let started = false;
    const second = queue.run(() => { started = true; return Promise.resolve(); }, controller.signal);
    controller.abort();
    await assert.rejects(second, CancelledError); // while the first still runs
    release();
    await first;
    await queue.run(() => Promise.resolve(), never);
    assert.equal(started, false);
  });

  it('leaves a running job to look at the signal itself', async () => {
    const queue = new JobQueue();
    const controller = new AbortController();
    const running = queue.run(async () => {
      await turn();
      controller.abort();
      await turn();
      return 'what there is';
    }, controller.signal);
    assert.equal(await running, 'what there is');
  });

  it('refuses a job that is cancelled already', async () => {
    await assert.rejects(new JobQueue().run(() => Promise.resolve(), AbortSignal.abort()), CancelledError);
  });
});
