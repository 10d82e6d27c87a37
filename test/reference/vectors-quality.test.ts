/** Infidelity and the greatest sensitivity of attributions of tiny networks, as the tests of Captum state them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../src/graph/graph.ts';
import type { Model } from '../../src/graph/model.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { infidelity } from '../../src/metrics/infidelity.ts';
import { sensitivityMax } from '../../src/metrics/sensitivity-max.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { flatten, nestedTensor, networkModel, type Nested, type NetworkDescription } from '../support/captum-networks.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';

type ByInput = Readonly<Record<string, Nested>>;

interface Case {
  readonly id: string;
  readonly method: 'infidelity' | 'sensitivityMax';
  readonly model: string;
  readonly citation: string;
  readonly inputs: ByInput;
  readonly fixed?: ByInput;
  readonly baselines?: ByInput;
  readonly target: { readonly index?: readonly number[]; readonly perSample?: readonly (readonly number[])[] };
  readonly params: {
    readonly attribution: { readonly method: 'integratedGradients' | 'featureAblation' | 'saliency' };
    readonly perturbations?: readonly { readonly perturbation: ByInput; readonly perturbedInput: ByInput }[];
    readonly perturbedInputs?: readonly ByInput[];
  };
  readonly expected: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: { readonly abs: number };
}

const { models, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'data', 'captum-quality.json'), 'utf8')) as {
  models: readonly NetworkDescription[]; cases: readonly Case[];
};

/** Covering single features is occlusion by a window of one. */
const methods = {
  integratedGradients: { id: 'integrated-gradients', packing: 'channels', parameters: { baseline: 'black' } },
  featureAblation: { id: 'occlusion', packing: 'row', parameters: { window: 1, stride: 1, baseline: 'black' } },
  saliency: { id: 'saliency', packing: 'picture', parameters: {} },
} as const;

/** Place of an element in a sample's output, whose axes all have two entries where there are several. */
function classOf({ target }: Case, n: number): number {
  return (target.index ?? target.perSample![n]).reduce((place, entry) => 2 * place + entry, 0);
}

/** One sample on a network with all its explained inputs in one row of values. */
class Sample {
  readonly bench: TechniqueBench;
  readonly #names: readonly string[];
  readonly #samples: number;

  constructor(private readonly test: Case, private readonly n: number) {
    this.#names = Object.keys(test.inputs);
    this.#samples = nestedTensor(test.inputs[this.#names[0]]).dims[0];
    const shapes = Object.fromEntries(this.#names.map((name) => [name, nestedTensor(test.inputs[name]).dims.slice(1)]));
    const fixed = Object.fromEntries(Object.entries(test.fixed ?? {}).map(([name, values]) => [name, this.#own(values)]));
    const network = models.find(({ id }) => id === test.model)!;
    this.bench = new TechniqueBench(() => networkModel(network, shapes, fixed, [], this.#method.packing));
  }

  get #method() {
    return methods[this.test.params.attribution.method];
  }

  /** The values of this sample, where there are some for each. */
  #own(values: Nested): Nested {
    return typeof values !== 'number' && values.length === this.#samples ? [values[this.n]] : values;
  }

  /** All inputs' values one behind the other; a single number stands for all of an input's. */
  row(values: ByInput): number[] {
    return this.#names.flatMap((name) => {
      const [given, count] = [flatten(this.#own(values[name] ?? 0)), nestedTensor(this.#own(this.test.inputs[name])).data.length];
      return given.length === count ? [...given] : new Array<number>(count).fill(given[0]);
    });
  }

  async attribution(values: readonly number[]): Promise<{ map: Float32Array; score: number }> {
    const { id, parameters } = this.#method;
    const chosen = classOf(this.test, this.n);
    const { values: map, logits } = await runTechnique(this.bench, techniques.find((one) => one.id === id)!, {
      input: this.#tensor(await this.bench.model, values), classes: [chosen], parameters, black: this.row(this.test.baselines ?? {}),
    });
    return { map: map.data as Float32Array, score: Number(logits.data[chosen]) };
  }

  #tensor({ input: { channels, height, width } }: Model, values: readonly number[]): Tensor {
    return tensorOf('float32', values, [1, channels, height, width]);
  }
}

describe('quality of attributions on Captum\'s test networks', () => {
  for (const test of cases) {
    it(`${test.id}: ${test.method} of ${test.params.attribution.method} (${test.citation})`, async () => {
      const found: number[] = [];
      for (let n = 0; n < test.expected[test.method].length; n++) {
        const sample = new Sample(test, n);
        const { map, score } = await sample.attribution(sample.row(test.inputs));
        const { perturbations = [], perturbedInputs = [] } = test.params;
        if (test.method === 'infidelity') {
          const pairs = [];
          for (const { perturbation, perturbedInput } of perturbations) {
            const foretold = sample.row(perturbation).reduce((sum, value, i) => sum + value * map[i], 0);
            pairs.push({ foretold, happened: score - (await sample.attribution(sample.row(perturbedInput))).score });
          }
          found.push(infidelity(pairs, false));
        } else {
          const nearby = [];
          for (const perturbed of perturbedInputs) nearby.push((await sample.attribution(sample.row(perturbed))).map);
          found.push(sensitivityMax(map, nearby));
        }
        await sample.bench.dispose();
      }
      const error = test.expected[test.method].reduce((sum, value, n) => sum + Math.abs(found[n] - value), 0);
      // Captum's own tolerance of half a tenth would let much pass; its infidelities are closed forms, or given with five digits.
      const bound = test.method === 'infidelity' ? 1e-4 : test.tolerance.abs;
      assert.ok(error <= bound, `${found.join()} instead of ${test.expected[test.method].join()}`);
    });
  }
});
