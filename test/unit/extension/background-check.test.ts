import assert from 'node:assert/strict';
import { BackgroundCheck } from '../../../src/extension/background-check.ts';
import type { ExplainRequest, ExplainResult, ProgressNote } from '../../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import type { BadgeState } from '../../../src/protocol/result-panel.ts';
import type { CheckRequest, CheckResult } from '../../../src/protocol/trust.ts';

const request: ExplainRequest = { picture: { path: '/cat.png' }, model: 'bundled:net', technique: 'saliency' };
const answer = { technique: 'saliency' } as CheckResult;
const took = (run: number) => ({ milliseconds: { run } as ExplainResult['milliseconds'] });

describe('a check in the background', () => {
  let asked: CheckRequest[];
  let states: BadgeState[];

  beforeEach(() => {
    asked = [];
    states = [];
  });

  type Answering = (request: CheckRequest, note?: (note: ProgressNote) => void, signal?: AbortSignal) => Promise<CheckResult>;

  function checking(answers: Answering): BackgroundCheck {
    return new BackgroundCheck({
      check: (one, { onProgress, signal } = {}) => {
        asked.push(one);
        return answers(one, onProgress, signal);
      },
    }, (state) => states.push(state));
  }

  it('is quick, and says nothing of its progress', async () => {
    await checking(async (_, note) => {
      assert.equal(note, undefined);
      return answer;
    }).consider(request, took(20));
    assert.deepEqual(asked, [{ ...request, quick: true }]);
    assert.deepEqual(states, [{ state: 'running' }, { state: 'done', result: answer }]);
  });

  it('is offered only, where the technique takes long', async () => {
    await checking(async () => answer).consider(request, took(30_000));
    assert.deepEqual([asked, states], [[], [{ state: 'offered' }]]);
  });

  it('of many layers says how far it is', async () => {
    await checking(async (_, note) => {
      note!({ token: '1', message: 'Sanity check', fraction: 0.5 });
      return answer;
    }).run(request, false);
    assert.deepEqual(states, [{ state: 'running' }, { state: 'running', fraction: 0.5 }, { state: 'done', result: answer }]);
  });

  it('says why it failed', async () => {
    await checking(async () => {
      throw new FoveaError('runtime-failed', 'It broke.');
    }).run(request, true);
    assert.deepEqual(states.at(-1), { state: 'failed', message: 'It broke.' });
  });

  it('shows nothing once it is cancelled, and takes the place of the one before', async () => {
    const signals: AbortSignal[] = [];
    const check = checking((_, __, signal) => new Promise((_resolve, reject) => {
      signals.push(signal!);
      signal!.addEventListener('abort', () => reject(new CancelledError()));
    }));
    const first = check.run(request, true);
    const second = check.run(request, true);
    await first;
    assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
    check.cancel();
    await second;
    assert.deepEqual(states, [{ state: 'running' }, { state: 'running' }]);
  });
});
