import assert from 'node:assert/strict';
import { ProgramCache } from '../../../src/engine/program-cache.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Runtime } from '../../../src/runtimes/runtime.ts';

/** A runtime whose programs have as many bytes as their graph's name says; it notes what is compiled and disposed. */
function fakeRuntime(id: Runtime['id'] = 'onnxruntime') {
  const events: string[] = [];
  const runtime: Runtime = {
    id, title: id,
    compile: ({ name }) => {
      events.push(`compile ${name}`);
      return Promise.resolve({ bytes: Number(name), run: () => Promise.resolve({}), dispose: () => { events.push(`dispose ${name}`); return Promise.resolve(); } });
    },
  };
  return { runtime, events };
}

function graph(bytes: number): () => Graph {
  return () => ({ name: String(bytes), opset: 17, inputs: [], outputs: [], nodes: [], initializers: new Map(), values: new Map(), metadata: {} });
}

describe('the cache of programs', () => {
  it('compiles once for a model, a key and a runtime', async () => {
    const cache = new ProgramCache(100);
    const { runtime, events } = fakeRuntime();
    const other = fakeRuntime('wasm');
    const program = await cache.get('m', 'forward', runtime, graph(1));
    assert.equal(await cache.get('m', 'forward', runtime, graph(2)), program);
    await cache.get('n', 'forward', runtime, graph(3));
    await cache.get('m', 'forward', other.runtime, graph(4));
    assert.deepEqual([...events, ...other.events], ['compile 1', 'compile 3', 'compile 4']);
    assert.equal(cache.bytes, 8);
  });

  it('keeps everything during a job and disposes the least recently used between jobs', async () => {
    const cache = new ProgramCache(10);
    const { runtime, events } = fakeRuntime();
    for (const [key, bytes] of [['a', 4], ['b', 5], ['c', 6]] as const) await cache.get('m', key, runtime, graph(bytes));
    await cache.get('m', 'a', runtime, graph(99));
    assert.equal(cache.bytes, 15);
    await cache.shrink();
    assert.deepEqual(events.filter((event) => event.startsWith('dispose')), ['dispose 5']);
    assert.equal(cache.bytes, 10);
  });

  it('does not keep a program that is larger than the limit alone', async () => {
    const cache = new ProgramCache(10);
    const { runtime, events } = fakeRuntime();
    await cache.get('m', 'a', runtime, graph(11));
    await cache.shrink();
    assert.deepEqual(events, ['compile 11', 'dispose 11']);
  });

  it('drops the programs of one model', async () => {
    const cache = new ProgramCache(100);
    const { runtime, events } = fakeRuntime();
    await cache.get('m', 'a', runtime, graph(1));
    await cache.get('n', 'a', runtime, graph(2));
    await cache.drop('m');
    assert.deepEqual(events, ['compile 1', 'compile 2', 'dispose 1']);
    await cache.clear();
    assert.equal(cache.bytes, 0);
  });

  it('forgets a failed compilation, so that it can be tried again', async () => {
    const cache = new ProgramCache(100);
    const { runtime } = fakeRuntime();
    await assert.rejects(cache.get('m', 'a', { ...runtime, compile: () => Promise.reject(new Error('refused')) }, graph(1)), /refused/);
    assert.equal((await cache.get('m', 'a', runtime, graph(1))).bytes, 1);
  });
});
