/** What one result panel shows: the latest request wins, partial results, failures, what a page that starts anew is given. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { FoveaError } from '../../../src/protocol/errors.ts';
import { ExplainBench, resultOf, subject, types } from '../../support/explain-bench.ts';

describe('explain session', () => {
  let bench: ExplainBench;

  beforeEach(() => {
    bench = new ExplainBench();
  });

  it('asks for the subject as it is, with the runtime of the settings', async () => {
    const done = bench.session.explain({ ...subject, class: 7, layer: 'conv5', score: 'probability' });
    assert.deepEqual(bench.engine.explained[0].request, {
      picture: { path: '/pictures/a cat.png' }, model: 'bundled:net', technique: 'grad-cam', class: 7, layer: 'conv5', score: 'probability',
      parameters: {}, seed: 0, preprocessing: undefined, runtime: 'wasm', wantPixels: true, knownPicture: undefined,
    });
    bench.engine.explained[0].answer(resultOf('cat'));
    await done;
    const first = bench.posted.find((message) => message.type === 'subject');
    assert.ok(first?.type === 'subject' && first.pictureName === 'a cat.png');
    assert.equal(bench.session.summary().className, 'cat');
  });

  it('gives a page that starts anew everything, in order, and nothing that is over', async () => {
    const done = bench.session.explain();
    await turn();
    assert.deepEqual(types(bench.session.snapshot()), ['techniques', 'subject', 'model', 'busy']);
    bench.engine.explained[0].answer(resultOf('cat'));
    await done;
    assert.deepEqual(types(bench.session.snapshot()), ['techniques', 'subject', 'model', 'result']);
  });

  it('gives the page bytes that VS Code can carry, though the engine sent a Buffer', async () => {
    await bench.explained({}, { ...resultOf('cat'), pixels: { width: 1, height: 1, data: Buffer.from([1, 2, 3, 4]) } });
    const message = bench.posted.find(({ type }) => type === 'result')!;
    assert.ok(message.type === 'result' && message.result.pixels);
    const { data } = message.result.pixels;
    assert.equal(data.constructor, Uint8Array);
    assert.deepEqual([...data], [1, 2, 3, 4]);
  });

  it('asks for the pixels of a picture once, sends them once, and has them for a page that starts anew', async () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array([1, 2, 3, 4]) };
    const answers = [{ ...resultOf('one'), pixels }, resultOf('two'), { ...resultOf('changed', 'b'), pixels }];
    for (const [i, answer] of answers.entries()) {
      await bench.explained({ class: i }, answer);
      const kept = bench.session.snapshot().find(({ type }) => type === 'result');
      assert.ok(kept?.type === 'result');
      assert.deepEqual([kept.result.class.name, kept.result.pixels], [answer.class.name, pixels]);
    }
    assert.deepEqual(bench.engine.explained.map(({ request }) => request.knownPicture), [undefined, 'a', 'a']);
    const sent = bench.posted.flatMap((message) => (message.type === 'result' ? [message.result.pixels !== undefined] : []));
    assert.deepEqual(sent, [true, false, true], 'again when the file has changed');
  });

  it('describes the model to the page only when that has changed', async () => {
    for (const index of [0, 1]) await bench.explained({ class: index });
    assert.equal(types(bench.posted).filter((type) => type === 'model').length, 1);
  });

  it('lets the latest win: the earlier request is cancelled and its late answer is not shown', async () => {
    const first = bench.session.explain({ ...subject, class: 1 });
    const second = bench.session.explain({ ...subject, class: 2 });
    assert.ok(bench.engine.explained[0].signal.aborted);
    bench.engine.explained[0].answer(resultOf('late'));
    bench.engine.explained[1].answer(resultOf('wanted'));
    await Promise.all([first, second]);
    assert.deepEqual(bench.posted.flatMap((message) => (message.type === 'result' ? message.result.class.name : [])), ['wanted']);
    assert.ok(!types(bench.posted).includes('error'));
  });

  it('cancels without an error and goes back to what was shown', async () => {
    await bench.explained({ class: 1 });
    const second = bench.session.explain({ ...subject, class: 2 });
    bench.session.cancel();
    await second;
    assert.equal(bench.session.subject.class, 1);
    assert.deepEqual(types(bench.posted.slice(-3)), ['subject', 'result', 'announce']);
    assert.ok(!types(bench.posted).includes('error'));
    assert.equal(bench.session.summary().busy, false);
  });

  it('shows partial results as they come, whole to a page that starts anew, and the last one when cancelled', async () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array(4) };
    const done = bench.session.explain();
    bench.engine.partial!({ ...resultOf('one'), pixels });
    const late = bench.engine.partial!;
    late(resultOf('two'));
    const kept = bench.session.snapshot().find(({ type }) => type === 'partial')!;
    assert.ok(kept.type === 'partial' && kept.result.class.name === 'two' && kept.result.pixels, 'the pixels of the first');
    assert.deepEqual(bench.posted.filter(({ type }) => type === 'partial').map((message) => message.type === 'partial' && 'pixels' in message.result), [true, false]);
    bench.session.cancel();
    await done;
    late(resultOf('three'));
    assert.equal(bench.session.summary().className, 'two');
    assert.ok(!types(bench.session.snapshot()).includes('partial'));
  });

  it('shows a failure with what can be done, above the last result, until the next attempt', async () => {
    await bench.explained();
    const second = bench.session.explain();
    bench.engine.explained[1].fail(new FoveaError('engine-crashed', 'It crashed.'));
    await second;
    assert.deepEqual(types(bench.session.snapshot()), ['techniques', 'subject', 'model', 'result', 'error']);
    const error = bench.session.snapshot().at(-1)!;
    assert.deepEqual(error.type === 'error' && error.actions.map(({ id }) => id), ['retry', 'show-log']);
    void bench.session.explain();
    assert.ok(!types(bench.session.snapshot()).includes('error'));
  });

  it('asks the engine nothing about a model that is not trusted', async () => {
    bench.untrusted = subject.model;
    await bench.session.explain();
    await bench.session.strip();
    assert.equal(bench.engine.explained.length, 0);
    assert.equal(bench.session.summary().error, 'model-untrusted');
    await assert.rejects(bench.session.exportTo('/tmp/x.png', { type: 'export', what: 'map', display: { opacity: 1, threshold: 0 } }), /No trust/);
  });

  it('passes progress on, but none of a request that is over', async () => {
    const first = bench.session.explain();
    bench.engine.note!('Compiling');
    const late = bench.engine.note!;
    bench.session.cancel();
    late('Too late');
    await first;
    const busy = bench.posted.flatMap((message) => (message.type === 'busy' ? message.message : []));
    assert.ok(busy.includes('Compiling') && !busy.includes('Too late'), busy.join());
  });
});
