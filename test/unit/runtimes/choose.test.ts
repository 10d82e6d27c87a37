import assert from 'node:assert/strict';
import { FoveaError } from '../../../src/protocol/errors.ts';
import { Runtimes, type RuntimeLoaders } from '../../../src/runtimes/choose.ts';
import type { Runtime, RuntimeId } from '../../../src/runtimes/runtime.ts';
import { rejects } from '../../support/errors.ts';

const missing = (id: RuntimeId) => (): Promise<Runtime> => Promise.reject(new FoveaError('runtime-unavailable', `${id} has no library here.`));

describe('choosing a runtime', () => {
  let loads: RuntimeId[];
  const present = (id: RuntimeId) => (): Promise<Runtime> => {
    loads.push(id);
    return Promise.resolve({ id, title: `${id} 1.0`, compile: () => Promise.reject(new Error('not compiled here')) });
  };
  const loaders = (changes: Partial<Record<RuntimeId, () => Promise<Runtime>>> = {}): RuntimeLoaders => {
    const load = { onnxruntime: present('onnxruntime'), wasm: present('wasm'), tensorflow: missing('tensorflow'), ...changes };
    return {
      onnxruntime: { title: 'Native', load: load.onnxruntime }, wasm: { title: 'WebAssembly', load: load.wasm },
      tensorflow: { title: 'TensorFlow.js', load: load.tensorflow },
    };
  };
  beforeEach(() => { loads = []; });

  it('is the native one where it loads, loaded once and alone', async () => {
    const runtimes = new Runtimes(loaders());
    const [first, second] = await Promise.all([runtimes.choose(), runtimes.choose('auto')]);
    assert.equal(first.runtime, second.runtime);
    assert.deepEqual([first.runtime.id, first.note, loads], ['onnxruntime', undefined, ['onnxruntime']]);
  });

  it('falls back to WebAssembly, and says why', async () => {
    const { runtime, note } = await new Runtimes(loaders({ onnxruntime: missing('onnxruntime') })).choose('auto');
    assert.equal(runtime.id, 'wasm');
    assert.match(note ?? '', /onnxruntime has no library here.*"wasm"/);
  });

  it('does not fall back where one was asked for by name, or where none is left', async () => {
    const none = new Runtimes(loaders({ onnxruntime: missing('onnxruntime'), wasm: missing('wasm') }));
    await rejects(none.choose('onnxruntime'), 'runtime-unavailable', /onnxruntime/);
    await rejects(none.choose('auto'), 'runtime-unavailable', /onnxruntime has no library/);
  });

  it('lists all, with the reason of those that do not load', async () => {
    assert.deepEqual(await new Runtimes(loaders()).list(), [
      { id: 'onnxruntime', title: 'onnxruntime 1.0', available: true },
      { id: 'wasm', title: 'wasm 1.0', available: true },
      { id: 'tensorflow', title: 'TensorFlow.js', available: false, reason: 'tensorflow has no library here.' },
    ]);
  });
});
