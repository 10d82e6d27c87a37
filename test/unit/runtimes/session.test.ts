import assert from 'node:assert/strict';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { forwardGraph } from '../../../src/techniques/forward.ts';
import { convolutional } from '../../support/small-models.ts';

describe('a compiled program', () => {
  it('says that it holds more once it has run a larger batch, and no less after a smaller one', async () => {
    const model = prepareModel(convolutional());
    const { graph, input } = model;
    const program = await (await loadNative()).compile(forwardGraph(model));
    const weights = [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const held: number[] = [];
    for (const samples of [1, 4, 1]) {
      const size = samples * input.channels * 8 * 8;
      await program.run({ [input.name]: tensorOf('float32', new Float32Array(size), [samples, input.channels, 8, 8]) });
      held.push(program.bytes);
    }
    await program.dispose();
    const [one, four, after] = held;
    assert.ok(one > weights);
    assert.ok(Math.abs(four - weights - 4 * (one - weights)) < 1, 'activations of four samples'); // sums of halves of bytes
    assert.equal(after, four);
  });
});
