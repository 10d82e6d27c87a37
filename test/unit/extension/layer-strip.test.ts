import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { LayerStripEntry } from '../../../src/protocol/engine.ts';
import { CancelledError } from '../../../src/protocol/errors.ts';
import { ExplainBench, subject, types } from '../../support/explain-bench.ts';

describe('the strip of every layer', () => {
  let bench: ExplainBench;

  beforeEach(() => {
    bench = new ExplainBench();
  });

  it('is kept while only the layer changes, and dropped with the class', async () => {
    await bench.explained();
    await bench.session.strip();
    await bench.explained({ layer: 'conv1' });
    assert.ok(types(bench.session.snapshot()).includes('strip'));
    await bench.explained({ layer: 'conv1', class: 3 });
    assert.ok(!types(bench.session.snapshot()).includes('strip'));
  });

  it('outlives a change of layer on its way, and is stopped by a change of class', async () => {
    let answer: (entries: LayerStripEntry[]) => void = () => {};
    const signals: AbortSignal[] = [];
    bench.engine.layerStrip = (_, { signal } = {}) => new Promise((resolve, reject) => {
      answer = resolve;
      signals.push(signal!);
      signal!.addEventListener('abort', () => reject(new CancelledError()));
    });
    const strip = bench.session.strip();
    await turn();
    void bench.session.explain({ ...subject, layer: 'conv1' });
    assert.equal(signals[0].aborted, false);
    answer([]);
    await strip;
    assert.deepEqual(types(bench.posted).slice(-2), ['strip', 'busy'], 'the map of the layer is still to come');
    const second = bench.session.strip();
    await turn();
    void bench.session.explain({ ...subject, class: 5 });
    assert.ok(signals[1].aborted);
    await second;
    assert.ok(!types(bench.session.snapshot()).includes('strip') && !types(bench.posted).includes('error'));
  });
});
