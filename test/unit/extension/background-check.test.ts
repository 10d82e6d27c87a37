import assert from 'node:assert/strict';
import { BackgroundCheck } from '../../../src/extension/result/background-check.ts';
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

  let checked: number;
  beforeEach(() => (checked = 0));

  type Answering = (request: CheckRequest, note?: (note: ProgressNote) => void, signal?: AbortSignal) => Promise<CheckResult>;

  function checking(answers: Answering): BackgroundCheck {
    return new BackgroundCheck({
      check: (one, { onProgress, signal } = {}) => {
        asked.push(one);
        return answers(one, onProgress, signal);
      },
    }, () => request, (state) => {
      if (state) states.push(state);
    }, () => checked++, 0);
  }

  it('is quick, and says nothing of its progress', async () => {
    await checking(async (_, note) => {
      assert.equal(note, undefined);
      return answer;
    }).consider(took(20));
    assert.deepEqual(asked, [{ ...request, quick: true }]);
    assert.deepEqual(states, [{ state: 'running' }, { state: 'done', result: answer }]);
    assert.equal(checked, 1, 'so that it is kept');
  });

  it('is offered only, where the technique takes long', async () => {
    await checking(async () => answer).consider(took(30_000));
    assert.deepEqual([asked, states], [[], [{ state: 'offered' }]]);
  });

  it('that a person asked for says how far it is', async () => {
    await checking(async (_, note) => {
      note!({ token: '1', message: 'Sanity check', fraction: 0.5 });
      return answer;
    }).run();
    assert.deepEqual(states, [{ state: 'running' }, { state: 'running', fraction: 0.5 }, { state: 'done', result: answer }]);
  });

  it('says why it failed', async () => {
    await checking(async () => {
      throw new FoveaError('runtime-failed', 'It broke.');
    }).run();
    assert.deepEqual(states.at(-1), { state: 'failed', message: 'It broke.' });
  });

  it('shows nothing once it is cancelled, and takes the place of the one before', async () => {
    const signals: AbortSignal[] = [];
    const check = checking((_, __, signal) => new Promise((_resolve, reject) => {
      signals.push(signal!);
      signal!.addEventListener('abort', () => reject(new CancelledError()));
    }));
    const first = check.run();
    const second = check.run();
    await first;
    assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
    check.cancel();
    await second;
    assert.deepEqual(states, [{ state: 'running' }, { state: 'running' }]);
  });
});
