import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { exportOnnx } from '../../src/formats/onnx-export.ts';
import { readModel } from '../../src/formats/read-model.ts';
import type { Attribute, ElementType, Graph, Node, Shape, Tensor, TensorData, ValueInfo } from '../../src/graph/graph.ts';
import { tensorOf } from '../../src/graph/tensor.ts';

let folder: string;

before(() => { folder = mkdtempSync(join(tmpdir(), 'fovea-export-')); });
after(() => rmSync(folder, { recursive: true }));

async function reread(graph: Graph): Promise<Graph> {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, exportOnnx(graph));
  return (await readModel(path)).graph;
}

const arrays: Readonly<Record<string, new (buffer: ArrayBuffer) => TensorData>> = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bfloat16: Uint16Array, int8: Int8Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
};
const types = Object.keys(arrays) as ElementType[];

const tensors: fc.Arbitrary<Tensor> = fc.tuple(fc.constantFrom(...types), fc.array(fc.nat(4), { maxLength: 3 })).chain(([type, dims]) => {
  const size = dims.reduce((a, b) => a * b, 1) * 8;
  return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes): Tensor => {
    const whole = new arrays[type](bytes.slice().buffer);
    return { type, dims, data: whole.slice(0, size / 8) };
  });
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const shapes: fc.Arbitrary<Shape | undefined> = fc.option(fc.array(fc.oneof(fc.nat(512), text), { maxLength: 4 }), { nil: undefined });
const float = fc.float({ noDefaultInfinity: false });
const floats = fc.array(float, { minLength: 1, maxLength: 3 });
const integer = fc.maxSafeInteger();

function valueInfo(name: string): fc.Arbitrary<ValueInfo> {
  return fc.record({ type: fc.constantFrom(...types, 'bool' as const), shape: shapes }).map(({ type, shape }) => ({ name, type, shape }));
}

/** Attribute names whose kind the ONNX schema fixes: floats, ints; others at will. */
function attributes(depth: number): fc.Arbitrary<Record<string, Attribute>> {
  return fc.record({
    alpha: float, epsilon: float, scales: floats, value_floats: floats,
    axis: integer, axes: fc.array(integer, { maxLength: 3 }), pads: fc.array(integer, { maxLength: 4 }),
    mode: fc.string({ unit: 'grapheme' }), names: fc.array(text, { minLength: 1, maxLength: 3 }), value: tensors,
    ...(depth > 0 && { body: graphs(depth - 1) }),
  }, { requiredKeys: [] }) as fc.Arbitrary<Record<string, Attribute>>;
}

/** Chains of nodes with made-up operators; each takes tensors that exist by then. */
function graphs(depth: number): fc.Arbitrary<Graph> {
  const nodes = fc.array(fc.record({
    op: text, domain: fc.constantFrom('', 'com.microsoft', 'own.domain'), attributes: attributes(depth),
    picks: fc.array(fc.nat(), { maxLength: 3 }),
  }), { maxLength: 6 });
  const inputInfos = fc.tuple(valueInfo(`x${depth}`), valueInfo(`z${depth}`));
  const parts = fc.record({ name: fc.string(), drafts: nodes, weights: fc.array(tensors, { maxLength: 3 }), inputs: inputInfos });
  return parts.chain(({ name, drafts, weights, inputs }) => {
    const initializers = new Map(weights.map((tensor, i) => [`w${depth}.${i}`, tensor]));
    const known = ['', ...inputs.map((input) => input.name), ...initializers.keys()];
    const made = drafts.map((draft, i): Node => {
      const node: Node = { op: draft.op, domain: draft.domain, name: `n${i}`, attributes: draft.attributes,
        inputs: draft.picks.map((pick) => known[pick % known.length]), outputs: [`t${depth}.${i}`, ''] };
      known.push(node.outputs[0]);
      return node;
    });
    const last = known[known.length - 1];
    const middle = made.slice(0, -1).map((node) => node.outputs[0]);
    const infos = fc.record({ outputs: fc.tuple(valueInfo(last)), values: fc.tuple(...middle.map(valueInfo)) });
    return infos.map(({ outputs, values }): Graph => ({
      name, opset: 17, inputs, outputs, nodes: made, initializers, values: new Map(values.map((value) => [value.name, value])), metadata: {},
    }));
  });
}

const metadata = fc.dictionary(fc.oneof(text, fc.constantFrom('producer_name', 'doc_string')), text, { noNullPrototype: true });

describe('writing an ONNX file', () => {
  it('loses nothing that reading it finds again', async () => {
    await fc.assert(fc.asyncProperty(graphs(1), metadata, fc.integer({ min: 7, max: 22 }), async (draft, notes, opset) => {
      const withOpset = (graph: Graph): Graph => ({ ...graph, opset, nodes: graph.nodes.map((node) => ({
        ...node, attributes: Object.fromEntries(Object.entries(node.attributes).map(([name, value]) => [
          name, typeof value === 'object' && 'nodes' in value ? withOpset(value) : value])),
      })) });
      const graph: Graph = { ...withOpset(draft), metadata: notes };
      assert.deepEqual(await reread(graph), graph);
    }), { numRuns: 200, seed: 1 });
  });

  it('writes N and its multiples as named sizes', async () => {
    const graph = small([{ batch: 1 }, { batch: 6 }, 3, 'height']);
    assert.deepEqual((await reread(graph)).inputs[0].shape, ['N', '6N', 3, 'height']);
  });

  it('clamps numbers beyond int64, which stand for "to the end"', async () => {
    const graph = small([2], { axis: 2 ** 63, axes: [-(2 ** 63), -(2 ** 70), 5] });
    // The largest int64 reads as the nearest double, 2^63.
    assert.deepEqual((await reread(graph)).nodes[0].attributes, { axis: 2 ** 63, axes: [-(2 ** 63), -(2 ** 63), 5] });
  });

  it('refuses what one file cannot hold, before it takes the memory', () => {
    const tensor: Tensor = { type: 'float32', dims: [2 ** 24], data: new Float32Array(2 ** 24) };
    const initializers = new Map(Array.from({ length: 32 }, (_, i) => [`w${i}`, tensor])); // 2 GiB in all
    assert.throws(() => exportOnnx({ ...small([1]), initializers }), { name: 'FoveaError', reason: 'model-too-large' });
  });

  it('refuses tensors of text', () => {
    const tensor: Tensor = { type: 'string', dims: [0], data: new Uint8Array(0) };
    assert.throws(() => exportOnnx({ ...small([1]), initializers: new Map([['w', tensor]]) }), { reason: 'operator-unsupported' });
  });
});

function small(shape: Shape, attributes: Record<string, Attribute> = {}): Graph {
  return {
    name: 'small', opset: 17, initializers: new Map(), values: new Map(), metadata: {},
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape }],
    nodes: [{ op: 'Relu', domain: '', name: 'relu', inputs: ['x'], outputs: ['y'], attributes }],
  };
}

/** Runs y = f(x) for x float32 [N, 2]. */
async function run(nodes: readonly Node[], initializers: Record<string, Tensor>, x: readonly number[]): Promise<number[]> {
  const outputs: ValueInfo[] = [{ name: 'y', type: 'float32', shape: undefined }];
  const graph: Graph = { ...small([{ batch: 1 }, 2]), outputs, nodes, initializers: new Map(Object.entries(initializers)) };
  const session = await InferenceSession.create(exportOnnx(graph), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new OrtTensor('float32', Float32Array.from(x), [x.length / 2, 2]) });
  await session.release();
  return Array.from(y.data as Float32Array);
}

function node(op: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}, domain = ''): Node {
  return { op, domain, name: output, inputs, outputs: [output], attributes };
}

describe('an ONNX file as ONNX Runtime reads it', () => {
  it('computes with float attributes that are whole numbers', async () => {
    const y = await run([node('LeakyRelu', ['x'], 'a', { alpha: 2 }), node('Elu', ['a'], 'y', { alpha: 1 })], {}, [1, -1, 3, 0]);
    // Elu(-2) = e^-2 - 1; float32 rounds it in the eighth digit.
    y.forEach((value, i) => assert.ok(Math.abs(value - [1, Math.exp(-2) - 1, 3, 0][i]) < 1e-6));
  });

  it('computes with float16, int8 and bool weights', async () => {
    const y = await run([
      node('Cast', ['half'], 'h', { to: 1 }), node('DequantizeLinear', ['bytes', 'scale', 'zero'], 'q', { axis: 0 }),
      node('Add', ['x', 'h'], 'a'), node('Mul', ['a', 'q'], 'b'), node('Where', ['mask', 'b', 'x'], 'y'),
    ], {
      half: tensorOf('float16', [0.5, -2]), bytes: tensorOf('int8', [-128, 127]), scale: tensorOf('float32', [0.5], []), zero: tensorOf('int8', [-1], []),
      mask: tensorOf('bool', [1, 0, 0, 1, 1, 1], [3, 2]),
    }, [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(y, [1.5 * -63.5, 2, 3, 2 * 64, 5.5 * -63.5, 4 * 64]);
  });

  it('computes with subgraphs, tensors in attributes, lists, and operators of other domains', async () => {
    const branch = (op: string): Graph => ({
      ...small([]), name: op, inputs: [], outputs: [{ name: `${op}.r`, type: 'float32', shape: undefined }], nodes: [node(op, ['x', `${op}.w`], `${op}.r`)],
      initializers: new Map([[`${op}.w`, tensorOf('float32', [10], [])]]),
    });
    const y = await run([
      node('Constant', [], 'c', { value: tensorOf('bool', [0], []) }),
      node('If', ['c'], 'i', { then_branch: branch('Add'), else_branch: branch('Sub') }),
      node('Constant', [], 'f', { value_floats: [1, 2] }),
      node('Mul', ['i', 'f'], 'm'),
      node('QuickGelu', ['m'], 'g', { alpha: 0 }, 'com.microsoft'),
      node('ReduceSum', ['g', 'axes'], 'y', { keepdims: 0 }),
    ], { axes: tensorOf('int64', [1]) }, [1, 2, 3, 4]);
    // QuickGelu with alpha 0 halves: m · sigmoid(0).
    assert.deepEqual(y, [(-9 + 2 * -8) / 2, (-7 + 2 * -6) / 2]);
  });
});
