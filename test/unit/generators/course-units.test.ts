/** The recipes of courses make the same pictures of one network, whatever numbers it takes for pixels. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import { prepareModel } from '../../../src/graph/prepare-model.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { generators } from '../../../src/techniques/generators.ts';
import { fromShares, pixelRanges, toShares } from '../../../src/techniques/pixel-range.ts';
import { GeneratorBench } from '../../support/generator-bench.ts';
import { noise } from '../../support/linear-model.ts';

const side = 8;

interface Normalisation {
  readonly mean: number[];
  readonly std: number[];
}

/** Of pixels from 0 to 1, as models of ImageNet take them, and others do. */
const imagenet: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const others: Readonly<Record<string, Normalisation>> = {
  'from −1 to 1': { mean: [0.5], std: [0.5] },
  'from 0 to 255, less a mean': { mean: [0.48, 0.46, 0.41], std: [1 / 255] },
};

/** A network whose input is brought to ImageNet's units first. */
function network({ mean, std }: Normalisation): Graph {
  const b = new GraphBuilder();
  const each = (of: (c: number) => number): string => b.constant(tensorOf('float32', [0, 1, 2].map(of), [1, 3, 1, 1]));
  const own = (values: number[], c: number): number => values[c % values.length];
  const pixels = b.input('pixels', 'float32', [N, 3, side, side]);
  const scaled = b.add('Mul', [pixels, each((c) => own(std, c) / imagenet.std[c])]);
  const units = b.add('Add', [scaled, each((c) => (own(mean, c) - imagenet.mean[c]) / imagenet.std[c])]);
  const conv = b.add('Conv', [units, b.constant(tensorOf('float32', noise(6 * 27, 2), [6, 3, 3, 3]))]);
  const features = b.add('Flatten', [b.add('Tanh', [b.add('Mul', [conv, b.scalar(0.2)])])], { axis: 1 });
  return b.build('network', { scores: b.add('Gemm', [features, b.constant(tensorOf('float32', noise(216 * 4, 3), [216, 4]))]) });
}

describe('course units', () => {
  const cases = [
    ['class-visualization', { recipe: 'classic', stepSize: 4, decay: 0.05, steps: 8 }],
    ['class-visualization', { recipe: 'classic', stepSize: 0.5, normalised: false, steps: 8 }],
    ['ascent', { steps: 6, confidence: 1 }],
    ['from-noise', { steps: 6, confidence: 1 }],
  ] as const;

  for (const [id, parameters] of cases) {
    for (const [title, normalisation] of Object.entries(others)) {
      it(`${id} ${JSON.stringify(parameters)}: the same pixels of a model that takes them ${title}`, async () => {
        const paint = async (of: Normalisation): Promise<Float32Array> => {
          const bench = new GeneratorBench(prepareModel(network(of)), of);
          const ranges = pixelRanges(bench.preprocessing, 3);
          const content: Tensor = { type: 'float32', dims: [1, 3, side, side], data: new Float32Array(3 * side * side) };
          fromShares(noise(3 * side * side, 7).map((value) => 0.5 + value / 4), content, ranges);
          const { picture, step } = await bench.run(generators.find((one) => one.id === id)!, { classes: [1], content, parameters });
          await bench.dispose();
          assert.equal(step, parameters.steps);
          return toShares(picture, ranges);
        };
        const [wanted, found] = [await paint(imagenet), await paint(normalisation)];
        // Some float32 roundings a step, of numbers up to 255; a step moves pixels by more than a hundred times as much.
        wanted.forEach((value, i) => assert.ok(Math.abs(value - found[i]) < 2e-5, `value ${i}: ${found[i]} instead of ${value}`));
      });
    }
  }
});
