/**
 * Holds one operator against ONNX Runtime and against finite differences. The forward values that everything is compared with always come
 * from ONNX Runtime running the plain node; what is on trial is the operator's shape rule, its constant evaluation, its rewriting of other
 * operator sets, and its gradient.
 */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { addGradients } from '../../../src/graph/differentiate.ts';
import type { Attribute, Dim, ElementType, Graph, Shape, Tensor } from '../../../src/graph/graph.ts';
import { graphOpset } from '../../../src/graph/graph.ts';
import { normalise } from '../../../src/graph/normalise.ts';
import type { RectifierRule } from '../../../src/graph/operators/operator.ts';
import { countElements } from '../../../src/graph/shape.ts';
import { numbersOf, tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import type { Program, Runtime } from '../../../src/runtimes/runtime.ts';

/** Numbers in [0, 1). */
export type Random = () => number;
/** Makes the values of a tensor of `count` elements. */
export type Sampler = (random: Random, count: number) => ArrayLike<number>;

export interface Operand {
  /** May hold the batch dimension N. */
  readonly shape: Shape;
  /** Default float32. */
  readonly type?: ElementType;
  /** Default: uniform in [-1, 1). */
  readonly values?: Sampler | readonly number[];
  /** An initialiser rather than an input of the graph. */
  readonly constant?: boolean;
  /** Default: every float32 operand that is not constant. */
  readonly differentiate?: boolean;
}

export interface OperatorCase {
  readonly op: string;
  readonly domain?: string;
  /** undefined for an omitted optional input. */
  readonly inputs: readonly (Operand | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Number of outputs; default 1. */
  readonly outputs?: number;
  readonly seed?: number;
  readonly rectifier?: RectifierRule;
}

/** A small seeded generator (mulberry32): the same cases in every run. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function uniform(min: number, max: number): Sampler {
  return (random, count) => Float64Array.from({ length: count }, () => min + (max - min) * random());
}

/** Uniform in [min, max), at least 0.15 away from each kink: further than finite differences step. */
export function awayFrom(kinks: readonly number[], min: number, max: number): Sampler {
  return (random, count) => Float64Array.from({ length: count }, () => {
    for (;;) {
      const value = min + (max - min) * random();
      if (kinks.every((kink) => Math.abs(value - kink) >= 0.15)) return value;
    }
  });
}

/** A random order of values that are 0.3 apart, so that no step of finite differences changes which is the largest. */
export const distinct: Sampler = (random, count) => {
  const values = Float64Array.from({ length: count }, (_, i) => 0.3 * (i - count / 2) + 0.1);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
};

/** Whole numbers in [min, max]. */
export function integers(min: number, max: number): Sampler {
  return (random, count) => Float64Array.from({ length: count }, () => min + Math.floor((max - min + 1) * random()));
}

let runtime: Promise<Runtime> | undefined;

export async function compile(graph: Graph): Promise<Program> {
  runtime ??= loadNative();
  return (await runtime).compile(graph);
}

/** Runs a graph once. */
export async function runGraph(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const program = await compile(graph);
  try {
    return await program.run(inputs);
  } finally {
    await program.dispose();
  }
}

/** The shape at a batch size. */
function atBatch(shape: Shape, batch: number): number[] {
  return shape.map((dim: Dim) => {
    assert.notEqual(typeof dim, 'string', 'a size has no number');
    return typeof dim === 'object' ? dim.batch * batch : (dim as number);
  });
}

function sample({ type = 'float32', shape, values = uniform(-1, 1) }: Operand, random: Random, batch: number): Tensor {
  const dims = atBatch(shape, batch);
  const count = countElements(dims) as number;
  return tensorOf(type, typeof values === 'function' ? values(random, count) : values, dims);
}

interface Sampled {
  readonly names: readonly string[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly feeds: Record<string, Tensor>;
}

/** Random operands: those that are constant, and those that are fed. */
function sampleAll(test: OperatorCase, batch: number): Sampled {
  const random = randomOf(test.seed ?? 1);
  const constants = new Map<string, Tensor>();
  const feeds: Record<string, Tensor> = {};
  const names = test.inputs.map((operand, i) => {
    if (!operand) return '';
    const tensor = sample(operand, random, batch);
    if (operand.constant) constants.set(`in${i}`, tensor);
    else feeds[`in${i}`] = tensor;
    return `in${i}`;
  });
  return { names, constants, feeds };
}

function build(test: OperatorCase, { names, constants }: Sampled): { b: GraphBuilder; outputs: readonly string[] } {
  const b = new GraphBuilder();
  test.inputs.forEach((operand, i) => {
    const constant = constants.get(names[i]);
    if (constant) b.constant(constant, names[i]);
    else if (operand) b.input(names[i], operand.type ?? 'float32', operand.shape);
  });
  const outputs = b.addAll(test.op, names, test.attributes, { count: test.outputs, domain: test.domain });
  return { b, outputs };
}

function numbered(tensors: readonly string[]): Record<string, string> {
  return Object.fromEntries(tensors.map((tensor, i) => [`out${i}`, tensor]));
}

/** The shapes and types that the rule foretells are those that ONNX Runtime makes, at two batch sizes. */
export async function checkShapes(test: OperatorCase): Promise<void> {
  const { b, outputs } = build(test, sampleAll(test, 1));
  const program = await compile(b.build(test.op, numbered(outputs)));
  for (const batch of [1, 3]) {
    const results = await program.run(sampleAll(test, batch).feeds);
    outputs.forEach((output, i) => {
      const result = results[`out${i}`];
      assert.deepEqual(atBatch(b.shape(output), batch), [...result.dims], `${test.op}: shape of output ${i} at batch ${batch}`);
      assert.equal(b.type(output), result.type, `${test.op}: type of output ${i}`);
    });
  }
  await program.dispose();
}

/**
 * The gradients are the derivatives of Σ seed·output in random directions, for every output at once and every operand that is
 * differentiated; the rule's shapes hold too.
 *
 * The derivative is taken by Richardson's extrapolation of central differences with steps h and 2h, h = 0.03: its truncation error is
 * about h⁴ = 1e-6 of a smooth function's size, and float32's rounding of the forward values (6e-8 each) divided by h about 1e-5 of the terms that
 * are summed. Hence the tolerance of 1e-3 relative to the size of those terms, which leaves room for functions that bend sharply.
 */
export async function checkGradient(test: OperatorCase, options: { batch?: number; directions?: number; tolerance?: number } = {}): Promise<void> {
  const { batch = 2, directions = 3, tolerance = 1e-3 } = options;
  const sampled = sampleAll(test, batch);
  const { b, outputs } = build(test, sampled);
  const random = randomOf((test.seed ?? 1) + 1000);
  const seeds: Record<string, Tensor> = {};
  const weighted = outputs.map((output, i) => {
    const name = b.input(`seed${i}`, 'float32', b.shape(output));
    seeds[name] = sample({ shape: b.shape(output) }, random, batch);
    return b.add('Mul', [output, name]);
  });
  const terms = weighted.map((name) => b.reshape(name, [countElements(b.shape(name))!]));
  const whole = terms.length === 1 ? terms[0] : b.add('Concat', terms, { axis: 0 });
  const one = b.expandLike(b.constant(tensorOf('float32', [1])), whole);
  const wrt = sampled.names.filter((_, i) => {
    const operand = test.inputs[i];
    return operand && !operand.constant && (operand.differentiate ?? (operand.type ?? 'float32') === 'float32');
  });
  const gradients = addGradients(b, whole, one, wrt, { rectifier: test.rectifier });
  const named = Object.fromEntries(wrt.flatMap((name, i) => (gradients[i] === undefined ? [] : [[`gradient.${name}`, gradients[i]]])));
  wrt.forEach((name, i) => {
    if (gradients[i] !== undefined) assert.deepEqual(b.shape(gradients[i]), b.shape(name), `${test.op}: shape of the gradient of ${name}`);
  });
  const program = await compile(b.build(test.op, { ...numbered(outputs), ...named }));
  const results = await program.run({ ...sampled.feeds, ...seeds });
  wrt.forEach((name) => {
    const gradient = results[`gradient.${name}`];
    if (gradient) assert.deepEqual([...gradient.dims], [...sampled.feeds[name].dims], `${test.op}: dimensions of the gradient of ${name}`);
  });

  /** The terms seed·output, of which the sum is differentiated. */
  const termsAt = async (feeds: Record<string, Tensor>): Promise<number[]> => {
    const values = await program.run({ ...feeds, ...seeds });
    return outputs.flatMap((_, i) => {
      const seed = numbersOf(seeds[`seed${i}`]);
      return Array.from(numbersOf(values[`out${i}`]), (value, j) => value * seed[j]);
    });
  };
  for (const name of wrt) {
    const at = numbersOf(sampled.feeds[name]);
    const gradient = results[`gradient.${name}`] && numbersOf(results[`gradient.${name}`]);
    for (let trial = 0; trial < directions; trial++) {
      const direction = Float64Array.from(at, () => (random() < 0.5 ? -1 : 1) * (0.5 + random() / 2));
      const shifted = (step: number): Promise<number[]> => termsAt({
        ...sampled.feeds,
        [name]: tensorOf('float32', Float64Array.from(at, (value, i) => value + step * direction[i]), sampled.feeds[name].dims),
      });
      const h = 0.03;
      const [far, near, back, farBack] = [await shifted(2 * h), await shifted(h), await shifted(-h), await shifted(-2 * h)];
      const parts = near.map((_, i) => (8 * (near[i] - back[i]) - (far[i] - farBack[i])) / (12 * h));
      const expected = parts.reduce((sum, part) => sum + part, 0);
      const products = Array.from(at, (_, i) => (gradient ? gradient[i] * direction[i] : 0));
      const actual = products.reduce((sum, part) => sum + part, 0);
      const size = Math.max(norm(parts), norm(products), 1e-2);
      assert.ok(Math.abs(actual - expected) <= tolerance * size,
        `${test.op} ${JSON.stringify(test.attributes ?? {})}: gradient of ${name} along a direction is ${actual}, differences say ${expected} (size ${size})`);
    }
  }
  await program.dispose();
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** The node alone as a graph of some operator set, as a file would hold it. */
function rawGraph(test: OperatorCase, sampled: Sampled, opset: number, types: readonly ElementType[]): Graph {
  const names = Array.from({ length: test.outputs ?? 1 }, (_, i) => `out${i}`);
  return {
    name: test.op, opset, metadata: {}, values: new Map(), initializers: sampled.constants,
    inputs: test.inputs.flatMap((operand, i) => (operand && !operand.constant
      ? [{ name: sampled.names[i], type: operand.type ?? 'float32' as const, shape: operand.shape }] : [])),
    outputs: names.map((name, i) => ({ name, type: types[i] ?? 'float32', shape: undefined })),
    nodes: [{ op: test.op, domain: test.domain ?? '', name: 'node', inputs: sampled.names, outputs: names, attributes: test.attributes ?? {} }],
  };
}

/** Equal dimensions, and elements within `tolerance` relative to the largest element that is expected. */
export function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  assert.deepEqual([...actual.dims], [...expected.dims], `${what}: dimensions`);
  assert.equal(actual.type, expected.type, `${what}: type`);
  const [a, e] = [numbersOf(actual), numbersOf(expected)];
  let scale = 1e-6;
  for (let i = 0; i < e.length; i++) if (Number.isFinite(e[i])) scale = Math.max(scale, Math.abs(e[i]));
  for (let i = 0; i < e.length; i++) {
    const same = Object.is(a[i], e[i]) || a[i] === e[i] || Math.abs(a[i] - e[i]) <= tolerance * scale;
    assert.ok(same, `${what}: element ${i} is ${a[i]}, not ${e[i]}`);
  }
}

/**
 * The form of another operator set means the same after `normalise`. The tolerance is float32's: sums in another order.
 */
export async function checkRewrite(test: OperatorCase, opset: number, types: readonly ElementType[] = [], tolerance = 2e-6): Promise<void> {
  const sampled = sampleAll(test, 2);
  const graph = rawGraph(test, sampled, opset, types);
  const expected = await runGraph(graph, sampled.feeds);
  const actual = await runGraph(normalise(graph), sampled.feeds);
  for (const { name } of graph.outputs) assertClose(actual[name], expected[name], tolerance, `${test.op} of opset ${opset}, ${name}`);
}

/** Where all operands are constant the builder computes what ONNX Runtime computes. */
export async function checkEvaluate(test: OperatorCase, tolerance = 2e-6): Promise<void> {
  const sampled = sampleAll(test, 2);
  const constants = new Map([...sampled.constants, ...Object.entries(sampled.feeds)]);
  const folded = build(test, { ...sampled, constants });
  const types = folded.outputs.map((output) => folded.b.type(output));
  const expected = await runGraph(rawGraph(test, sampled, graphOpset, types), sampled.feeds);
  folded.outputs.forEach((output, i) => {
    const actual = folded.b.constantOf(output);
    assert.ok(actual, `${test.op} is not computed though its operands are constant`);
    assertClose(actual, expected[`out${i}`], tolerance, `${test.op} of constants, out${i}`);
  });
}
