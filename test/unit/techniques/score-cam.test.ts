/** Score-CAM's channels without a picture in them. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { scoreCam } from '../../../src/techniques/score-cam.ts';
import type { RawResult } from '../../../src/techniques/technique.ts';
import { runTechnique, TechniqueBench } from '../../support/technique-bench.ts';

/** Layer `features` of four channels: the picture's first two, and two that its ReLU silences; its classes are mean values of channels. */
function halfSilent() {
  const b = new GraphBuilder();
  const image = b.input('pixels', 'float32', [N, 3, 4, 4]);
  const weights = tensorOf('float32', [1, 0, 0, 0, 1, 0, -1, -1, 0, -2, -1, 0], [4, 3, 1, 1]);
  const features = b.add('Relu', [b.add('Conv', [image, b.constant(weights)])], {}, { outputs: ['features'] });
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [features])], { axis: 1 });
  return b.build('half-silent', { scores: b.add('MatMul', [pooled, b.constant(tensorOf('float32', [1, 0, 0, 2, 1, 1, 1, 1], [4, 2]))]) });
}

describe('Score-CAM of silent channels', () => {
  const bench = new TechniqueBench(() => prepareModel(halfSilent()));
  after(() => bench.dispose());

  it('weights them with the score of the hidden picture, which is asked for once', async () => {
    const first = Array.from({ length: 16 }, (_, i) => i / 15);
    const second = Array.from({ length: 16 }, (_, i) => (i % 4) / 3);
    const input = tensorOf('float32', [...first, ...second, ...first], [1, 3, 4, 4]);
    const partial: RawResult[] = [];
    const { values } = await runTechnique(bench, scoreCam, { input, classes: [0], layer: 'features', singly: true, report: (one) => partial.push(one) });
    // Each channel is its own mask, which the layer's resolution leaves as it is: score 0 is the mean of mask · first.
    const mean = (mask: readonly number[]): number => mask.reduce((sum, value, i) => sum + value * first[i], 0) / 16;
    const scores = [mean(first), mean(second), 0, 0];
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    Array.from(values.data, Number).forEach((value, i) => {
      const expected = (Math.exp(scores[0]) * first[i] + Math.exp(scores[1]) * second[i]) / total;
      // The masks are stretched to [0, 1] with 1e-8 added to their range; float32.
      assert.ok(Math.abs(value - expected) < 1e-6, `${i}: ${value}, expected ${expected}`);
    });
    assert.deepEqual(partial.map(({ samples }) => samples), [{ done: 2, total: 4 }, { done: 3, total: 4 }]);
  });
});
