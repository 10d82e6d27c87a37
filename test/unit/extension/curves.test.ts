import assert from 'node:assert/strict';
import { Curves } from '../../../src/extension/studio/curves.ts';

describe('curves of a run', () => {
  it('are bounded, keep their ends, and have no point of their own', () => {
    const curves = new Curves();
    const value = (step: number): number => Math.sin(step / 50);
    for (let step = 1; step <= 10_000; step++) curves.add([{ step, values: { score: value(step) } }]);
    const [curve] = curves.list();
    assert.ok(curve.steps.length <= 601, `${curve.steps.length} points`);
    assert.deepEqual([curve.steps[0], curve.steps.at(-1)], [1, 10_000]);
    assert.ok(curve.steps.every((step, at) => curve.values[at] === value(step) && (at === 0 || step > curve.steps[at - 1])));
  });
});
