/** The engine as a process: what crosses its border, how it is cancelled, and how it ends. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createBirpc, type BirpcReturn } from 'birpc';
import { findPackageRoot } from '../../../src/engine/package-root.ts';
import { cancelMethod, type Answer, type Notification, type Request } from '../../../src/protocol/channel.ts';
import { notifications, requests, type ExplainRequest, type ProgressNote } from '../../../src/protocol/engine.ts';
import { frameNotification, generateRequests, type FrameNote } from '../../../src/protocol/generate.ts';
import type { ErrorData } from '../../../src/protocol/errors.ts';
import { trustRequests } from '../../../src/protocol/trust.ts';
import { useEngine } from '../../support/engine-rig.ts';

const root = findPackageRoot();

type Functions = Record<string, (...values: unknown[]) => unknown>;

/** What the engine answered in place of a result. */
class Refusal extends Error {
  constructor(readonly data: ErrorData) {
    super(data.message);
  }
}

describe('the engine process', () => {
  const { request } = useEngine();
  let child: ChildProcess;
  let rpc: BirpcReturn<Functions, Functions, false>;
  let functions: Functions;
  let requestsSent = 0;
  let errors: string;

  function start(...options: string[]): void {
    child = fork(path.join(root, 'src/engine/server.ts'), options, {
      cwd: root, execArgv: ['--import', 'tsx'], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    errors = '';
    child.stderr?.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
    functions = {};
    rpc = createBirpc<Functions, Functions, false>(functions, {
      proxify: false, timeout: -1, post: (message: object) => { child.send(message); }, on: (receive) => { child.on('message', receive); },
    });
  }

  /** Without the client's channel, which gives a cancelled request up before it is answered. */
  async function send<P, R>({ method }: Request<P, R>, params: P, id = ++requestsSent): Promise<R> {
    const answer = await rpc.$call(method, params, id) as Answer;
    if ('error' in answer) throw new Refusal(answer.error);
    return answer.result as R;
  }

  function cancel(id: number): void {
    void rpc.$callEvent(cancelMethod, id);
  }

  function heard<P>({ method }: Notification<P>, listener: (params: P) => void): void {
    functions[method] = listener as Functions[string];
  }

  afterEach(async () => {
    rpc.$close();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  async function failure(promise: Promise<unknown>): Promise<ErrorData> {
    const error: unknown = await promise.then(() => assert.fail('it answered'), (reason: unknown) => reason);
    assert.ok(error instanceof Refusal, String(error));
    return error.data;
  }

  it('checks and evaluates, with maps as typed arrays and progress to whoever asked for it', async () => {
    start();
    const notes: ProgressNote[] = [];
    heard(notifications.progress, (note) => { notes.push(note); });
    const asked = { ...await request(), token: 'eight' };
    const checked = await send(trustRequests.check, asked);
    assert.ok([checked.map, checked.edges.map, ...checked.steps.map(({ map }) => map)].every(({ values }) => values instanceof Float32Array));
    assert.deepEqual(checked.steps.map(({ layers }) => layers), [1, 2, 3]);
    assert.ok(notes.some(({ token, fraction }) => token === 'eight' && fraction === 1 / 3));
    const evaluated = await send(trustRequests.evaluate, { ...asked, metrics: ['sparseness'] });
    assert.deepEqual(evaluated.evaluations.map(({ id }) => id), ['sparseness']);
  });

  it('answers with typed arrays, notes of progress to whoever asked for them, and errors as data', async () => {
    start();
    const notes: ProgressNote[] = [];
    heard(notifications.progress, (note) => { notes.push(note); });
    const asked: ExplainRequest = { ...await request(), wantPixels: true, token: 'seven' };
    const result = await send(requests.explain, asked);
    assert.ok(result.map.values instanceof Float32Array);
    assert.ok(result.pixels?.data instanceof Uint8Array);
    assert.deepEqual([result.map.values.length, result.pixels.data.length], [16, 480]);
    assert.ok(notes.length > 0 && notes.every(({ token }) => token === 'seven'));

    const error = await failure(send(requests.explain, { ...asked, layer: 'featurs' }));
    assert.deepEqual([error.reason, /"featurs"/.test(error.message), /"features"/.test(error.help)], ['layer-unknown', true, true]);
    assert.equal((await failure(send(requests.describeModel, { model: '/none.onnx' }))).reason, 'model-missing');

    const described = await send(requests.describeModel, { model: asked.model });
    assert.deepEqual(described.layers.map(({ name }) => name), ['conv', 'relu', 'features', 'features/relu']);
    assert.equal((await send(requests.layerStrip, asked)).length, 4);
    assert.equal((await send(requests.predict, asked)).predictions.length, 4);
    assert.deepEqual((await send(requests.techniques, undefined)).map(({ id }) => id).slice(0, 1), ['grad-cam']);
    assert.match((await send(requests.bundledModels, undefined))[0].reference, /^bundled:/);
    const status = await send(requests.status, undefined);
    assert.ok(status.memory > 1e6 && status.runtimes.some(({ id, available }) => id === 'onnxruntime' && available));
    assert.equal(errors, '');
  });

  it('answers a cancelled request with the reason, also one that waits behind another, and goes on', async () => {
    start();
    const asked = await request();
    const [{ reference }] = await send(requests.bundledModels, undefined);
    const [running, waiting] = [1001, 1002];
    // All layers of the bundled model: seconds of work, where cancelling is a matter of milliseconds.
    const first = failure(send(requests.layerStrip, { ...asked, model: reference, token: 'first' }, running));
    const second = failure(send(requests.explain, asked, waiting));
    heard(notifications.progress, () => { cancel(running); });
    cancel(waiting);
    assert.deepEqual((await Promise.all([first, second])).map(({ reason }) => reason), ['cancelled', 'cancelled']);
    assert.equal((await send(requests.explain, asked)).map.width, 4);
  });

  it('sends frames of a picture that is being made, and steers it at once', async () => {
    start();
    const asked = await request();
    const frames: FrameNote[] = [];
    const making = send(generateRequests.generate, {
      generator: 'class-visualization', model: asked.model, classes: [1], parameters: { steps: 10_000 }, token: 'dream',
    });
    await new Promise<void>((resolve) => {
      heard(frameNotification, (note) => {
        frames.push(note);
        if (note.step > 0) resolve();
      });
    });
    assert.equal(await send(generateRequests.steer, { token: 'dream', paused: true }), true);
    // The queue is free while a run is paused.
    assert.equal((await send(requests.explain, asked)).map.width, 4);
    assert.equal((await failure(send(generateRequests.steer, { token: 'dream', parameters: { pictures: 2 } }))).reason, 'parameter-invalid');
    await send(generateRequests.steer, { token: 'dream', stop: true });
    const result = await making;
    assert.deepEqual([result.ended, result.pictures[0].data instanceof Uint8Array], ['stopped', true]);
    assert.ok(frames.every(({ token, pictures }) => token === 'dream' && pictures[0].data instanceof Uint8Array));
    assert.equal(await send(generateRequests.steer, { token: 'dream', stop: true }), false);
    assert.ok((await send(generateRequests.generators, {})).some(({ id }) => id === 'pgd'));
  });

  it('ends by itself, with exit code 0, after a while without requests', async () => {
    start('--idle-seconds=0.3');
    await send(requests.techniques, undefined);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends when its parent lets go of it', async () => {
    start();
    await send(requests.techniques, undefined);
    child.disconnect();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends with a failure that is seen when it is killed in mid-run', async () => {
    start();
    const asked = { ...await request(), token: 'x' };
    const answered = send(requests.explain, asked).then(() => true, () => false);
    heard(notifications.progress, () => { child.kill('SIGKILL'); });
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    rpc.$close();
    assert.equal(await answered, false);
  });
});
