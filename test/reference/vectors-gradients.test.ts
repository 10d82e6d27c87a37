/** Gradients, guided backpropagation and deconvolution of tiny networks, as the tests of Captum and Xplique state them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { addGradients } from '../../src/graph/differentiate.ts';
import type { Attribute, Tensor } from '../../src/graph/graph.ts';
import type { RectifierRule } from '../../src/graph/operators/operator.ts';
import { numbersOf, stridesOf, tensorOf } from '../../src/graph/tensor.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';
import { referenceRuntimes } from '../support/runtimes.ts';

type Nested = number | readonly Nested[];

interface NetworkDescription {
  readonly id: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly initializers: Readonly<Record<string, Nested>>;
  readonly nodes: readonly { name: string; op: string; inputs: readonly string[]; attrs?: Readonly<Record<string, Attribute>> }[];
  readonly output: string;
}

interface Case {
  readonly id: string;
  readonly method: string;
  readonly model: string;
  readonly citation: string;
  readonly inputs: Readonly<Record<string, Nested>>;
  readonly fixed?: Readonly<Record<string, Nested>>;
  /** Element of each sample's output; null where a sample has one number. */
  readonly target?: { readonly index: readonly number[] } | null;
  readonly layer?: string | readonly string[];
  readonly layerSide?: 'input';
  /** Elements of each sample's layer, batch axis left out. */
  readonly neuron?: { readonly index?: readonly number[]; readonly sumOf?: readonly (readonly number[])[] };
  readonly expected: Readonly<Record<string, Nested>>;
}

function readData<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'data', name), 'utf8')) as T;
}

function flatten(values: Nested): readonly number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flatten);
}

function nestedTensor(values: Nested): Tensor {
  const dims: number[] = [];
  for (let level = values; typeof level !== 'number'; [level] = level) dims.push(level.length);
  return tensorOf('float32', flatten(values), dims);
}

function rectifierOf(method: string): RectifierRule {
  if (/guidedBackprop/i.test(method)) return 'guided';
  return /deconvolution/i.test(method) ? 'deconvnet' : 'gradient';
}

/** 1 at the chosen elements of every sample. */
function selection(dims: readonly number[], chosen: readonly (readonly number[])[]): Tensor {
  const tensor = tensorOf('float32', new Float32Array(dims.reduce((a, c) => a * c, 1)), dims);
  const strides = stridesOf(dims);
  for (let sample = 0; sample < dims[0]; sample++) {
    for (const index of chosen) tensor.data[[sample, ...index].reduce((at, entry, axis) => at + entry * strides[axis], 0)] = 1;
  }
  return tensor;
}

/** The attributions of a case by the name of what they belong to. */
async function attribute(runtime: Runtime, network: NetworkDescription, test: Case): Promise<Record<string, number[]>> {
  const b = new GraphBuilder();
  const feeds = Object.fromEntries(Object.entries({ ...test.inputs, ...test.fixed }).map(([name, values]) => [name, nestedTensor(values)]));
  for (const { name } of network.inputs) b.input(name, 'float32', feeds[name].dims);
  for (const [name, values] of Object.entries(network.initializers)) b.constant(nestedTensor(values), name);
  for (const { name, op, inputs, attrs } of network.nodes) b.add(op, inputs, attrs, { outputs: [name] });

  const layers = [test.layer ?? []].flat();
  const ofLayer = (layer: string): string => (test.layerSide === 'input' ? network.nodes.find(({ name }) => name === layer)!.inputs[0] : layer);
  const explained = test.neuron ? ofLayer(layers[0]) : network.output;
  const chosen = test.neuron ? test.neuron.sumOf ?? [test.neuron.index!] : [test.target?.index ?? []];
  const seed = b.constant(selection(b.shape(explained) as number[], chosen));
  const tensors = Object.keys(test.expected).map((name) => (layers.includes(name) ? ofLayer(name) : name));
  const gradients = addGradients(b, explained, seed, tensors, { rectifier: rectifierOf(test.method) });
  const attributions = gradients.map((gradient, i) => {
    assert.ok(gradient, `${tensors[i]} has no gradient`);
    return /X(Gradient|Activation)$/.test(test.method) ? b.add('Mul', [gradient, tensors[i]]) : gradient;
  });
  const outputs = Object.fromEntries(attributions.map((name, i) => [`attribution.${i}`, name]));
  const program = await runtime.compile(b.build(network.id, outputs));
  const results = await program.run(feeds);
  await program.dispose();
  return Object.fromEntries(Object.keys(test.expected).map((name, i) => {
    const values = Array.from(numbersOf(results[`attribution.${i}`]));
    return [name, test.method === 'saliency' ? values.map(Math.abs) : values];
  }));
}

for (const { name: runtimeName, load } of referenceRuntimes) {
  describe(`gradients of Captum's test networks (${runtimeName})`, () => {
    const { models, cases } = readData<{ models: NetworkDescription[]; cases: Case[] }>('captum-gradients.json');
    for (const test of cases) {
      it(`${test.id}: ${test.method} (${test.citation})`, async () => {
        const found = await attribute(await load(), models.find(({ id }) => id === test.model)!, test);
        // Weights, inputs and results are small whole numbers or halves: float32 holds them exactly.
        for (const [name, values] of Object.entries(test.expected)) {
          assert.deepEqual(found[name].map((value) => value + 0), flatten(values), name);
        }
      });
    }
  });

  describe(`ReLU rules of Xplique's tests (${runtimeName})`, () => {
    interface RuleCase { id: string; method: string; citation: string; inputs: { x: number[] }; expected: number[] }
    const rules: Record<string, { op: string; bounds: number[]; sign: number; rectifier: RectifierRule }> = {
      reluGradient: { op: 'Relu', bounds: [], sign: -1, rectifier: 'gradient' },
      reluGuided: { op: 'Relu', bounds: [], sign: -1, rectifier: 'guided' },
      reluDeconv: { op: 'Relu', bounds: [], sign: 1, rectifier: 'deconvnet' },
      reluDeconvMax3: { op: 'Clip', bounds: [0, 3], sign: 1, rectifier: 'deconvnet' },
    };
    for (const test of readData<{ cases: RuleCase[] }>('xplique-relu-rules.json').cases) {
      it(`${test.id} (${test.citation})`, async () => {
        const { op, bounds, sign, rectifier } = rules[test.method];
        const b = new GraphBuilder();
        const x = b.input('x', 'float32', [4]);
        const activation = b.add(op, [x, ...bounds.map((bound) => b.scalar(bound))]);
        const seed = b.constant(tensorOf('float32', [sign, sign, sign, sign]));
        const [gradient] = addGradients(b, b.add('Mul', [activation, activation]), seed, [x], { rectifier });
        const program = await (await load()).compile(b.build('rule', { gradient: gradient! }));
        const result = await program.run({ x: tensorOf('float32', test.inputs.x) });
        await program.dispose();
        assert.deepEqual(Array.from(numbersOf(result.gradient), (value) => value + 0), test.expected);
      });
    }
  });
}
