import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { StudioHost } from '../../../src/extension/studio/studio-host.ts';
import { StudioSession } from '../../../src/extension/studio/studio-session.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { GenerateResult } from '../../../src/protocol/generate.ts';
import type { StudioHostMessage, Work } from '../../../src/protocol/studio-panel.ts';
import { ManualEngine, note, pixels, resultOf, work, type Call } from '../../support/manual-studio-engine.ts';

describe('studio session', () => {
  let engine: ManualEngine;
  let posted: StudioHostMessage[];
  let session: StudioSession;
  let untrusted: string | undefined;

  function open(what: Work): void {
    const host: StudioHost = {
      post: (message) => posted.push(message),
      picturePath: (uri) => uri.slice('file://'.length),
      checkModel: (model) => {
        if (model === untrusted) throw new FoveaError('model-untrusted', 'No trust.');
      },
      runtime: () => 'wasm',
      made: async (result) => `run of ${result.step}`,
      notes: () => [],
      changed: () => {},
    };
    session = new StudioSession(what, engine, host);
  }

  beforeEach(() => {
    engine = new ManualEngine();
    posted = [];
    untrusted = undefined;
    open(work);
  });

  const of = <T extends StudioHostMessage['type']>(type: T) => posted.filter((message): message is Extract<StudioHostMessage, { type: T }> => message.type === type);
  const phase = () => of('state').at(-1)?.phase;
  const steps = () => of('frame').map(({ step }) => step);

  /** A run whose engine has the request. */
  async function started(): Promise<Call> {
    const before = engine.calls.length;
    void session.start();
    while (engine.calls.length === before) await turn();
    return engine.calls[before];
  }

  it('asks for what was chosen, with the runtime of the settings, and only for what the generator needs', async () => {
    open({ ...work, content: 'file:///a.png', parameters: { rate: 1 } });
    const { request } = await started();
    assert.deepEqual(request, {
      generator: 'paint', model: 'bundled:net', classes: [7], parameters: { rate: 1 }, seed: 1, runtime: 'wasm', content: undefined, style: undefined,
    });
    assert.deepEqual(of('sources').at(-1)?.pictures, {}, 'a picture that is not needed is not read');
    open({ ...work, generator: 'mix', content: 'file:///a.png', style: 'file:///b.png' });
    await session.describe();
    const other = await started();
    assert.deepEqual([other.request.content, other.request.style, other.request.classes], [{ path: '/a.png' }, { path: '/b.png' }, []]);
    assert.deepEqual(Object.keys(of('sources').at(-1)!.pictures), ['content', 'style']);
  });

  it('sends a frame only when the one before has been shown, and then the newest', async () => {
    const run = await started();
    for (const step of [1, 2, 3, 4]) run.frame(note(step));
    assert.deepEqual(steps(), [1]);
    session.shown(of('frame')[0].frame);
    assert.deepEqual(steps(), [1, 4], 'those between are dropped');
    session.shown(of('frame')[1].frame);
    assert.deepEqual(steps(), [1, 4], 'nothing new');
    run.frame(note(5));
    assert.deepEqual(steps(), [1, 4, 5]);
    assert.deepEqual(of('frame').at(-1)!.curves, [{ title: 'score', steps: [1, 2, 3, 4, 5], values: [0.1, 0.2, 0.3, 0.4, 0.5] }], 'the whole curve');
  });

  it('sends frames of the next run although the last frame of one was never shown', async () => {
    const run = await started();
    run.frame(note(1));
    run.answer(resultOf());
    await turn();
    const next = await started();
    next.frame(note(2));
    assert.deepEqual(steps(), [1, 2]);
  });

  it('gives a page that starts anew everything at once: the newest frame, whole', async () => {
    const run = await started();
    for (const step of [1, 2, 3]) run.frame(note(step)); // nobody shows them: the page is hidden
    const snapshot = session.snapshot();
    assert.deepEqual(snapshot.map(({ type }) => type), ['generators', 'model', 'state', 'sources', 'frame']);
    const frame = snapshot.at(-1);
    assert.ok(frame?.type === 'frame' && frame.step === 3 && frame.curves[0].steps.length === 3);
    run.frame(note(4));
    assert.deepEqual(steps(), [1], 'until the page has shown the snapshot');
    session.shown(frame.frame);
    assert.deepEqual(steps(), [1, 4]);
  });

  it('gives pages bytes of a standard class', async () => {
    const run = await started();
    run.frame(note(9));
    assert.equal(Object.getPrototypeOf(of('frame')[0].pictures[0].data), Uint8Array.prototype);
    run.answer(resultOf({ fooling: { saved: pixels(3), original: pixels(1), difference: pixels(2) } as GenerateResult['fooling'] }));
    await turn();
    const { fooling } = of('result')[0].result;
    assert.equal(Object.getPrototypeOf(fooling!.difference!.data), Uint8Array.prototype);
    assert.equal('saved' in fooling!, false, 'the page does not need the picture to be saved');
    assert.deepEqual([...session.picture('picture', 0)!.data], [3, 0, 0, 255], 'which is the one that is exported');
    assert.deepEqual([...session.picture('difference', 0)!.data], [2, 0, 0, 255]);
  });

  it('steers live parameters, takes the default for one that was reset, and leaves the others to the next run', async () => {
    const run = await started();
    run.frame(note(1));
    session.change({ parameters: { rate: 0.9, size: 4 } }, 1);
    session.change({ parameters: { size: 4 } }, 2);
    await turn();
    assert.deepEqual(engine.steered, [{ token: run.token, parameters: { rate: 0.9 } }, { token: run.token, parameters: { rate: 0.5 } }]);
    assert.deepEqual(session.work.parameters, { size: 4 });
    assert.equal(of('state').at(-1)!.serial, 2);
  });

  it('sends together what is moved while a change is on its way', async () => {
    await started();
    let open: () => void = () => {};
    engine.gate = new Promise((resolve) => (open = resolve));
    for (const rate of [0.6, 0.7, 0.8]) session.change({ parameters: { rate, blur: 10 * rate } });
    open();
    await turn();
    assert.deepEqual(engine.steered.map(({ parameters }) => parameters), [{ rate: 0.6, blur: 6 }, { rate: 0.8, blur: 8 }]);
  });

  it('changes what is made without running it', async () => {
    session.change({ classes: [3], seed: 9, parameters: { rate: 2 } }, 5);
    session.change({ layer: 'conv1', classes: [] });
    session.change({ layer: null, classes: [4] });
    await turn();
    assert.deepEqual(session.work, { ...work, classes: [4], seed: 9, parameters: { rate: 2 }, layer: undefined });
    session.change({ generator: 'mix' });
    assert.deepEqual(session.work.parameters, {}, 'another generator has parameters of its own');
    await turn();
    assert.deepEqual([engine.calls.length, engine.steered.length], [0, 0]);
  });

  it('pauses, resumes and stops the run; its picture is kept', async () => {
    const run = await started();
    assert.equal(phase(), 'preparing');
    run.note('Building');
    assert.equal(of('state').at(-1)!.message, 'Building');
    run.frame(note(1));
    assert.equal(phase(), 'running');
    await session.pause(true);
    run.frame(note(2, { paused: true }));
    assert.equal(phase(), 'paused');
    await session.pause(false);
    await session.stop();
    assert.equal(phase(), 'ending');
    assert.deepEqual(engine.steered.map(({ token: _, ...rest }) => rest), [{ paused: true }, { paused: false }, { stop: true }]);
    run.answer(resultOf({ ended: 'stopped', step: 2 }));
    await turn();
    assert.equal(phase(), 'idle');
    assert.equal(of('result')[0].result.ended, 'stopped');
  });

  it('cancels at once: also a run that is stopped before its first step', async () => {
    const run = await started();
    await session.stop();
    assert.ok(run.signal.aborted);
    assert.equal(phase(), 'idle');
    const next = await started();
    next.frame(note(1));
    session.cancel();
    assert.ok(next.signal.aborted);
    next.frame(note(2));
    await turn();
    assert.deepEqual(steps(), [1], 'what comes late is not shown');
    assert.equal(of('error').length, 0, 'being cancelled is no error');
  });

  it('goes on from where a run ended, with its curve, as long as the target is the same', async () => {
    const run = await started();
    run.answer(resultOf({ step: 100 }));
    await turn();
    assert.equal(of('state').at(-1)!.canContinue, true);
    session.change({ parameters: { rate: 0.7 } });
    void session.continue(25);
    while (engine.calls.length < 2) await turn();
    const [, second] = engine.calls;
    assert.equal(second.request.resume, run.token);
    assert.deepEqual(second.request.parameters, { rate: 0.7, steps: 125 });
    second.frame(note(101));
    assert.deepEqual(of('frame')[0].curves[0].steps, [1, 101]);
    second.answer(resultOf({ step: 125 }));
    await turn();
    session.change({ classes: [8] });
    assert.equal(of('state').at(-1)!.canContinue, false);
    await session.continue(25);
    assert.equal(engine.calls.length, 2);
  });

  it('adds steps to a run that is going on', async () => {
    const run = await started();
    run.frame(note(1));
    await session.continue(30);
    assert.deepEqual(engine.steered, [{ token: run.token, more: 30 }]);
    assert.equal(of('state').at(-1)!.work.parameters.steps, 130, 'what the page shows is what is planned');
    await session.continue(5);
    assert.equal(of('state').at(-1)!.work.parameters.steps, 135);
  });

  it('shows a failure and keeps the last frame', async () => {
    const run = await started();
    run.frame(note(3));
    run.fail(new FoveaError('engine-crashed', 'It stopped.', 'Try again.'));
    await turn();
    assert.deepEqual(of('error')[0].actions.map(({ id }) => id), ['retry', 'show-log']);
    assert.equal(phase(), 'idle');
    assert.deepEqual(session.snapshot().slice(-2).map(({ type }) => type), ['error', 'frame']);
    await started();
    assert.ok(!session.snapshot().some(({ type }) => type === 'error'), 'a new run takes it away');
  });

  it('refuses a model without trust, and a picture that is gone', async () => {
    untrusted = work.model;
    await session.start();
    assert.equal(of('error')[0].error.reason, 'model-untrusted');
    assert.equal(engine.calls.length, 0);
    untrusted = undefined;
    engine.gone.add('/gone.png');
    open({ ...work, generator: 'mix', content: 'file:///gone.png', style: 'file:///b.png' });
    await session.describe();
    assert.equal(of('error').at(-1)!.error.reason, 'picture-missing');
  });

  it('takes another model or picture only between runs', async () => {
    const run = await started();
    await session.useModel('bundled:other');
    assert.equal(session.work.model, work.model);
    run.answer(resultOf());
    await turn();
    await session.useModel('bundled:other');
    assert.equal(of('model').at(-1)!.model.reference, 'bundled:other');
    assert.equal(of('state').at(-1)!.canContinue, false);
  });
});
