import assert from 'node:assert/strict';
import { MapEvaluation } from '../../../src/extension/result/evaluation.ts';
import type { CallOptions } from '../../../src/extension/engine-client.ts';
import type { ExplainRequest } from '../../../src/protocol/engine.ts';
import { CancelledError, FoveaError } from '../../../src/protocol/errors.ts';
import { metricIds, type Evaluation, type MetricId, type PlannedMeasure } from '../../../src/protocol/measures.ts';
import type { EvaluationState } from '../../../src/protocol/result-panel.ts';
import type { EvaluateRequest, EvaluateResult } from '../../../src/protocol/trust.ts';
import * as canned from '../../panel/rig/canned.ts';

const request: ExplainRequest = { picture: { path: '/cat.png' }, model: 'bundled:net', technique: 'saliency' };
const result = (technique: string) => ({ recipe: { ...canned.result().recipe, technique } });
const words = { better: 'lower', description: '', caveat: '', cost: '' } as const;
const plan = metricIds.map((id): PlannedMeasure => ({ id, title: id, ...words, seconds: 1, unsuitable: id === 'completeness' ? 'No shares.' : undefined }));
const taken = (id: MetricId): Evaluation => ({ id, title: id, ...words, value: 0.5, milliseconds: 1 });

describe('the evaluation of a panel\'s map', () => {
  let states: (EvaluationState | null)[];
  let asked: EvaluateRequest[];
  let plans: number;
  let measured: number;

  beforeEach(() => {
    states = [];
    asked = [];
    plans = 0;
    measured = 0;
  });

  type Answering = (metrics: readonly MetricId[], options: CallOptions) => Promise<void>;
  const takeAll: Answering = async (metrics, { onMeasured }) => metrics.forEach((id) => onMeasured!(taken(id)));

  function evaluating(answer: Answering, make = (): ExplainRequest => request): MapEvaluation {
    return new MapEvaluation({
      planEvaluation: async () => {
        plans++;
        return plan;
      },
      evaluate: async (one, options = {}) => {
        asked.push(one);
        await answer(one.metrics!, options);
        return {} as EvaluateResult;
      },
    }, make, (state) => states.push(state), () => measured++);
  }

  it('measures nothing until it is asked, and then what makes sense', async () => {
    const evaluation = evaluating(takeAll);
    evaluation.follow(result('saliency'));
    assert.deepEqual(states, []);
    await evaluation.plan();
    assert.deepEqual(states, [{ plan, taken: [] }]);
    assert.deepEqual(asked, []);
    await evaluation.run();
    assert.deepEqual(asked[0], { ...request, metrics: metricIds.filter((id) => id !== 'completeness'), wantPictures: true });
    assert.equal(plans, 1);
  });

  it('shows each measure as soon as it is taken, in order, and how far it is', async () => {
    const evaluation = evaluating(async (metrics, options) => {
      options.onProgress!({ token: '', message: 'deletion', fraction: 0.1 });
      await takeAll(metrics, options);
    });
    evaluation.follow(result('saliency'));
    await evaluation.run();
    assert.deepEqual(states.map((state) => state!.taken.length), [0, 0, 1, 2, 3, 4, 5, 5]);
    assert.deepEqual(states[1]!.running, { title: 'deletion', fraction: 0.1 });
    assert.equal(states.at(-1)!.running, undefined);
    assert.deepEqual(evaluation.taken.map(({ id }) => id), metricIds.filter((id) => id !== 'completeness'));
  });

  it('takes one measure alone, and the others later', async () => {
    const evaluation = evaluating(takeAll);
    evaluation.follow(result('saliency'));
    await evaluation.run('infidelity');
    assert.deepEqual(asked[0].metrics, ['infidelity']);
    await evaluation.run();
    assert.deepEqual(asked[1].metrics, ['deletion', 'insertion', 'sensitivity-max', 'sparseness']);
  });

  it('keeps what has been measured of each result, and measures it once', async () => {
    const evaluation = evaluating(takeAll);
    evaluation.follow(result('saliency'));
    await evaluation.run();
    evaluation.follow(undefined);
    assert.equal(states.at(-1), null);
    evaluation.follow(result('grad-cam'));
    assert.equal(states.at(-1), null);
    evaluation.follow(result('saliency'));
    assert.equal(states.at(-1)!.taken.length, 5);
    await evaluation.run();
    assert.equal(asked.length, 1);
  });

  it('that is cancelled keeps what it has, and goes on with the rest', async () => {
    let cancelled = false;
    const evaluation = evaluating(async (metrics, options) => {
      if (cancelled) return takeAll(metrics, options);
      cancelled = true;
      options.onMeasured!(taken('deletion'));
      evaluation.cancel();
      options.onMeasured!(taken('insertion'));
      throw new CancelledError();
    });
    evaluation.follow(result('saliency'));
    await evaluation.run();
    assert.deepEqual(states.at(-1), { plan, taken: [taken('deletion')] });
    await evaluation.run();
    assert.deepEqual(asked[1].metrics, ['insertion', 'sensitivity-max', 'infidelity', 'sparseness']);
    assert.equal(evaluation.taken.length, 5);
  });

  it('says why it failed, beside what it has', async () => {
    const evaluation = evaluating(async (_, { onMeasured }) => {
      onMeasured!(taken('deletion'));
      throw new FoveaError('runtime-failed', 'It broke.', 'Try again.');
    });
    evaluation.follow(result('saliency'));
    await evaluation.run();
    assert.deepEqual(states.at(-1), { plan, taken: [taken('deletion')], error: { message: 'It broke.', help: 'Try again.' } });
    for (const shown of [result('saliency'), undefined]) {
      const refused = evaluating(takeAll, () => {
        throw new FoveaError('model-untrusted', 'No trust.');
      });
      refused.follow(shown);
      await refused.plan();
      assert.deepEqual(states.at(-1), { plan: [], taken: [], error: { message: 'No trust.', help: '' } });
    }
  });

  it('shows beside the same map what was measured when its recipe was saved, and beside no other', async () => {
    const { recipe } = canned.result();
    const evaluation = evaluating(takeAll);
    const measures = [{ id: 'deletion' as const, value: 0.4 }];
    evaluation.recall({ ...recipe, runtime: 'wasm', version: '0.0.1' }, measures);
    evaluation.follow({ recipe });
    await evaluation.plan();
    assert.deepEqual(states.at(-1)!.saved, measures);
    await evaluation.run();
    assert.deepEqual(states.at(-1)!.saved, measures);
    evaluation.follow({ recipe: { ...recipe, class: recipe.class + 1 } });
    await evaluation.plan();
    assert.equal(states.at(-1)!.saved, undefined);
  });

  it('gives way to another map, of which it shows nothing that was on its way', async () => {
    const evaluation = evaluating(async (_, { onMeasured }) => {
      evaluation.follow(result('grad-cam'));
      onMeasured!(taken('deletion'));
    });
    evaluation.follow(result('saliency'));
    await evaluation.run();
    assert.equal(states.at(-1), null);
    assert.deepEqual(evaluation.taken, []);
  });
});
