/** What a studio keeps of its runs: what can be gone on with, what is shown of kept runs, and pictures that are gone. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { StudioSession } from '../../../src/extension/studio/studio-session.ts';
import { FoveaError } from '../../../src/protocol/errors.ts';
import type { GenerateResult } from '../../../src/protocol/generate.ts';
import type { MadeRecipe } from '../../../src/protocol/recipe.ts';
import type { StudioHostMessage, Work } from '../../../src/protocol/studio-panel.ts';
import { ManualEngine, note, resultOf, work, type Call } from '../../support/manual-studio-engine.ts';

const history = { parameters: { steps: 100 }, steered: [], identity: 'x' };
const saved = { parameters: { steps: 60 }, steered: [{ step: 5, parameters: { rate: 0.9 } }], stopped: 40 } as unknown as MadeRecipe;

describe('the runs of a studio', () => {
  let engine: ManualEngine;
  let posted: StudioHostMessage[];
  let session: StudioSession;
  let kept: { result: GenerateResult; work: Work }[];

  function open(what: Work): void {
    session = new StudioSession(what, engine, {
      post: (message) => posted.push(message), picturePath: (uri) => uri.slice('file://'.length), checkModel: () => undefined, runtime: () => 'wasm',
      made: async (result, made) => {
        kept.push({ result, work: made });
        return `run ${kept.length}`;
      },
      notes: () => ['The picture has changed.'], changed: () => undefined,
    });
  }

  beforeEach(() => {
    engine = new ManualEngine();
    posted = [];
    kept = [];
    open(work);
  });

  const of = <T extends StudioHostMessage['type']>(type: T) => posted.filter((message): message is Extract<StudioHostMessage, { type: T }> => message.type === type);
  const state = () => of('state').at(-1)!;
  const said = () => of('announce').map(({ message }) => message).join('; ');

  /** The request that comes next. */
  async function next(act: () => unknown): Promise<Call> {
    const before = engine.calls.length;
    void act();
    while (engine.calls.length === before) await turn();
    return engine.calls[before];
  }

  async function finished(patch: Partial<GenerateResult> = {}): Promise<Call> {
    const run = await next(() => session.start());
    run.answer(resultOf({ history, ...patch }));
    await turn();
    return run;
  }

  it('are kept, and the page is told as which, until another begins', async () => {
    await finished();
    assert.deepEqual(kept.map(({ work: made }) => made), [work]);
    assert.equal(session.runId, 'run 1');
    const run = await next(() => session.start());
    run.frame(note(1));
    await session.pause(true);
    run.frame(note(2, { paused: true }));
    assert.equal(session.shownResult, undefined, 'a frame is no result to take along');
    assert.equal(session.runId, undefined);
  });

  it('go on from the pictures, and say so, where the engine has ended since', async () => {
    const run = await finished();
    assert.equal(state().fromPictures, false, 'as far as is known');
    const second = await next(() => session.continue(25));
    assert.equal(second.request.resume, run.token);
    const third = await next(() => second.fail(new FoveaError('run-lost', 'Not kept.')));
    assert.match(said(), /engine has ended since.*rounded to 8 bits/);
    assert.equal(third.request.resume, undefined);
    const { pictures, step, curves, history: past } = third.request.from!;
    assert.deepEqual([pictures.map(({ data }) => data[0]), step, curves, past], [[99], 100, [{ step: 1, values: { score: 1 } }], history]);
    assert.deepEqual(third.request.parameters, { steps: 125 });
    third.frame(note(101));
    assert.deepEqual(of('frame').at(-1)!.curves[0].steps, [1, 101], 'the curve goes on');
    assert.equal(of('error').length, 0);
  });

  it('go on from the last frame after a crash, with all points of the curve', async () => {
    const run = await next(() => session.start());
    run.frame(note(3));
    run.frame(note(4));
    run.fail(new FoveaError('engine-crashed', 'It stopped.', 'Try again.'));
    await turn();
    assert.deepEqual([state().canContinue, state().fromPictures], [true, true]);
    const { request } = await next(() => session.continue(10));
    assert.deepEqual([request.from!.step, request.from!.curves.map(({ step }) => step), request.parameters], [4, [3, 4], { steps: 14 }]);
    assert.equal(request.from!.history.identity, 'x');
  });

  it('go on from the last frame after they were cancelled, but not from one that shows the start', async () => {
    const run = await next(() => session.start());
    run.frame(note(0));
    session.cancel();
    assert.equal(state().canContinue, false);
    const other = await next(() => session.start());
    other.frame(note(7));
    session.cancel();
    assert.deepEqual([state().canContinue, state().fromPictures], [true, true]);
  });

  it('cannot be gone on with where the target does not respond, or the generator has one step', async () => {
    await finished({ ended: 'dead' });
    assert.equal(state().canContinue, false);
    open({ ...work, generator: 'mix', content: 'file:///a.png', style: 'file:///b.png', classes: [] });
    await finished();
    assert.equal(state().canContinue, false);
  });

  it('that are kept are shown as they are, without the engine making anything, and go on from their pictures', async () => {
    session.adopt(resultOf({ history }), 'old');
    await session.describe();
    assert.equal(of('result').length, 1);
    assert.deepEqual([session.runId, kept.length, engine.calls.length], ['old', 0, 0]);
    assert.deepEqual([state().canContinue, state().fromPictures], [true, true]);
    const { request } = await next(() => session.continue(1));
    assert.equal(request.from!.step, 100);
  });

  it('that were made elsewhere are kept from now on', async () => {
    session.adopt(resultOf({ history }));
    await turn();
    assert.deepEqual([kept.length, session.runId], [1, 'run 1']);
  });

  it('are made once more as their recipe says, with what happened on the way; the form shows what they ended with', async () => {
    const ended = { ...work, seed: 5, parameters: { steps: 60, rate: 0.9 } };
    const run = await next(() => session.replay(saved, ended));
    assert.deepEqual(run.request.parameters, { steps: 60 });
    assert.deepEqual(run.request.replay, { steered: saved.steered, continued: undefined, stopped: 40 });
    assert.equal(run.request.seed, 5);
    run.answer(resultOf({ history }));
    await turn();
    assert.deepEqual(state().work.parameters, { steps: 60, rate: 0.9 });
    assert.deepEqual(of('result').at(-1)!.result.notes, ['The picture has changed.']);
    assert.equal(state().canContinue, true);
  });

  const mix: Work = { ...work, generator: 'mix', content: 'file:///a.png', style: 'file:///b.png', classes: [] };

  it('have what they need of a picture that goes while they run: it is said, and is no failure', async () => {
    open(mix);
    await session.describe();
    const run = await next(() => session.start());
    run.frame(note(1));
    engine.gone.add('/b.png');
    await session.lookAgain();
    assert.match(said(), /Gone\. This run has what it needs of it/);
    assert.deepEqual([state().missing, of('error').length], [['style'], 0]);
    assert.ok(of('sources').at(-1)!.pictures.style, 'what the run was given is still shown');
    run.answer(resultOf({ history }));
    await turn();
    assert.equal(of('result').length, 1);
    engine.gone.clear();
    await session.lookAgain();
    assert.deepEqual(state().missing, []);
  });

  it('are shown although a picture is gone that they were made of; what is missing is marked, and a new run fails in words', async () => {
    engine.gone.add('/a.png');
    open(mix);
    session.adopt(resultOf({ history }), 'old');
    await session.describe();
    assert.deepEqual([state().missing, of('error').length], [['content'], 0]);
    const run = await next(() => session.start());
    run.fail(new FoveaError('picture-missing', 'Gone.', 'Choose another.'));
    await turn();
    assert.equal(of('error')[0].error.reason, 'picture-missing');
  });

  it('of a picture that is not there fail in words when a studio opens', async () => {
    engine.gone.add('/a.png');
    open(mix);
    await session.describe();
    assert.deepEqual([of('error')[0].error.reason, state().missing], ['picture-missing', ['content']]);
    assert.deepEqual(Object.keys(of('sources').at(-1)!.pictures), ['style'], 'the other one is shown');
  });

  it('keep the chosen preprocessing, until another model is chosen', async () => {
    const preprocessing = { width: 4, height: 4 } as Work['preprocessing'];
    open({ ...work, preprocessing });
    const run = await finished();
    assert.equal(run.request.preprocessing, preprocessing);
    await session.useModel('bundled:other');
    assert.equal(session.work.preprocessing, undefined);
  });
});
