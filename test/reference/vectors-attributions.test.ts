/** Techniques on tiny networks, as the tests of Captum and of PAIR's saliency expect them, and the rules of integration. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { N, type Graph } from '../../src/graph/graph.ts';
import { prepareModel } from '../../src/graph/prepare-model.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { loadNative } from '../../src/runtimes/onnxruntime/native.ts';
import type { Program, Runtime } from '../../src/runtimes/runtime.ts';
import { quadrature, type QuadratureRule } from '../../src/techniques/quadrature.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { windowsOf } from '../../src/techniques/occlusion.ts';
import type { Technique } from '../../src/techniques/technique.ts';
import { flatten, nestedTensor, networkModel, type Nested, type NetworkDescription, type Packing } from '../support/captum-networks.ts';
import { runTechnique, TechniqueBench } from '../support/technique-bench.ts';

interface Case {
  readonly id: string;
  readonly method: string;
  readonly model: string;
  readonly citation: string;
  readonly inputs: Readonly<Record<string, Nested>>;
  readonly fixed?: Readonly<Record<string, Nested>>;
  readonly baselines?: Readonly<Record<string, Nested>>;
  readonly target?: { readonly index: readonly number[] } | null;
  readonly layer?: string | readonly string[];
  readonly layerSide?: 'input';
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, Nested>>;
  readonly expectedKind?: 'completeness';
  readonly tolerance: { readonly abs: number; readonly mode: 'max' | 'sum' };
}

function readData<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'data', name), 'utf8')) as T;
}

const rules: Readonly<Record<string, QuadratureRule>> = {
  // The cases with other rules state the integral that every rule comes near to with 500 steps.
  gausslegendre: 'gauss-legendre', riemann_trapezoid: 'trapezoid', riemann_middle: 'midpoint', riemann_left: 'midpoint', riemann_right: 'midpoint',
};

/** The technique of a case and its parameters. */
function techniqueOf({ method, params = {} }: Case): { id: string; parameters: Record<string, unknown> } {
  switch (method) {
    case 'integratedGradients': return { id: 'integrated-gradients', parameters: { steps: params.nSteps, rule: rules[params.quadrature as string] } };
    case 'layerConductance': return { id: 'layer-conductance', parameters: { preset: 'captum', steps: params.nSteps, baseline: 'black' } };
    case 'deepLift': return { id: 'deep-lift', parameters: { rule: params.rule ?? 'rescale' } };
    case 'layerGradCam': return { id: 'grad-cam', parameters: { relu: params.relu } };
    case 'guidedGradCam': return { id: 'guided-grad-cam', parameters: { upsampling: params.upsample } };
    case 'occlusion': {
      const [window] = Object.values(params.window as Record<string, number[]>);
      const [stride = 1] = Object.values((params.strides ?? {}) as Record<string, number>);
      return { id: 'occlusion', parameters: { window: window.at(-1), stride, baseline: 'black' } };
    }
    default: return { id: method.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), parameters: {} };
  }
}

/** Sample n of a value with a batch axis of that many samples; other values are for all samples. */
function ofSample(values: Nested, n: number, samples: number): Nested {
  return typeof values !== 'number' && values.length === samples ? [values[n]] : values;
}

/** Captum covers one input at a time, each with its own window; the others are as they are. */
function eachInput(test: Case): readonly Case[] {
  if (test.method !== 'occlusion') return [test];
  return Object.entries(test.inputs).map(([name, values]) => {
    const others = Object.fromEntries(Object.entries(test.inputs).filter(([other]) => other !== name));
    const own = (of: unknown = {}) => Object.fromEntries(Object.entries(of as Record<string, unknown>).filter(([key]) => key === name));
    const params = { window: own(test.params!.window), strides: own(test.params!.strides) };
    return { ...test, inputs: { [name]: values }, fixed: { ...others, ...test.fixed }, params };
  });
}

/** Attributions of one sample by the name of what they belong to, and of what is expected as a product with input − baseline. */
async function attribute(network: NetworkDescription, test: Case, n: number, samples: number): Promise<Map<string, number[]>> {
  const { id, parameters } = techniqueOf(test);
  const technique = techniques.find((one) => one.id === id)!;
  const picture = nestedTensor(Object.values(test.inputs)[0]).dims.length === 4;
  const packing: Packing = picture ? 'picture' : id === 'occlusion' ? 'row' : 'channels';
  const given = Object.entries(test.inputs).map(([name, values]) => [name, nestedTensor(ofSample(values, n, samples))] as const);
  // Of several pictures the first is explained.
  const explained = picture ? given.slice(0, 1) : given;
  const shapes = Object.fromEntries(explained.map(([name, { dims }]) => [name, dims.slice(1)]));
  const others = picture ? Object.entries(test.inputs).slice(1) : [];
  const fixed = Object.fromEntries([...others, ...Object.entries(test.fixed ?? {})].map(([name, values]) => [name, ofSample(values, n, samples)]));
  const wanted = [test.layer ?? []].flat();
  const layers = wanted.map((layer) => (test.layerSide === 'input' ? network.nodes.find(({ name }) => name === layer)!.inputs[0] : layer));
  const bench = new TechniqueBench(() => networkModel(network, shapes, fixed, layers, packing));
  const model = await bench.model;

  const x = explained.flatMap(([, { data }]) => [...data as Float32Array]);
  const baseline = explained.flatMap(([name, { data }]) => {
    const values = flatten(ofSample(test.baselines?.[name] ?? 0, n, samples));
    return values.length === data.length ? values : new Array<number>(data.length).fill(values[0]);
  });
  const run = async (layer?: string): Promise<number[]> => {
    const { values } = await runTechnique(bench, technique, {
      input: tensorOf('float32', x, [1, model.input.channels, model.input.height, model.input.width]),
      classes: [test.target?.index[0] ?? 0], parameters, layer, black: baseline,
    });
    return [...values.data as Float32Array];
  };
  const result = new Map<string, number[]>();
  if (layers.length > 0 && id !== 'guided-grad-cam') {
    for (const [i, name] of wanted.entries()) result.set(name, await run(model.layers[i].name));
  } else {
    const values = await run(model.layers[0]?.name);
    // Captum leaves the factor out where a case says so.
    const factor = (i: number): number => (test.params?.multiplyByInputs === false ? x[i] - baseline[i] : 1);
    let at = 0;
    for (const [name, { data }] of explained) {
      result.set(name, Array.from(data as Float32Array, (_, i) => values[at + i] / factor(at + i)));
      at += data.length;
    }
  }
  await bench.dispose();
  return result;
}

describe('attributions of Captum\'s test networks', () => {
  const { models, cases } = readData<{ models: NetworkDescription[]; cases: Case[] }>('captum-attributions.json');
  // On these networks the library conserves what it shares out.
  const hooks = cases.filter(({ method }) => method === 'deepLift').map((test): Case =>
    ({ ...test, id: `${test.id}, Captum's hooks`, params: { ...test.params, rule: 'captum' } }));
  for (const test of [...cases, ...hooks]) {
    it(`${test.id}: ${test.method} (${test.citation})`, async () => {
      const samples = nestedTensor(Object.values(test.inputs)[0]).dims[0];
      const parts: Map<string, number[]>[] = [];
      const network = models.find(({ id }) => id === test.model)!;
      for (let n = 0; n < samples; n++) {
        const found: (readonly [string, number[]])[] = [];
        for (const one of eachInput(test)) found.push(...await attribute(network, one, n, samples));
        parts.push(new Map(found));
      }
      if (test.expectedKind === 'completeness') {
        const sums = parts.map((part) => [...part.values()].flat().reduce((a, value) => a + value, 0));
        flatten(test.expected.attributionSum).forEach((sum, n) => assert.ok(Math.abs(sums[n] - sum) <= test.tolerance.abs, `${sums[n]} instead of ${sum}`));
        return;
      }
      for (const name of parts[0].keys()) {
        const errors = flatten(test.expected[name]).map((value, i) => {
          const own = parts.flatMap((part) => part.get(name)!);
          return Math.abs(own[i] - value);
        });
        const error = test.tolerance.mode === 'max' ? Math.max(...errors) : errors.reduce((a, value) => a + value, 0);
        // Some cases ask for equality; float32 rounds once.
        assert.ok(error <= Math.max(test.tolerance.abs, 1e-6), `${name} is off by ${error}`);
      }
    });
  }
});

const find = (id: string): Technique => techniques.find((one) => one.id === id)!;

/** The score 5·x0 + x1² + sin x2 of a pixel with three channels. */
function functions(): Graph {
  const b = new GraphBuilder();
  const image = b.input('image', 'float32', [N, 3, 1, 1]);
  const part = (c: number): string => b.add('Slice', [image, b.ints([c]), b.ints([c + 1]), b.ints([1])]);
  const x1 = part(1);
  const sum = [b.add('Mul', [part(0), b.scalar(5)]), b.add('Mul', [x1, x1]), b.add('Sin', [part(2)])].reduce((a, c) => b.add('Add', [a, c]));
  return b.build('functions', { score: b.add('Flatten', [sum], { axis: 1 }) });
}

describe('rules of integration', () => {
  interface RuleCase { id: string; method: 'alphas' | 'stepSizes'; citation: string; inputs: { method: string; n: number }; expected: number[] }
  const names: Record<string, QuadratureRule> = { gausslegendre: 'gauss-legendre', riemann_trapezoid: 'captum-trapezoid', riemann_middle: 'midpoint' };
  for (const test of readData<{ cases: RuleCase[] }>('quadrature.json').cases) {
    it(`${test.id} (${test.citation})`, () => {
      const { nodes, weights } = quadrature(names[test.inputs.method], test.inputs.n);
      // These are closed forms; double precision holds 16 digits.
      const found = test.method === 'alphas' ? nodes : weights;
      test.expected.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-12, `${found.join()} instead of ${test.expected.join()}`));
    });
  }

  it('Gauss-Legendre is exact for polynomials of degree 2n − 1 and no higher', () => {
    for (const count of [1, 2, 5, 20, 50, 300]) {
      const { nodes, weights } = quadrature('gauss-legendre', count);
      for (const degree of [0, 1, count, 2 * count - 1]) {
        const integral = nodes.reduce((sum, node, i) => sum + weights[i] * node ** degree, 0);
        // Sums of up to 300 doubles.
        assert.ok(Math.abs(integral - 1 / (degree + 1)) < 1e-13, `${count} nodes, degree ${degree}: ${integral}`);
      }
      assert.deepEqual(nodes, [...nodes].sort((a, b) => a - b));
    }
    const { nodes, weights } = quadrature('gauss-legendre', 2);
    assert.ok(Math.abs(nodes.reduce((sum, node, i) => sum + weights[i] * node ** 4, 0) - 1 / 5) > 1e-3);
  });

  it('the trapezoid rule over seven points (deel-ai/xplique@0c90fa41:tests/attributions/test_integrated_gradients.py:test_trapezoidal_rule)', () => {
    const { nodes, weights } = quadrature('trapezoid', 7);
    const mean = [0.1, 0.4, 0.6, 0.8, 0.9, 1, 0.8].reduce((sum, value, i) => sum + weights[i] * value, 0);
    assert.ok(Math.abs(mean - 0.6916666666666668) < 1e-12);
    assert.deepEqual(quadrature('trapezoid', 3).nodes, [0, 0.5, 1]);
    assert.equal(nodes.length, 7);
  });

  it('integrated gradients of (5x, x², sin x) (PAIR-code/saliency@7b72b673:saliency/core/integrated_gradients_test.py:testIntegratedGradientsGetMask)', async () => {
    const bench = new TechniqueBench(() => prepareModel(functions()));
    const { values, metrics } = await runTechnique(bench, find('integrated-gradients'), {
      input: tensorOf('float32', [1, 2, 3], [1, 3, 1, 1]), classes: [0], black: [0.5, 1, 1],
    });
    await bench.dispose();
    // Gauss-Legendre is exact here up to rounding; the third is cos 1 − ... = sin 3 − sin 1.
    const expected = [2.5, 3, Math.sin(3) - Math.sin(1)];
    expected.forEach((value, i) => assert.ok(Math.abs((values.data[i] as number) - value) < 1e-6, `${values.data[i]} instead of ${value}`));
    assert.ok(Math.abs(metrics!.find(({ id }) => id === 'delta')!.values[0]) < 1e-6);
  });
});

describe('gradients and ways of closed forms', () => {
  it('the gradient of (5x, x², sin x) (PAIR-code/saliency@7b72b673:saliency/core/gradients_test.py:testGradientsGetMask)', async () => {
    const bench = new TechniqueBench(() => prepareModel(functions()));
    const { values } = await runTechnique(bench, find('saliency'), { input: tensorOf('float32', [3, 2, 1], [1, 3, 1, 1]), classes: [0] });
    await bench.dispose();
    // float32 of values up to five
    [5, 4, Math.cos(1)].forEach((value, i) => assert.ok(Math.abs(Number(values.data[i]) - value) < 1e-6));
  });

  /** Where integrated gradients look between a baseline and a picture of one pixel. */
  async function way(x: number, baseline: number, steps: number): Promise<number[]> {
    const seen: number[] = [];
    const watched = async (): Promise<Runtime> => {
      const runtime = await loadNative();
      const watch = (program: Program, graph: Graph): Program => ({
        bytes: program.bytes, dispose: () => program.dispose(),
        run: (inputs) => {
          // The gradients' passes, not those of the scores at both ends.
          if (graph.outputs.some(({ name }) => name === 'values')) seen.push(...Object.values(inputs).find(({ type }) => type === 'float32')!.data as Float32Array);
          return program.run(inputs);
        },
      });
      return { ...runtime, compile: async (graph) => watch(await runtime.compile(graph), graph) };
    };
    const b = new GraphBuilder();
    const score = b.add('Flatten', [b.input('image', 'float32', [N, 1, 1, 1])], { axis: 1 });
    const bench = new TechniqueBench(() => prepareModel(b.build('pixel', { score })), watched);
    const input = tensorOf('float32', [x], [1, 1, 1, 1]);
    await runTechnique(bench, find('integrated-gradients'), { input, classes: [0], parameters: { steps, rule: 'trapezoid' }, black: [baseline] });
    await bench.dispose();
    return seen;
  }

  it('the way of integrated gradients is a straight line with both ends (deel-ai/xplique@0c90fa41:tests/attributions/test_integrated_gradients.py:'
    + 'test_straighline_path; sicara/tf-explain@9d7d1e90:tests/core/test_integrated_gradients.py:test_generate_linear_path)', async () => {
    const [ten, three] = [await way(0.9, 0.5, 10), await way(1, 0, 3)];
    assert.equal(ten.length, 10);
    ten.forEach((value, i) => assert.ok(Math.abs(value - (0.5 + (0.4 * i) / 9)) < 1e-6)); // float32
    assert.deepEqual(three, [0, 0.5, 1]);
  });
});

describe('windows of occlusion', () => {
  it('give the fall of the score (deel-ai/xplique@0c90fa41:tests/attributions/test_occlusion.py:test_delta_computation)', async () => {
    const covered = [1, 0, 10, -1];
    const b = new GraphBuilder();
    const flat = b.add('Flatten', [b.input('image', 'float32', [N, 1, 2, 2])], { axis: 1 });
    const falls = covered.map((score) => 1 - score);
    const bias = 1 - falls.reduce((sum, fall) => sum + fall, 0);
    const score = b.add('Gemm', [flat, b.constant(tensorOf('float32', falls, [4, 1])), b.constant(tensorOf('float32', [bias]))]);
    const bench = new TechniqueBench(() => prepareModel(b.build('falls', { score })));
    const input = tensorOf('float32', [1, 1, 1, 1], [1, 1, 2, 2]);
    const { values } = await runTechnique(bench, find('occlusion'), { input, classes: [0], parameters: { window: 1, baseline: 'zero' } });
    await bench.dispose();
    assert.deepEqual([...values.data as Float32Array], [0, 1, -9, 2]);
  });

  it('stand side by side, overlap or are cut off at the edge (deel-ai/xplique@0c90fa41:tests/attributions/test_occlusion.py:test_mask_generator)', () => {
    assert.equal(windowsOf(10, 10, 1, 1).length, 100);
    assert.equal(windowsOf(10, 10, 2, 2).length, 25);
    assert.deepEqual(windowsOf(1, 5, 3, 2), [{ top: 0, bottom: 1, left: 0, right: 3 }, { top: 0, bottom: 1, left: 2, right: 5 }]);
    assert.deepEqual(windowsOf(1, 6, 3, 2).map(({ left, right }) => [left, right]), [[0, 3], [2, 5], [4, 6]]);
  });
});
