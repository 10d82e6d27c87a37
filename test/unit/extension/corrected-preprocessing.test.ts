import assert from 'node:assert/strict';
import { preprocessingPresets } from '../../../src/protocol/preprocessing-presets.ts';
import { ExplainBench, preprocessing, subject } from '../../support/explain-bench.ts';

describe('the preprocessing of a panel', () => {
  let bench: ExplainBench;

  beforeEach(() => {
    bench = new ExplainBench();
  });

  it('is tried with every preset at the model\'s own size, and as it is where that is none of them', async () => {
    const trials = async (): Promise<{ title: string; current: boolean }[]> => {
      bench.posted.length = 0;
      await bench.session.preprocessingTrials();
      return bench.posted.filter((message) => message.type === 'preprocessing-trials').at(-1)!.trials;
    };
    const known = await trials(); // the schema's defaults are the preset "0 to 1"
    assert.deepEqual(known.map(({ title }) => title), preprocessingPresets.map(({ title }) => title));
    assert.deepEqual(known.filter(({ current }) => current).map(({ title }) => title), ['0 to 1']);
    for (const request of bench.engine.predicted) assert.equal(request.preprocessing?.width, 8);

    void bench.session.usePreprocessing({ ...preprocessing, mean: [0.1, 0.2, 0.3] });
    const own = await trials();
    assert.equal(own.length, known.length + 1);
    assert.deepEqual(own.filter(({ current }) => current).map(({ title }) => title), ['Present']);
  });

  it('is used as corrected for the model it was chosen for, and for no other', async () => {
    const corrected = { ...preprocessing, channels: 'bgr' as const };
    void bench.session.usePreprocessing(corrected);
    assert.deepEqual(bench.engine.explained[0].request.preprocessing, corrected);
    void bench.session.explain({ ...subject, model: '/other.onnx' });
    assert.equal(bench.engine.explained[1].request.preprocessing, undefined);
  });
});
