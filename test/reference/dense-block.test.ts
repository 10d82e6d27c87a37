/**
 * A small densely connected network (Huang et al. 2017) against PyTorch in float64. Its rectifiers see sums and normalisations that nothing
 * merges: their arithmetic decides where the gradient passes. Where float32 leaves no doubt, the gradient is PyTorch's; where an element is
 * zero but for rounding, it is one of the two that are right there, and nothing between them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { N } from '../../src/graph/graph.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { numbersOf, tensorOf } from '../../src/graph/tensor.ts';
import { gradientGraph } from '../../src/techniques/gradients.ts';
import { relativeErrors } from '../support/errors-of-arrays.ts';
import { referenceRuntimes } from '../support/runtimes.ts';

interface Case {
  readonly seed: number;
  readonly class: number;
  readonly logits: readonly number[];
  /** The gradients that are right. */
  readonly gradients: readonly (readonly number[])[];
  /** Where the formula alone does not make it. */
  readonly input?: readonly number[];
}
const { citation, clear, undecided } = JSON.parse(readFileSync(new URL('data/dense-block.json', import.meta.url), 'utf8')) as {
  citation: string; clear: Case[]; undecided: Case[];
};
const [width, growth, classes, side] = [8, 4, 5, 12];

/** See the function of this name in data/dense-block.py. */
function wave(count: number, seed: number, scale = 1, offset = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => offset + scale * Math.sin(seed * (i + 1) + 0.37 * i * i));
}

function network(): ReturnType<typeof prepareModel> {
  const b = new GraphBuilder();
  const weights = (dims: number[], seed: number, scale: number, offset?: number): string => b.constant(
    tensorOf('float32', wave(dims.reduce((a, c) => a * c, 1), seed, scale, offset), dims));
  const convolution = (x: string, dims: number[], seed: number, scale: number): string => b.add('Conv', [x, weights(dims, seed, scale)],
    { pads: new Array<number>(4).fill((dims[2] - 1) / 2) });
  const rectified = (x: string, seed: number): string => {
    const channels = [b.shape(x)[1] as number];
    const [scale, shift] = [weights(channels, seed + 2, 0.4, 1), weights(channels, seed + 3, 0.3)];
    return b.add('Relu', [b.add('BatchNormalization', [x, scale, shift, weights(channels, seed, 0.3), weights(channels, seed + 1, 0.3, 0.6)])]);
  };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  let x = b.add('MaxPool', [rectified(convolution(b.input('x', 'float32', [N, 3, side, side]), [width, 3, 3, 3], 1, 0.4), 10)], pool);
  for (const seed of [20, 30]) {
    const narrow = convolution(rectified(x, seed), [width, b.shape(x)[1] as number, 1, 1], seed + 4, 0.5);
    x = b.add('Concat', [x, convolution(rectified(narrow, seed + 5), [growth, width, 3, 3], seed + 9, 0.3)], { axis: 1 });
  }
  x = b.add('AveragePool', [convolution(rectified(x, 50), [width, b.shape(x)[1] as number, 1, 1], 54, 0.5)], pool);
  const pooled = b.add('Flatten', [b.add('GlobalAveragePool', [rectified(x, 60)])]);
  return prepareModel(b.build('dense', { logits: b.add('Gemm', [pooled, weights([classes, width], 64, 0.5)], { transB: 1 }) }));
}

for (const { name, load } of referenceRuntimes) {
  describe(`a densely connected network (${name}; ${citation})`, () => {
    async function explain(test: Case): Promise<Record<'logits' | 'values', ArrayLike<number>>> {
      const program = await (await load()).compile(gradientGraph(network(), { score: 'logit', rectifier: 'gradient' }));
      const image = tensorOf('float32', test.input ?? wave(3 * side * side, test.seed), [1, 3, side, side]);
      const { logits, values } = await program.run({ image, classes: tensorOf('int64', [test.class]) });
      await program.dispose();
      return { logits: numbersOf(logits), values: numbersOf(values) };
    }

    // A dozen layers of float32 sums of at most 72 terms: measured 2e-7. A wrong decision costs some 1e-3 and more.
    const tolerance = 3e-6;
    for (const test of clear) {
      it(`where every decision is clear, the gradient is the one (input ${test.seed})`, async () => {
        const { logits, values } = await explain(test);
        assert.ok(relativeErrors(logits, test.logits)[0] < tolerance);
        const [error] = relativeErrors(values, test.gradients[0]);
        assert.ok(error < tolerance, `${error}`);
      });
    }

    for (const test of undecided) {
      it(`where a rectifier is given zero but for rounding, the gradient is that of one side (input ${test.seed})`, async () => {
        const { logits, values } = await explain(test);
        assert.ok(relativeErrors(logits, test.logits)[0] < tolerance);
        const errors = test.gradients.map((side) => relativeErrors(values, side)[0]);
        assert.ok(Math.min(...errors) < tolerance && Math.max(...errors) > 1e-2, `${errors.join(', ')}`);
      });
    }
  });
}
