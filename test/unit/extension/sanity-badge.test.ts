import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { CheckResult } from '../../../src/protocol/trust.ts';
import { ExplainBench, subject, types } from '../../support/explain-bench.ts';

describe('the sanity check behind the badge', () => {
  let bench: ExplainBench;

  beforeEach(() => {
    bench = new ExplainBench({ badge: true });
  });

  const states = (): (string | null)[] => bench.posted.flatMap((message) => (message.type === 'badge' ? message.badge?.state ?? null : []));

  it('runs after a result, quickly, and is no work that a person waits for', async () => {
    await bench.explained({ class: 3 });
    assert.equal(bench.session.summary().busy, false);
    const { request, answer } = await bench.engine.asked();
    assert.deepEqual([request.quick, request.class, request.technique], [true, 3, 'grad-cam']);
    answer({ technique: 'grad-cam' } as CheckResult);
    await turn();
    assert.deepEqual(states(), ['running', 'done']);
    assert.deepEqual(types(bench.session.snapshot()), ['techniques', 'subject', 'model', 'result', 'badge']);
  });

  it('is not run where no badge is wanted', async () => {
    bench = new ExplainBench({ badge: false });
    await bench.explained();
    await turn();
    assert.deepEqual([bench.engine.checked.length, states()], [0, []]);
  });

  it('gives way to the next request, whose badge is not the old one', async () => {
    await bench.explained();
    const { signal } = await bench.engine.asked();
    void bench.session.explain({ ...subject, class: 9 });
    assert.ok(signal.aborted);
    await turn();
    assert.deepEqual(states(), ['running', null]);
    const anew = bench.session.snapshot().find((message) => message.type === 'badge');
    assert.equal(anew?.badge ?? null, null, 'nor is it for a page that starts anew');
  });

  it('ends with the panel', async () => {
    await bench.explained();
    const { signal } = await bench.engine.asked();
    bench.session.dispose();
    assert.ok(signal.aborted);
  });
});
