/** The rule by which gradients pass dead rectifiers at the beginning of an ascent. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';

describe('The waking rule', () => {
  const x = [-2, -2, -2, 3, 3, 3, 8, 8];
  const incoming = [5, -5, 0, 5, -5, 0, 5, -5];
  // R where x > 0 or R > 0, else 0.
  const passed = [5, 0, 0, 5, -5, 0, 5, -5];

  for (const op of ['Relu', 'Clip']) {
    it(`lets a gradient through an inactive ${op} where it raises the unit`, async () => {
      const b = new GraphBuilder();
      const input = b.input('x', 'float32', [x.length]);
      const seed = b.input('seed', 'float32', [x.length]);
      const y = op === 'Relu' ? b.add('Relu', [input]) : b.add('Clip', [input, b.scalar(0), b.scalar(6)]);
      const [gradient] = addGradients(b, y, seed, [input], { rectifier: 'waking' });
      const program = await (await loadNative()).compile(b.build('waking', { gradient: gradient! }));
      const result = await program.run({ x: tensorOf('float32', x), seed: tensorOf('float32', incoming) });
      assert.deepEqual([...result.gradient.data as Float32Array].map((value) => value + 0), passed);
      await program.dispose();
    });
  }
});
