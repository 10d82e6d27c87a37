import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { ExplainSession, type SessionEngine, type SessionHost } from '../../../src/extension/explain-session.ts';
import type { ExplainRequest, ExplainResult, LayerStripEntry, ModelDescription, PredictRequest } from '../../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import { preprocessingSchema } from '../../../src/protocol/preprocessing.ts';
import { preprocessingPresets } from '../../../src/protocol/preprocessing-presets.ts';
import type { HostMessage, Subject } from '../../../src/protocol/result-panel.ts';
import type { CheckRequest, CheckResult } from '../../../src/protocol/trust.ts';

const subject: Subject = { picture: 'file:///pictures/a%20cat.png', model: 'bundled:net', technique: 'grad-cam', class: 'top', score: 'logit', parameters: {}, seed: 0 };
const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 });

/** An engine whose answers the test gives, one by one. */
class ManualEngine implements SessionEngine {
  readonly explained: {
    request: ExplainRequest;
    answer: (result: ExplainResult) => void;
    fail: (error: unknown) => void;
    signal: AbortSignal;
  }[] = [];
  readonly predicted: PredictRequest[] = [];
  readonly checked: { request: CheckRequest; answer: (result: CheckResult) => void; signal: AbortSignal }[] = [];
  note: ((message: string) => void) | undefined;
  partial: ((result: ExplainResult) => void) | undefined;

  explain: SessionEngine['explain'] = (request, { signal, onProgress, onPartial } = {}) => new Promise((answer, fail) => {
    this.note = (message) => onProgress?.({ token: '', message });
    this.partial = onPartial;
    signal!.addEventListener('abort', () => fail(new CancelledError()));
    this.explained.push({ request, answer, fail, signal: signal! });
  });

  check: SessionEngine['check'] = (request, { signal } = {}) => new Promise((answer, fail) => {
    signal!.addEventListener('abort', () => fail(new CancelledError()));
    this.checked.push({ request, answer, signal: signal! });
  });

  /** The first check, which leaves the result alone for a moment. */
  async asked(): Promise<ManualEngine['checked'][number]> {
    for (let i = 0; i < 100 && this.checked.length === 0; i++) await sleep(10);
    return this.checked[0];
  }

  planEvaluation: SessionEngine['planEvaluation'] = async () => [];
  evaluate: SessionEngine['evaluate'] = () => Promise.reject(new CancelledError());
  describeModel: SessionEngine['describeModel'] = async () => ({ title: 'Net', preprocessing } as ModelDescription);
  techniques: SessionEngine['techniques'] = async () => [];
  layerStrip: SessionEngine['layerStrip'] = async () => [{} as LayerStripEntry];
  exportResult: SessionEngine['exportResult'] = async ({ file }) => ({ file });
  predict: SessionEngine['predict'] = async (request) => {
    this.predicted.push(request);
    return { predictions: [], preprocessing: request.preprocessing! };
  };
}

const resultOf = (name: string, hash = 'a'): ExplainResult => ({
  class: { name }, notes: [] as string[], milliseconds: { run: 20 }, recipe: { picture: { hash }, model: { hash: 'm' }, parameters: {} },
} as ExplainResult);

describe('explain session', () => {
  let engine: ManualEngine;
  let posted: HostMessage[];
  let session: ExplainSession;
  let untrusted: string | undefined;
  let badge: boolean;

  beforeEach(() => {
    engine = new ManualEngine();
    posted = [];
    untrusted = undefined;
    badge = false;
    const host: SessionHost = {
      post: (message) => posted.push(message),
      picturePath: (uri) => decodeURIComponent(uri.slice('file://'.length)),
      pictureHash: async () => 'a',
      checkModel: (model) => {
        if (model === untrusted) throw new FoveaError('model-untrusted', 'No trust.');
      },
      runtime: () => 'wasm',
      sanityBadge: () => badge,
      notes: () => [],
      explained: () => {},
      changed: () => {},
    };
    session = new ExplainSession(subject, engine, host);
  });

  const types = (messages: HostMessage[]): string[] => messages.map((message) => message.type);

  it('asks for the subject as it is, with the runtime of the settings', async () => {
    const done = session.explain({ ...subject, class: 7, layer: 'conv5', score: 'probability' });
    assert.deepEqual(engine.explained[0].request, {
      picture: { path: '/pictures/a cat.png' }, model: 'bundled:net', technique: 'grad-cam', class: 7, layer: 'conv5', score: 'probability',
      parameters: {}, seed: 0, preprocessing: undefined, runtime: 'wasm', wantPixels: true, knownPicture: undefined,
    });
    engine.explained[0].answer(resultOf('cat'));
    await done;
    const first = posted.find((message) => message.type === 'subject');
    assert.ok(first?.type === 'subject' && first.pictureName === 'a cat.png');
    assert.equal(session.summary().className, 'cat');
  });

  it('gives a page that starts anew everything, in order, and nothing that is over', async () => {
    const done = session.explain();
    await turn();
    assert.deepEqual(types(session.snapshot()), ['techniques', 'subject', 'model', 'busy']);
    engine.explained[0].answer(resultOf('cat'));
    await done;
    assert.deepEqual(types(session.snapshot()), ['techniques', 'subject', 'model', 'result']);
  });

  it('gives the page bytes that VS Code can carry, though the engine sent a Buffer', async () => {
    const done = session.explain();
    engine.explained[0].answer({ ...resultOf('cat'), pixels: { width: 1, height: 1, data: Buffer.from([1, 2, 3, 4]) } });
    await done;
    const message = posted.find(({ type }) => type === 'result')!;
    assert.ok(message.type === 'result' && message.result.pixels);
    const { data } = message.result.pixels;
    assert.equal(data.constructor, Uint8Array);
    assert.deepEqual([...data], [1, 2, 3, 4]);
  });

  it('asks for the pixels of a picture once, sends them once, and has them for a page that starts anew', async () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array([1, 2, 3, 4]) };
    const answers = [{ ...resultOf('one'), pixels }, resultOf('two'), { ...resultOf('changed', 'b'), pixels }];
    for (const [i, answer] of answers.entries()) {
      const done = session.explain({ ...subject, class: i });
      engine.explained[i].answer(answer);
      await done;
      const kept = session.snapshot().find(({ type }) => type === 'result');
      assert.ok(kept?.type === 'result');
      assert.deepEqual([kept.result.class.name, kept.result.pixels], [answer.class.name, pixels]);
    }
    assert.deepEqual(engine.explained.map(({ request }) => request.knownPicture), [undefined, 'a', 'a']);
    const sent = posted.flatMap((message) => (message.type === 'result' ? [message.result.pixels !== undefined] : []));
    assert.deepEqual(sent, [true, false, true], 'again when the file has changed');
  });

  it('describes the model to the page only when that has changed', async () => {
    for (const i of [0, 1]) {
      const done = session.explain({ ...subject, class: i });
      engine.explained[i].answer(resultOf('cat'));
      await done;
    }
    assert.equal(types(posted).filter((type) => type === 'model').length, 1);
  });

  it('lets the latest win: the earlier request is cancelled and its late answer is not shown', async () => {
    const first = session.explain({ ...subject, class: 1 });
    const second = session.explain({ ...subject, class: 2 });
    assert.ok(engine.explained[0].signal.aborted);
    engine.explained[0].answer(resultOf('late'));
    engine.explained[1].answer(resultOf('wanted'));
    await Promise.all([first, second]);
    assert.deepEqual(posted.flatMap((message) => (message.type === 'result' ? message.result.class.name : [])), ['wanted']);
    assert.ok(!types(posted).includes('error'));
  });

  it('cancels without an error and goes back to what was shown', async () => {
    const first = session.explain({ ...subject, class: 1 });
    engine.explained[0].answer(resultOf('one'));
    await first;
    const second = session.explain({ ...subject, class: 2 });
    session.cancel();
    await second;
    assert.equal(session.subject.class, 1);
    assert.deepEqual(types(posted.slice(-3)), ['subject', 'result', 'announce']);
    assert.ok(!types(posted).includes('error'));
    assert.equal(session.summary().busy, false);
  });

  it('shows partial results as they come, whole to a page that starts anew, and the last one when cancelled', async () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array(4) };
    const done = session.explain();
    engine.partial!({ ...resultOf('one'), pixels });
    const late = engine.partial!;
    late(resultOf('two'));
    const kept = session.snapshot().find(({ type }) => type === 'partial')!;
    assert.ok(kept.type === 'partial' && kept.result.class.name === 'two' && kept.result.pixels, 'the pixels of the first');
    assert.deepEqual(posted.filter(({ type }) => type === 'partial').map((message) => message.type === 'partial' && 'pixels' in message.result), [true, false]);
    session.cancel();
    await done;
    late(resultOf('three'));
    assert.equal(session.summary().className, 'two');
    assert.ok(!types(session.snapshot()).includes('partial'));
  });

  it('shows a failure with what can be done, above the last result, until the next attempt', async () => {
    const first = session.explain();
    engine.explained[0].answer(resultOf('one'));
    await first;
    const second = session.explain();
    engine.explained[1].fail(new FoveaError('engine-crashed', 'It crashed.'));
    await second;
    assert.deepEqual(types(session.snapshot()), ['techniques', 'subject', 'model', 'result', 'error']);
    const error = session.snapshot().at(-1)!;
    assert.deepEqual(error.type === 'error' && error.actions.map(({ id }) => id), ['retry', 'show-log']);
    void session.explain();
    assert.ok(!types(session.snapshot()).includes('error'));
  });

  it('asks the engine nothing about a model that is not trusted', async () => {
    untrusted = subject.model;
    await session.explain();
    await session.strip();
    assert.equal(engine.explained.length, 0);
    assert.equal(session.summary().error, 'model-untrusted');
    await assert.rejects(session.exportTo('/tmp/x.png', { type: 'export', what: 'map', display: { opacity: 1, threshold: 0 } }), /No trust/);
  });

  it('keeps the strip while only the layer changes, and drops it with the class', async () => {
    const answered = async (next: Subject): Promise<void> => {
      const done = session.explain(next);
      engine.explained.at(-1)!.answer(resultOf('x'));
      await done;
    };
    await answered(subject);
    await session.strip();
    await answered({ ...subject, layer: 'conv1' });
    assert.ok(types(session.snapshot()).includes('strip'));
    await answered({ ...subject, layer: 'conv1', class: 3 });
    assert.ok(!types(session.snapshot()).includes('strip'));
  });

  it('lets the strip outlive a change of layer, and stops it with a change of class', async () => {
    let answer: (entries: LayerStripEntry[]) => void = () => {};
    const signals: AbortSignal[] = [];
    engine.layerStrip = (_, { signal } = {}) => new Promise((resolve, reject) => {
      answer = resolve;
      signals.push(signal!);
      signal!.addEventListener('abort', () => reject(new CancelledError()));
    });
    const strip = session.strip();
    void session.explain({ ...subject, layer: 'conv1' });
    assert.equal(signals[0].aborted, false);
    answer([]);
    await strip;
    assert.deepEqual(types(posted).slice(-2), ['strip', 'busy'], 'the map of the layer is still to come');
    const second = session.strip();
    void session.explain({ ...subject, class: 5 });
    assert.ok(signals[1].aborted);
    await second;
    assert.ok(!types(session.snapshot()).includes('strip') && !types(posted).includes('error'));
  });

  it('passes progress on, but none of a request that is over', async () => {
    const first = session.explain();
    engine.note!('Compiling');
    const late = engine.note!;
    session.cancel();
    late('Too late');
    await first;
    const busy = posted.flatMap((message) => (message.type === 'busy' ? message.message : []));
    assert.ok(busy.includes('Compiling') && !busy.includes('Too late'), busy.join());
  });

  it('tries every preset at the model\'s own size, and the present preprocessing where it is none of them', async () => {
    const trials = async (): Promise<{ title: string; current: boolean }[]> => {
      posted.length = 0;
      await session.preprocessingTrials();
      return posted.filter((message) => message.type === 'preprocessing-trials').at(-1)!.trials;
    };
    const known = await trials(); // the schema's defaults are the preset "0 to 1"
    assert.deepEqual(known.map(({ title }) => title), preprocessingPresets.map(({ title }) => title));
    assert.deepEqual(known.filter(({ current }) => current).map(({ title }) => title), ['0 to 1']);
    for (const request of engine.predicted) assert.equal(request.preprocessing?.width, 8);

    void session.usePreprocessing({ ...preprocessing, mean: [0.1, 0.2, 0.3] });
    const own = await trials();
    assert.equal(own.length, known.length + 1);
    assert.deepEqual(own.filter(({ current }) => current).map(({ title }) => title), ['Present']);
  });

  it('uses a corrected preprocessing for the model it was chosen for, and for no other', async () => {
    const corrected = { ...preprocessing, channels: 'bgr' as const };
    void session.usePreprocessing(corrected);
    assert.deepEqual(engine.explained[0].request.preprocessing, corrected);
    void session.explain({ ...subject, model: '/other.onnx' });
    assert.equal(engine.explained[1].request.preprocessing, undefined);
  });

  describe('the sanity check behind the badge', () => {
    const states = (): (string | null)[] => posted.flatMap((message) => (message.type === 'badge' ? message.badge?.state ?? null : []));
    const explainOnce = async (change: Partial<Subject> = {}): Promise<void> => {
      const done = session.explain({ ...subject, ...change });
      engine.explained.at(-1)!.answer(resultOf('cat'));
      await done;
    };

    beforeEach(() => {
      badge = true;
    });

    it('runs after a result, quickly, and is no work that a person waits for', async () => {
      await explainOnce({ class: 3 });
      assert.equal(session.summary().busy, false);
      const { request, answer } = await engine.asked();
      assert.deepEqual([request.quick, request.class, request.technique], [true, 3, 'grad-cam']);
      answer({ technique: 'grad-cam' } as CheckResult);
      await turn();
      assert.deepEqual(states(), ['running', 'done']);
      assert.deepEqual(types(session.snapshot()), ['techniques', 'subject', 'model', 'result', 'badge']);
    });

    it('is not run where no badge is wanted', async () => {
      badge = false;
      await explainOnce();
      assert.deepEqual([engine.checked.length, states()], [0, []]);
    });

    it('gives way to the next request, whose badge is not the old one', async () => {
      await explainOnce();
      const { signal } = await engine.asked();
      void session.explain({ ...subject, class: 9 });
      assert.ok(signal.aborted);
      await turn();
      assert.deepEqual(states(), ['running', null]);
      assert.ok(!types(session.snapshot()).includes('badge'));
    });

    it('ends with the panel', async () => {
      await explainOnce();
      const { signal } = await engine.asked();
      session.dispose();
      assert.ok(signal.aborted);
    });
  });
});
