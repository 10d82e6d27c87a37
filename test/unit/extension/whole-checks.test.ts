import assert from 'node:assert/strict';
import { WholeChecks, type Checks } from '../../../src/extension/result/whole-checks.ts';
import type { CallOptions } from '../../../src/extension/engine-client.ts';
import type { ExplainRequest } from '../../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import type { CheckRequest, CheckResult } from '../../../src/protocol/trust.ts';

const request: ExplainRequest = { picture: { path: '/cat.png' }, model: 'bundled:net', technique: 'saliency' };
const answer = (mode: string) => ({ mode } as CheckResult);

describe('sanity checks with many steps', () => {
  let asked: { request: CheckRequest; options: CallOptions; answer: (result: CheckResult) => void; fail: (error: unknown) => void }[];
  let shown: Checks[];
  let checks: WholeChecks;
  let kept: object[];

  beforeEach(() => {
    asked = [];
    shown = [];
    kept = [];
    checks = new WholeChecks({
      check: (one, options = {}) => new Promise((resolve, reject) => {
        options.signal!.addEventListener('abort', () => reject(new CancelledError()));
        asked.push({ request: one, options, answer: resolve, fail: reject });
      }),
    }, () => request, (state) => shown.push(state), () => kept.push(checks.results));
  });

  it('say how far they are, and each mode is checked once', async () => {
    const done = checks.run('independent');
    assert.deepEqual(asked[0].request, { ...request, mode: 'independent' });
    asked[0].options.onProgress!({ token: '', message: '', fraction: 0.5 });
    asked[0].answer(answer('independent'));
    await done;
    assert.deepEqual(shown.map(({ independent }) => independent?.state), ['running', 'running', 'done']);
    await checks.run('independent');
    assert.equal(asked.length, 1);
  });

  it('give way to one another, and keep what is done', async () => {
    const first = checks.run('cascading');
    asked[0].answer(answer('cascading'));
    await first;
    const second = checks.run('independent');
    const third = checks.run('random-logit');
    assert.ok(asked[1].options.signal!.aborted);
    await second;
    assert.deepEqual(Object.keys(shown.at(-1)!), ['cascading', 'random-logit']);
    checks.stop();
    await third;
    assert.deepEqual(shown.at(-1), { cascading: { state: 'done', result: answer('cascading') } });
  });

  it('say why they failed, and can be tried again', async () => {
    const failed = checks.run('cascading');
    asked[0].fail(new FoveaError('model-unsuitable', 'It has no weights.', 'Check it with other classes.'));
    await failed;
    assert.deepEqual(shown.at(-1), { cascading: { state: 'failed', message: 'It has no weights. Check it with other classes.' } });
    void checks.run('cascading');
    assert.equal(asked.length, 2);
  });

  it('of another map are not known', async () => {
    const running = checks.run('cascading');
    checks.reset();
    await running;
    assert.ok(asked[0].options.signal!.aborted);
    assert.deepEqual(shown.at(-1), {});
  });
});
