import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { CompareSession } from '../../../src/extension/compare/compare-session.ts';
import type { CallOptions } from '../../../src/extension/engine-client.ts';
import type { CompareHostMessage } from '../../../src/protocol/compare-panel.ts';
import { subjectKey } from '../../../src/protocol/comparison.ts';
import type { ExplainRequest, ExplainResult } from '../../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';

const subject: Subject = { picture: 'file:///p/a.png', model: 'bundled:net', technique: 'grad-cam', class: 'top', score: 'logit', parameters: {}, seed: 0 };
const subjects: Subject[] = [subject, { ...subject, technique: 'saliency' }, { ...subject, picture: 'file:///p/b.png', technique: 'rise' }];
const names = { techniques: { 'grad-cam': 'Grad-CAM', saliency: 'Saliency', rise: 'RISE' }, models: {} };

/** An engine whose answers the test gives. */
class ManualEngine {
  readonly calls: { request: ExplainRequest; answer: (result: ExplainResult) => void; fail: (error: unknown) => void; options: CallOptions }[] = [];

  explain = (request: ExplainRequest, options: CallOptions = {}): Promise<ExplainResult> => new Promise((answer, fail) => {
    options.signal!.addEventListener('abort', () => fail(new CancelledError()));
    this.calls.push({ request, answer, fail, options });
  });
}

const pixels = { width: 1, height: 1, data: Buffer.from([1, 2, 3, 4]) };
const resultOf = (name: string): ExplainResult => ({ class: { name }, pixels } as unknown as ExplainResult);

describe('compare session', () => {
  let engine: ManualEngine;
  let posted: CompareHostMessage[];
  let session: CompareSession;
  let untrusted: string | undefined;
  let edited: number;

  beforeEach(() => {
    engine = new ManualEngine();
    posted = [];
    untrusted = undefined;
    edited = 0;
    session = new CompareSession({ subjects }, engine, {
      post: (message) => posted.push(message),
      picturePath: (uri) => uri.slice('file://'.length),
      checkModel: (model) => {
        if (model === untrusted) throw new FoveaError('model-untrusted', 'No trust.');
      },
      runtime: () => 'wasm',
      names: () => names,
      edited: () => edited++,
    });
  });

  const states = (): string[] => session.snapshot().flatMap((message) => (message.type === 'cell' ? message.cell.state : []));
  const answerAll = async (): Promise<void> => {
    for (let at = 0; at < subjects.length; at++) {
      engine.calls[at].answer(resultOf(`class ${at}`));
      await turn();
    }
  };

  it('explains one after another, in order', async () => {
    const done = session.run();
    assert.deepEqual(states(), ['busy', 'waiting', 'waiting']);
    assert.equal(engine.calls.length, 1);
    engine.calls[0].answer(resultOf('one'));
    await turn();
    assert.deepEqual(states(), ['done', 'busy', 'waiting']);
    assert.equal(engine.calls.length, 2);
    engine.calls[1].answer(resultOf('two'));
    await turn();
    engine.calls[2].answer(resultOf('three'));
    await done;
    assert.deepEqual(states(), ['done', 'done', 'done']);
    assert.deepEqual(engine.calls.map(({ request }) => request.technique), ['grad-cam', 'saliency', 'rise']);
    assert.equal(session.busy, false);
  });

  it('asks for the pixels of a picture once, and gives the page bytes that VS Code can carry', async () => {
    const done = session.run();
    await answerAll();
    await done;
    assert.deepEqual(engine.calls.map(({ request }) => request.wantPixels), [true, false, true]);
    const pictures = posted.flatMap((message) => (message.type === 'picture' ? [message] : []));
    assert.deepEqual(pictures.map(({ picture }) => picture), ['file:///p/a.png', 'file:///p/b.png']);
    assert.equal(pictures[0].pixels.data.constructor, Uint8Array);
    assert.deepEqual([...pictures[0].pixels.data], [1, 2, 3, 4]);
    for (const message of posted) if (message.type === 'cell' && message.cell.state === 'done') assert.ok(!('pixels' in message.cell.result));
  });

  it('gives a page that starts anew everything: what is compared, then pictures, then cells', async () => {
    const done = session.run();
    engine.calls[0].answer(resultOf('one'));
    await turn();
    assert.deepEqual(session.snapshot().map(({ type }) => type), ['comparison', 'picture', 'cell', 'cell', 'cell']);
    session.cancel();
    await done;
  });

  it('stops when cancelled, keeps what a sampling technique had, and goes on from there', async () => {
    const done = session.run();
    engine.calls[0].answer(resultOf('one'));
    await turn();
    const { onPartial, onProgress } = engine.calls[1].options;
    onPartial!({ ...resultOf('sofar'), samples: { done: 5, total: 10 } });
    session.cancel();
    await done;
    onPartial!(resultOf('late'));
    onProgress!({ token: '', message: 'late' });
    assert.deepEqual(states(), ['done', 'stopped', 'stopped']);
    const cell = session.snapshot().filter((message) => message.type === 'cell')[1].cell;
    assert.ok(cell.state === 'stopped' && cell.result?.class.name === 'sofar');
    assert.equal(engine.calls.length, 2);

    const again = session.run();
    assert.deepEqual(states(), ['done', 'busy', 'waiting']);
    engine.calls[2].answer(resultOf('two'));
    await turn();
    engine.calls[3].answer(resultOf('three'));
    await again;
    assert.deepEqual(engine.calls.map(({ request }) => request.technique), ['grad-cam', 'saliency', 'saliency', 'rise']);
  });

  it('shows a failure in its cell and goes on with the next', async () => {
    const done = session.run();
    engine.calls[0].fail(new FoveaError('layer-unsuitable', 'No map there.'));
    await turn();
    engine.calls[1].answer(resultOf('two'));
    await turn();
    engine.calls[2].answer(resultOf('three'));
    await done;
    assert.deepEqual(states(), ['failed', 'done', 'done']);
    assert.equal(session.resultAt(0), undefined);
    assert.equal(session.resultAt(1)?.class.name, 'two');
  });

  it('asks the engine nothing about a model that is not trusted, and everything once it is', async () => {
    untrusted = subject.model;
    await session.run();
    assert.equal(engine.calls.length, 0);
    assert.deepEqual(states(), ['failed', 'failed', 'failed']);
    untrusted = undefined;
    const done = session.run();
    await answerAll();
    await done;
    assert.deepEqual(states(), ['done', 'done', 'done']);
  });

  it('makes the results of a changed picture again, with its new pixels', async () => {
    const done = session.run();
    await answerAll();
    await done;
    const again = session.refresh('file:///p/b.png');
    assert.deepEqual(states(), ['done', 'done', 'busy']);
    assert.equal(engine.calls[3].request.wantPixels, true);
    engine.calls[3].answer(resultOf('new'));
    await again;
    assert.equal(session.resultAt(2)?.class.name, 'new');
  });

  it('lets a second start take the place of the first', async () => {
    const first = session.run();
    const second = session.run();
    assert.ok(engine.calls[0].options.signal!.aborted);
    await first;
    engine.calls[1].answer(resultOf('one'));
    await turn();
    engine.calls[2].answer(resultOf('two'));
    await turn();
    engine.calls[3].answer(resultOf('three'));
    await second;
    assert.deepEqual(states(), ['done', 'done', 'done']);
  });

  describe('edited', () => {
    const [first, second, third] = subjects.map(subjectKey);
    const techniques = (): string[] => session.comparison.subjects.map(({ technique }) => technique);
    const last = (): Extract<CompareHostMessage, { type: 'comparison' }> => posted.findLast((message) => message.type === 'comparison')!;

    beforeEach(async () => {
      const done = session.run();
      await answerAll();
      await done;
    });

    it('keeps results through removing, moving, undo and redo, and explains nothing twice', async () => {
      await session.replace(first);
      assert.deepEqual(techniques(), ['saliency', 'rise']);
      await session.move(third, 0);
      assert.deepEqual(techniques(), ['rise', 'saliency']);
      assert.deepEqual([last().canUndo, last().canRedo], [true, false]);
      await session.undo();
      await session.undo();
      assert.deepEqual(techniques(), ['grad-cam', 'saliency', 'rise']);
      assert.deepEqual([last().canUndo, last().canRedo], [false, true]);
      await session.redo();
      assert.deepEqual(techniques(), ['saliency', 'rise']);
      assert.deepEqual(states(), ['done', 'done']);
      assert.equal(engine.calls.length, 3);
      assert.equal(edited, 5, 'title and watchers follow');
    });

    it('explains what is new, and nothing else', async () => {
      const changed = session.replace(second, { ...subjects[1], technique: 'occlusion' });
      assert.deepEqual(states(), ['done', 'busy', 'done']);
      const added = session.add([{ ...subject, class: 3 }, { ...subject, class: 4 }]);
      assert.deepEqual(states(), ['done', 'busy', 'done', 'waiting', 'waiting']);
      for (const at of [3, 4, 5]) {
        engine.calls[at].answer(resultOf(`new ${at}`));
        await turn();
      }
      await Promise.all([changed, added]);
      assert.deepEqual(states(), Array(5).fill('done'));
      assert.deepEqual(engine.calls.slice(3).map(({ request }) => [request.technique, request.class]), [['occlusion', 'top'], ['grad-cam', 3], ['grad-cam', 4]]);
      assert.equal(session.busy, false);
    });

    it('stops explaining what was taken away, and goes on with the next', async () => {
      const added = session.add([{ ...subject, class: 3 }, { ...subject, class: 4 }]);
      const removed = session.replace(subjectKey({ ...subject, class: 3 }));
      assert.ok(engine.calls[3].options.signal!.aborted);
      await turn();
      engine.calls[4].answer(resultOf('four'));
      await Promise.all([added, removed]);
      assert.deepEqual(states(), Array(4).fill('done'));
    });

    it('never has a subject twice, never is empty, and has room for so many', async () => {
      await session.add([subjects[0]]);
      assert.equal(session.comparison.subjects.length, 3);
      assert.match(JSON.stringify(posted.at(-1)), /compared already/);
      await assert.rejects(session.add(Array.from({ length: 30 }, (_, at) => ({ ...subject, class: at }))), (error) => error instanceof FoveaError && /room for 24/.test(error.message));
      for (const key of [first, second, third]) await session.replace(key);
      assert.deepEqual(techniques(), ['rise']);
    });

    it('leaves what was stopped alone', async () => {
      const added = session.add([{ ...subject, class: 3 }, { ...subject, class: 4 }]);
      session.cancel();
      await added;
      await session.replace(first);
      assert.deepEqual(states(), ['done', 'done', 'stopped', 'stopped']);
      assert.equal(engine.calls.length, 4);
    });
  });
});
