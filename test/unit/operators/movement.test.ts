/**
 * Operators that move elements about. They are linear, so their gradient is their adjoint: ⟨seed, op(x)⟩ = ⟨gradient(seed), x⟩ for every x
 * and seed. Shapes, values and old forms are held against ONNX Runtime.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addGradients } from '../../../src/graph/differentiate.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N, type Attribute, type Dim, type Graph, type Tensor } from '../../../src/graph/graph.ts';
import { normalise } from '../../../src/graph/normalise.ts';
import { makeTensor, tensorOf } from '../../../src/graph/tensor.ts';
import { FoveaError, UnsupportedOperatorError } from '../../../src/protocol/errors.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import type { Runtime } from '../../../src/runtimes/runtime.ts';
import { checkGradient, checkRewrite, checkShapes, integers, type OperatorCase } from './gradient-check.ts';

/** One operator on x; the other inputs are constants. */
interface Case {
  readonly op: string;
  /** Shape of x; the first size is the batch where `batch` is set. */
  readonly dims: readonly number[];
  readonly batch?: boolean;
  readonly constants?: readonly (Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  /** Operator set that the form belongs to. */
  readonly opset?: number;
}

const ints = (...values: number[]): Tensor => tensorOf('int64', values);

/** The operator alone, as a file has it. */
function source({ op, dims, batch, constants = [], attributes = {}, outputs = 1, opset = 17 }: Case): Graph {
  const names = constants.map((tensor, i) => (tensor ? `c${i}` : ''));
  const initializers = new Map(constants.flatMap((tensor, i): [string, Tensor][] => (tensor ? [[`c${i}`, tensor]] : [])));
  const made = Array.from({ length: outputs }, (_, i) => `y${i}`);
  return {
    name: op, opset, metadata: {}, values: new Map(), initializers,
    inputs: [{ name: 'x', type: 'float32', shape: dims.map((dim, i): Dim => (batch && i === 0 ? N : dim)) }],
    outputs: made.map((name) => ({ name, type: 'float32', shape: undefined })),
    nodes: [{ op, domain: '', name: 'node', inputs: ['x', ...names], outputs: made, attributes }],
  };
}

/** Values that no two elements share, so that a wrong move is seen. */
function distinct(dims: readonly number[], phase: number): Tensor {
  return tensorOf('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 + phase) + i / 64), dims);
}

function inner(a: Tensor, b: Tensor): number {
  return Array.from(a.data as Float32Array).reduce((sum, value, i) => sum + value * (b.data as Float32Array)[i], 0);
}

describe('operators that move elements', () => {
  let runtime: Runtime;
  before(async () => {
    runtime = await loadNative();
  });

  async function run(graph: Graph, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const program = await runtime.compile(graph);
    try {
      return await program.run(inputs);
    } finally {
      await program.dispose();
    }
  }

  /** Old form = new form; inferred shape = real shape; gradient = adjoint. */
  async function check(example: Case): Promise<void> {
    const file = source(example);
    const x = distinct(example.dims, 0.3);
    const expected = await run(file, { x });
    const graph = normalise(file);
    const got = await run(graph, { x });
    for (const { name, shape } of graph.outputs) {
      assert.deepEqual(got[name], expected[name], name);
      const open = shape!.map((dim) => (typeof dim === 'object' ? dim.batch * example.dims[0] : dim));
      assert.deepEqual(open, got[name].dims, `inferred shape of ${name}`);
    }
    for (const { name } of graph.outputs) {
      const b = GraphBuilder.from(graph);
      const seed = distinct(got[name].dims, 1.1);
      const [gradient] = addGradients(b, name, b.input('seed', 'float32', b.shape(name)), ['x']);
      const back = (await run(b.build('gradient', { gradient: gradient! }), { x, seed })).gradient;
      assert.deepEqual(back.dims, example.dims);
      const [left, right] = [inner(seed, got[name]), inner(back, x)];
      // Sums of at most a few thousand float32 products near 1.
      assert.ok(Math.abs(left - right) <= 1e-4 * (1 + Math.abs(left)), `${name}: ${left} and ${right}`);
    }
  }

  const cases: Record<string, Case> = {
    'Reshape with a copied and a left-over size': { op: 'Reshape', dims: [2, 6, 4], batch: true, constants: [ints(0, 3, -1)] },
    'Flatten in the middle': { op: 'Flatten', dims: [2, 3, 4], attributes: { axis: 2 } },
    'Flatten with the batch': { op: 'Flatten', dims: [3, 3, 4], batch: true, attributes: { axis: 1 } },
    'Squeeze (13)': { op: 'Squeeze', dims: [2, 1, 3, 1], batch: true, constants: [ints(-1)] },
    'Squeeze (11)': { op: 'Squeeze', dims: [2, 1, 3, 1], attributes: { axes: [1, 3] }, opset: 11 },
    'Unsqueeze (13)': { op: 'Unsqueeze', dims: [2, 3], batch: true, constants: [ints(1, -1)] },
    'Unsqueeze (11)': { op: 'Unsqueeze', dims: [2, 3], attributes: { axes: [0] }, opset: 11 },
    'Transpose by default': { op: 'Transpose', dims: [2, 3, 4] },
    'Transpose of channels': { op: 'Transpose', dims: [2, 3, 4, 5], batch: true, attributes: { perm: [0, 2, 3, 1] } },
    'Expand to more axes': { op: 'Expand', dims: [3, 1], constants: [ints(2, 3, 4)] },
    'Tile': { op: 'Tile', dims: [2, 3, 2], batch: true, constants: [ints(1, 2, 3)] },
    'Identity': { op: 'Identity', dims: [2, 3], batch: true },
    'Dropout (7)': { op: 'Dropout', dims: [2, 3], batch: true, attributes: { ratio: 0.5 }, opset: 7 },
    'Dropout (13)': { op: 'Dropout', dims: [2, 3], batch: true, constants: [tensorOf('float32', [0.5], [])] },
    'Concat with zeros': { op: 'Concat', dims: [2, 3, 2], constants: [makeTensor('float32', [2, 4, 2])], attributes: { axis: 1 } },
    'Split by sizes (13)': { op: 'Split', dims: [2, 7, 2], batch: true, constants: [ints(2, 1, 4)], attributes: { axis: 1 }, outputs: 3 },
    'Split evenly (11)': { op: 'Split', dims: [2, 6], attributes: { axis: -1 }, outputs: 3, opset: 11 },
    'Split by an attribute (11)': { op: 'Split', dims: [2, 6], attributes: { axis: 1, split: [4, 2] }, outputs: 2, opset: 11 },
    'Split by number (18)': { op: 'Split', dims: [2, 7], attributes: { axis: 1, num_outputs: 3 }, constants: [], outputs: 3, opset: 18 },
    'Slice (9)': { op: 'Slice', dims: [2, 6, 5], attributes: { starts: [1, 0], ends: [5, -1], axes: [1, 2] }, opset: 9 },
    'Gather of one': { op: 'Gather', dims: [2, 5, 3], batch: true, constants: [tensorOf('int64', [0], [])], attributes: { axis: 1 } },
    'Gather of neighbours': { op: 'Gather', dims: [2, 5, 3], batch: true, constants: [ints(2, 3)], attributes: { axis: 1 } },
    'Gather with repeats from the end': { op: 'Gather', dims: [2, 5, 3], batch: true, constants: [tensorOf('int64', [-1, 0, -1, 2], [2, 2])], attributes: { axis: 1 } },
    'GatherElements': {
      op: 'GatherElements', dims: [2, 4, 3], batch: true, constants: [tensorOf('int64', [0, 1, 3, 3, 1, 3, 1, 2, 0, 0, 2, 3], [2, 2, 3])], attributes: { axis: 1 },
    },
    'ScatterElements over zeros': {
      op: 'ScatterElements', dims: [2, 3], constants: [tensorOf('int64', [2, 0], [1, 2]), makeTensor('float32', [1, 2])], attributes: { axis: 1 }, opset: 16,
    },
    'GatherND of whole rows': { op: 'GatherND', dims: [4, 3, 2], constants: [tensorOf('int64', [3, 0, 3, -2], [4, 1])] },
    'GatherND of elements, some twice': { op: 'GatherND', dims: [3, 4], constants: [tensorOf('int64', [0, 1, 2, -1, 0, 1, 1, 3], [2, 2, 2])] },
    'GatherND with a shared axis': {
      op: 'GatherND', dims: [2, 3, 4], attributes: { batch_dims: 1 }, constants: [tensorOf('int64', [2, 0, 2, -1, /**/ 0, 3, 1, 1], [2, 2, 2])],
    },
    'GatherND with two shared axes, whole rows': {
      op: 'GatherND', dims: [2, 3, 4, 2], attributes: { batch_dims: 2 }, constants: [tensorOf('int64', [3, 0, 1, 1, -1, 2], [2, 3, 1])],
    },
    'ScatterND over zeros': { op: 'ScatterND', dims: [3, 4], constants: [tensorOf('int64', [0, 1, 2, -1], [2, 2]), makeTensor('float32', [2])], opset: 16 },
    'DepthToSpace (DCR)': { op: 'DepthToSpace', dims: [2, 12, 2, 3], batch: true, attributes: { blocksize: 2, mode: 'DCR' } },
    'DepthToSpace (CRD)': { op: 'DepthToSpace', dims: [2, 12, 2, 3], batch: true, attributes: { blocksize: 2, mode: 'CRD' } },
    'SpaceToDepth': { op: 'SpaceToDepth', dims: [2, 3, 4, 6], batch: true, attributes: { blocksize: 2 } },
  };
  for (const [title, example] of Object.entries(cases)) it(title, () => check(example));

  it('refuses a Dropout that drops: in training mode, or one whose mask is used', () => {
    const half = tensorOf('float32', [0.5], []);
    const trained = (mode: number): Case => ({ op: 'Dropout', dims: [2, 3], constants: [half, tensorOf('bool', [mode], [])] });
    assert.throws(() => normalise(source(trained(1))), (error) => error instanceof UnsupportedOperatorError && /training mode/.test(error.message));
    assert.doesNotThrow(() => normalise(source(trained(0))));
    const masked = { ...trained(0), outputs: 2 };
    assert.throws(() => normalise(source(masked)), (error) => error instanceof UnsupportedOperatorError && /Dropout.*"y1" is used/.test(error.message));
    const unused = source(masked);
    assert.doesNotThrow(() => normalise({ ...unused, outputs: unused.outputs.slice(0, 1) }), 'many exporters name the mask');
  });

  it('ScatterND, which is linear in what it writes as well', async () => {
    for (const reduction of ['none', 'add']) {
      const indices = tensorOf('int64', [0, 1, 2, -1], [2, 2]);
      const b = new GraphBuilder();
      const data = b.constant(distinct([3, 4, 2], 0.7));
      const y = b.add('ScatterND', [data, b.constant(indices), b.input('x', 'float32', [2, 2])], { reduction });
      const graph = b.build('write', { y });
      const x = distinct([2, 2], 0.1);
      const zero = (await run(graph, { x: makeTensor('float32', [2, 2]) })).y;
      const written = (await run(graph, { x })).y;
      const g = GraphBuilder.from(graph);
      const seed = distinct([3, 4, 2], 1.1);
      const [gradient] = addGradients(g, 'y', g.input('seed', 'float32', [3, 4, 2]), ['x']);
      const back = (await run(g.build('gradient', { gradient: gradient! }), { x, seed })).gradient;
      const left = inner(seed, written) - inner(seed, zero);
      // Sums of two dozen float32 products near 1.
      assert.ok(Math.abs(left - inner(back, x)) <= 1e-4 * (1 + Math.abs(left)), `${reduction}: ${left} and ${inner(back, x)}`);
    }
  });

  it('Squeeze of a tensor whose first size is 1 and whose second is the batch', () => checkGradient(
    { op: 'Squeeze', inputs: [{ shape: [1, N, 3] }, { shape: [1], type: 'int64', values: [0], constant: true }] }, { batch: 3 }));

  it('Gather with indices that are not known', async () => {
    for (const [axis, shape, taken] of ([[0, [4, 3], [N, 2]], [1, [2, 4, 3], [N, 2]], [2, [N, 2, 4], [5]]] as const)) {
      const picked: OperatorCase = { op: 'Gather', inputs: [{ shape }, { shape: taken, type: 'int64', values: integers(-4, 3) }], attributes: { axis } };
      await checkShapes(picked);
      await checkGradient(picked, { batch: 3 });
    }
  });

  it('a Range that counts the samples, and a Tile for each of them', async () => {
    const node = (op: string, inputs: string[], output: string, attributes: Graph['nodes'][number]['attributes'] = {}): Graph['nodes'][number] =>
      ({ op, domain: '', name: output, inputs, outputs: [output], attributes });
    const file: Graph = {
      name: 'count', opset: 18, metadata: {}, values: new Map(), inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: undefined }],
      initializers: new Map([
        ['zero', tensorOf('int64', [0], [])], ['one', tensorOf('int64', [1], [])], ['first', ints(0)], ['once', ints(1)], ['column', ints(-1, 1)],
        ['row', distinct([1, 3], 0.9)],
      ]),
      nodes: [
        node('Shape', ['x'], 'sizes'), node('Slice', ['sizes', 'first', 'once'], 'sizes 0'),
        node('Gather', ['sizes', 'zero'], 'samples', { axis: 0 }), node('Range', ['zero', 'samples', 'one'], 'places'),
        node('Reshape', ['places', 'column'], 'rows'), node('Cast', ['rows'], 'numbers', { to: 1 }),
        node('Concat', ['sizes 0', 'once'], 'counts', { axis: 0 }), node('Tile', ['row', 'counts'], 'tiled'), node('Add', ['x', 'numbers'], 'z'), node('Mul', ['z', 'tiled'], 'y'),
      ],
    };
    const x = distinct([4, 3], 0.4);
    const graph = normalise(file);
    const { y } = await run(file, { x });
    assert.deepEqual(await run(graph, { x }), { y });
    // y = (x + place)·row: the gradient of its sum is the row, for each sample.
    const b = GraphBuilder.from(graph);
    const [gradient] = addGradients(b, 'y', b.expandLike(b.scalar(1), 'y'), ['x']);
    const back = (await run(b.build('gradient', { gradient: gradient! }), { x })).gradient;
    assert.deepEqual(Array.from(back.data as Float32Array), Array.from({ length: 12 }, (_, i) => distinct([1, 3], 0.9).data[i % 3]));
  });

  it('GatherND that shares the batch, whose size is open', async () => {
    const indices = { shape: [N, 5, 1], type: 'int64' as const, values: integers(-4, 3) };
    await checkRewrite({ op: 'GatherND', inputs: [{ shape: [N, 4, 3] }, indices], attributes: { batch_dims: 1 } }, 13);
    const apart: Case = { op: 'GatherND', dims: [2, 4], attributes: { batch_dims: 1 }, constants: [tensorOf('int64', [0, 1, 2], [3, 1])] };
    assert.throws(() => normalise(source(apart)), (error) => error instanceof FoveaError && error.reason === 'shape-mismatch');
  });

  it('computes GatherND and ScatterND of constants as ONNX Runtime does', async () => {
    const data = distinct([3, 4, 2], 0.2);
    const picked = { op: 'GatherND', domain: '', name: 'pick', inputs: ['data', 'at'], outputs: ['picked'], attributes: {} };
    const written = { op: 'ScatterND', domain: '', name: 'write', inputs: ['data', 'at', 'new'], outputs: ['written'], attributes: {} };
    const file: Graph = {
      name: 'constants', opset: 18, metadata: {}, values: new Map(), inputs: [{ name: 'x', type: 'float32', shape: [1] }],
      initializers: new Map([['data', data], ['at', tensorOf('int64', [2, -1, 0, 3], [2, 2])], ['new', distinct([2, 2], 5)]]),
      nodes: [picked, written, ...['picked', 'written'].map((from) => ({ op: 'Add', domain: '', name: `${from} and x`, inputs: [from, 'x'], outputs: [`y ${from}`], attributes: {} }))],
      outputs: ['picked', 'written'].map((from) => ({ name: `y ${from}`, type: 'float32', shape: undefined })),
    };
    const graph = normalise(file);
    assert.deepEqual(graph.nodes.map(({ op }) => op), ['Add', 'Add']);
    const x = tensorOf('float32', [0]);
    assert.deepEqual(await run(graph, { x }), await run(file, { x }));
  });

  it('Slice with any start, end and step', async () => {
    const index = fc.integer({ min: -9, max: 9 });
    const step = fc.integer({ min: -3, max: 3 }).filter((value) => value !== 0);
    await fc.assert(fc.asyncProperty(index, index, step, fc.integer({ min: 1, max: 7 }), async (start, end, by, length) => {
      const example: Case = { op: 'Slice', dims: [2, length, 2], batch: true, constants: [ints(start), ints(end), ints(1), ints(by)] };
      const { shape } = normalise(source(example)).outputs[0];
      if (shape![1] !== 0) await check(example);
    }), { seed: 7, numRuns: 60 });
  });

  it('opens up a branch whose condition is constant', async () => {
    const branch = (op: string): Graph => ({
      name: op, opset: 13, metadata: {}, values: new Map(), inputs: [], outputs: [{ name: 'out', type: 'float32', shape: undefined }],
      initializers: new Map([['axes', ints(1)]]),
      nodes: [{ op, domain: '', name: op, inputs: op === 'Squeeze' ? ['x', 'axes'] : ['x'], outputs: ['out'], attributes: {} }],
    });
    const file = source({ op: 'If', dims: [2, 1, 3] });
    const nodes = [{ ...file.nodes[0], inputs: ['c'], attributes: { then_branch: branch('Squeeze'), else_branch: branch('Identity') } }];
    for (const chosen of [1, 0]) {
      const graph = normalise({ ...file, nodes, initializers: new Map([['c', tensorOf('bool', [chosen], [])]]) });
      assert.deepEqual(graph.outputs[0].shape, chosen ? [2, 3] : [2, 1, 3]);
      const x = distinct([2, 1, 3], 0);
      assert.deepEqual((await run(graph, { x })).y0.data, x.data);
    }
  });
});
