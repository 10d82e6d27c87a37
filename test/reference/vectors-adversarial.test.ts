/** FGSM and PGD on tiny networks, where the tests of Captum say that they lead: steps and projections of the attacks, gradients of the compiler. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { objective } from '../../src/techniques/objective.ts';
import { normStep, projectEuclidean, projectMaximum, signStep } from '../../src/techniques/perturb.ts';
import { flatten, networkModel, type Nested, type NetworkDescription } from '../support/captum-networks.ts';
import { GeneratorBench } from '../support/generator-bench.ts';

interface Case {
  readonly id: string;
  readonly method: 'fgsm' | 'pgd';
  readonly model: string;
  readonly citation: string;
  readonly inputs: Readonly<Record<string, readonly Nested[]>>;
  readonly fixed?: Readonly<Record<string, Nested>>;
  readonly target: { readonly index?: readonly [number]; readonly perSample?: readonly (readonly [number])[] };
  readonly params: {
    readonly epsilon: number; readonly stepSize?: number; readonly steps?: number; readonly targeted?: boolean; readonly norm?: 'L2';
    readonly loss?: 'crossEntropy'; readonly clip?: readonly [number, number];
  };
  readonly expected: Readonly<Record<string, readonly Nested[]>>;
}

const { models, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'data/captum-adversarial.json'), 'utf8')) as {
  models: readonly NetworkDescription[]; cases: readonly Case[];
};

describe('Attacks on Captum\'s test networks', () => {
  for (const test of cases) {
    it(`${test.id} (${test.citation})`, async () => {
      const { params: { epsilon, stepSize = epsilon, steps = 1, targeted, norm, loss, clip } } = test;
      const inputs = Object.entries(test.inputs);
      const dims = Object.fromEntries(inputs.map(([name, rows]) => [name, [flatten(rows[0]).length]]));
      const description = models.find(({ id }) => id === test.model)!;
      const bench = new GeneratorBench(networkModel(description, dims, test.fixed ?? {}, [], 'row'));
      for (let n = 0; n < inputs[0][1].length; n++) {
        const own = inputs.map(([, rows]) => Float32Array.from(flatten(rows[n])));
        const start = Float32Array.from(own.flatMap((values) => Array.from(values)));
        const x = start.slice();
        const [chosen] = test.target.index ?? test.target.perSample![n];
        const evaluate = objective(bench.context(() => ({})), { kind: 'class', classes: [chosen], score: loss ? 'log-probability' : 'logit' });
        for (let step = 0; step < steps; step++) {
          const picture: Tensor = tensorOf('float32', x, [1, 1, 1, x.length]);
          const { gradients, scores } = await evaluate(picture);
          // Captum's default loss is −log(output): its gradient is that of the output divided by the output.
          const sign = (targeted ? 1 : -1) / (loss ? 1 : scores[0]);
          const direction = (gradients.data as Float32Array).map((value) => sign * value);
          // Both outputs have one gradient there, so that of the cross-entropy is zero, but for the rounding of float32 probabilities.
          if (loss) {
            assert.ok(direction.every((value) => Math.abs(value) < 1e-6));
            continue;
          }
          let from = 0;
          for (const { length } of own) {
            // Captum bounds each input by itself.
            const [values, centre, way] = [x, start, direction].map((whole) => whole.subarray(from, from + length));
            (norm === 'L2' ? normStep : signStep)(values, way, stepSize);
            (norm === 'L2' ? projectEuclidean : projectMaximum)(values, centre, epsilon);
            from += length;
          }
          if (clip) for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i], clip[0]), clip[1]);
        }
        const expected = Object.keys(test.inputs).flatMap((name) => flatten(test.expected[name][n]));
        // The numbers are given with two digits and are exact in decimals; float32 of values up to 10.
        expected.forEach((value, i) => assert.ok(Math.abs(x[i] - value) < 2e-6, `value ${i}: ${x[i]}, not ${value}`));
      }
      await bench.dispose();
    });
  }
});
