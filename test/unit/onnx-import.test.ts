import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readModel } from '../../src/formats/read-model.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { rejects } from '../support/errors.ts';
import type { FieldValue, ModelParts } from '../support/onnx-bytes.ts';
import { message, modelBytes, node, tensor, valueInfo, varints } from '../support/onnx-bytes.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

before(() => { folder = mkdtempSync(join(tmpdir(), 'fovea-import-')); });
after(() => rmSync(folder, { recursive: true }));

function write(bytes: Uint8Array | string, name = 'model.onnx'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(parts: ModelParts): Promise<Graph> {
  return (await readModel(write(modelBytes(parts)))).graph;
}

async function readTensor(...fields: readonly (readonly [number, FieldValue])[]): Promise<Tensor> {
  const graph = await read({ initializers: [message([tensor.name, 'w'], ...fields)] });
  return graph.initializers.get('w') as Tensor;
}

describe('reading an ONNX file', () => {
  it('tells format, size and hash', async () => {
    const bytes = modelBytes();
    const model = await readModel(write(bytes));
    assert.equal(model.format, 'onnx');
    assert.equal(model.bytes, bytes.length);
    assert.equal(model.hash, createHash('sha256').update(bytes).digest('hex'));
    assert.deepEqual(model.graph.nodes, [{ op: 'Relu', domain: '', name: 'y', inputs: ['x'], outputs: ['y'], attributes: {} }]);
  });

  it('recognises a file without its extension', async () => {
    assert.equal((await readModel(write(modelBytes({ modelFields: [[2, 'producer']] }), 'weights.bin'))).format, 'onnx');
  });

  it('reads opset 7 to 22 and names any other', async () => {
    for (const opset of [7, 17, 22]) assert.equal((await read({ opset })).opset, opset);
    for (const opset of [1, 6, 23, 2 ** 40]) await rejects(read({ opset }), 'model-unsuitable', new RegExp(`opset ${opset}\\b`));
  });

  it('keeps sizes, names of sizes, and gives a name to each size that is left open', async () => {
    const graph = await read({ inputs: [valueInfo('x', 1, ['batch', 3, undefined, -1])], graphFields: [[13, valueInfo('y', 10, undefined)]] });
    const shape = graph.inputs[0].shape ?? [];
    assert.deepEqual(shape.slice(0, 2), ['batch', 3]);
    assert.equal(new Set(shape.map(String)).size, 4);
    assert.deepEqual(graph.values.get('y'), { name: 'y', type: 'float16', shape: undefined });
  });

  it('does not take initialisers for inputs', async () => {
    const graph = await read({
      nodes: [node('Add', ['x', 'w'], ['y'])],
      inputs: [valueInfo('x', 1, [2]), valueInfo('w', 1, [1])],
      initializers: [message([tensor.name, 'w'], [tensor.dims, 1], [tensor.type, 1], [tensor.raw, new Uint8Array(4)])],
    });
    assert.deepEqual(graph.inputs.map(({ name }) => name), ['x']);
  });

  it('keeps the metadata', async () => {
    const { metadata } = await read({ modelFields: [[2, 'maker'], [6, 'about'], [14, message([1, 'labels'], [2, 'cat,dog'])], [14, message([1, '__proto__'], [2, 'x'])]] });
    assert.deepEqual(Object.entries(metadata), [['labels', 'cat,dog'], ['__proto__', 'x'], ['producer_name', 'maker'], ['doc_string', 'about']]);
  });

  it('sorts nodes and makes their names unique', async () => {
    const nodes = [node('Relu', ['b'], ['y'], [3, 'n']), node('Neg', ['a'], ['b'], [3, 'n']), node('Abs', ['x'], ['a'])];
    const graph = await read({ nodes });
    assert.deepEqual(graph.nodes.map(({ op, name }) => [op, name]), [['Abs', 'a'], ['Neg', 'n_2'], ['Relu', 'n']]);
  });

  it('sorts by what subgraphs use', async () => {
    const branch = message([1, node('Neg', ['late'], ['r'])], [12, message([1, 'r'])]);
    const attribute = (name: string): readonly [number, Uint8Array] => [5, message([1, name], [6, branch], [20, 5])];
    const graph = await read({
      nodes: [node('If', ['c'], ['y'], attribute('then_branch'), attribute('else_branch')), node('Relu', ['x'], ['late'])],
      inputs: [valueInfo('x', 1, [2]), valueInfo('c', 9, [])],
    });
    assert.deepEqual(graph.nodes.map(({ op }) => op), ['Relu', 'If']);
  });

  it('guesses the type of attributes that old files leave out', async () => {
    const f = new Uint8Array([0x0a, 1, 0x66, 0x15, 0, 0, 0, 0x3f]); // name "f", f = 0.5
    const attributes = [f, message([1, 'i'], [3, -7]), message([1, 's'], [4, 'text']), message([1, 'l'], [8, 1], [8, 2])];
    const graph = await read({ nodes: [node('Relu', ['x'], ['y'], ...attributes.map((bytes) => [5, bytes] as const))] });
    assert.deepEqual(graph.nodes[0].attributes, { f: 0.5, i: -7, s: 'text', l: [1, 2] });
  });

  it('reads lists of attributes packed and unpacked', async () => {
    const attributes = [message([1, 'packed'], [8, varints(1, -2, 300)], [20, 7]), message([1, 'plain'], [8, 1], [8, -2], [8, 300], [20, 7])];
    const graph = await read({ nodes: [node('Relu', ['x'], ['y'], ...attributes.map((bytes) => [5, bytes] as const))] });
    assert.deepEqual(graph.nodes[0].attributes, { packed: [1, -2, 300], plain: [1, -2, 300] });
  });
});

describe('reading the tensors of an ONNX file', () => {
  const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

  it('reads raw data of every type, wherever it lies', async () => {
    const cases: [Tensor['type'], number, Tensor['data']][] = [
      ['float32', 1, new Float32Array([1.5, -0, Infinity])], ['uint8', 2, new Uint8Array([1, 255])], ['int8', 3, new Int8Array([-128, 127])],
      ['uint16', 4, new Uint16Array([65535])], ['int16', 5, new Int16Array([-32768])], ['int32', 6, new Int32Array([-(2 ** 31)])],
      ['int64', 7, new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)])], ['bool', 9, new Uint8Array([0, 1])], ['float16', 10, new Uint16Array([0x3c00])],
      ['float64', 11, new Float64Array([Math.PI])], ['uint32', 12, new Uint32Array([2 ** 32 - 1])], ['uint64', 13, new BigUint64Array([2n ** 64n - 1n])],
      ['bfloat16', 16, new Uint16Array([0x3f80])],
    ];
    for (const [type, code, data] of cases) {
      // Names of growing length move the data to every alignment.
      for (const name of ['w', 'w2', 'w34', 'w567']) {
        const fields = message([tensor.name, name], [tensor.dims, data.length], [tensor.type, code], [tensor.raw, bytesOf(data)]);
        assert.deepEqual((await read({ initializers: [fields] })).initializers.get(name), { type, dims: [data.length], data });
      }
    }
  });

  it('reads typed fields, packed and unpacked', async () => {
    const [type, dims] = [(code: number) => [tensor.type, code] as const, (size: number) => [tensor.dims, size] as const];
    assert.deepEqual((await readTensor(type(1), dims(2), [tensor.float, bytesOf(new Float32Array([1, -2]))])).data, new Float32Array([1, -2]));
    assert.deepEqual((await readTensor(type(11), dims(1), [tensor.double, bytesOf(new Float64Array([0.1]))])).data, new Float64Array([0.1]));
    assert.deepEqual((await readTensor(type(10), dims(2), [tensor.int32, varints(0x3c00, 0xc000)])).data, new Uint16Array([0x3c00, 0xc000]));
    assert.deepEqual((await readTensor(type(16), dims(1), [tensor.int32, varints(0x3f80)])).data, new Uint16Array([0x3f80]));
    assert.deepEqual((await readTensor(type(3), dims(3), [tensor.int32, varints(-128, -1, 127)])).data, new Int8Array([-128, -1, 127]));
    assert.deepEqual((await readTensor(type(9), dims(2), [tensor.int32, varints(1, 0)])).data, new Uint8Array([1, 0]));
    assert.deepEqual((await readTensor(type(6), dims(2), [tensor.int32, -5], [tensor.int32, 6])).data, new Int32Array([-5, 6]));
    assert.deepEqual((await readTensor(type(7), dims(2), [tensor.int64, varints(-1, 2 ** 40)])).data, new BigInt64Array([-1n, 2n ** 40n]));
    assert.deepEqual((await readTensor(type(12), dims(1), [tensor.uint64, varints(2 ** 32 - 1)])).data, new Uint32Array([2 ** 32 - 1]));
    const largest = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert.deepEqual((await readTensor(type(7), dims(1), [tensor.int64, largest])).data, new BigInt64Array([2n ** 63n - 1n]));
  });

  it('reads scalars and empty tensors', async () => {
    assert.deepEqual(await readTensor([tensor.type, 7], [tensor.int64, 5]), { type: 'int64', dims: [], data: new BigInt64Array([5n]) });
    assert.deepEqual(await readTensor([tensor.type, 1], [tensor.dims, 0]), { type: 'float32', dims: [0], data: new Float32Array(0) });
  });

  it('refuses shapes that are impossible or do not match the data', async () => {
    const float = [tensor.type, 1] as const;
    const raw = [tensor.raw, new Uint8Array(8)] as const;
    for (const dims of [[-1], [3], [1], [2 ** 40, 2 ** 40], [2 ** 62], []]) {
      await rejects(readTensor(float, ...dims.map((size) => [tensor.dims, size] as const), raw), 'model-corrupt', /"w"/);
    }
    // Ten bytes that ask for 2^50 values.
    await rejects(readTensor([tensor.type, 7], [tensor.dims, 2 ** 50], [tensor.int64, varints(1, 2, 3)]), 'model-corrupt');
    await rejects(readTensor([tensor.type, 7], [tensor.dims, 1], [tensor.int64, varints(1, 2, 3)]), 'model-corrupt');
    await rejects(readTensor([tensor.type, 7], [tensor.dims, 2], [tensor.int64, varints(2 ** 40)]), 'model-corrupt');
  });

  it('names what it does not support: texts, complex numbers, sparse tensors', async () => {
    for (const type of [8, 14, 17, 99]) await rejects(readTensor([tensor.type, type], [tensor.dims, 0]), 'model-unsuitable', /"w"/);
    await rejects(read({ graphFields: [[15, message()]] }), 'model-unsuitable', /sparse/);
    await rejects(read({ inputs: [valueInfo('x', 8, [1])] }), 'model-unsuitable', /"x"/);
  });
});

describe('functions of an ONNX file', () => {
  const imports = message([1, ''], [2, 17]);
  /** half(v; alpha) = LeakyRelu(Neg(v), alpha = @slope) */
  const leaky = message([1, 'leaky'], [4, 'v'], [5, 'r'], [6, 'slope'],
    [7, node('Neg', ['v'], ['t'])], [7, node('LeakyRelu', ['t'], ['r'], [5, message([1, 'alpha'], [21, 'slope'], [20, 1])])], [9, imports], [10, 'own']);
  const slope = new Uint8Array([...message([1, 'slope'], [20, 1]), 0x15, 0, 0, 0x80, 0x3e]); // f = 0.25

  it('are replaced by their bodies', async () => {
    const call = (input: string, output: string): Uint8Array => node('leaky', [input], [output], [7, 'own'], [5, slope]);
    const graph = await read({ nodes: [call('x', 'm'), call('m', 'y')], modelFields: [[25, leaky]] });
    assert.deepEqual(graph.nodes.map(({ op }) => op), ['Neg', 'LeakyRelu', 'Neg', 'LeakyRelu']);
    assert.deepEqual(graph.nodes.map(({ attributes }) => attributes.alpha), [undefined, 0.25, undefined, 0.25]);
    assert.equal(graph.nodes[2].inputs[0], 'm');
    assert.equal(new Set(graph.nodes.flatMap(({ outputs }) => outputs)).size, 4);
  });

  it('are refused where they recur or explode', async () => {
    const self = message([1, 'f'], [4, 'v'], [5, 'r'], [7, node('f', ['v'], ['r'], [7, 'own'])], [10, 'own']);
    await rejects(read({ nodes: [node('f', ['x'], ['y'], [7, 'own'])], modelFields: [[25, self]] }), 'model-unsuitable', /"f"/);
    const bomb = Array.from({ length: 20 }, (_, i) => {
      const inner = (input: string, output: string): Uint8Array => (i === 0 ? node('Neg', [input], [output]) : node(`f${i - 1}`, [input], [output], [7, 'own']));
      return [25, message([1, `f${i}`], [4, 'v'], [5, 'r'], [7, inner('v', 'a')], [7, inner('a', 'b')], [7, inner('b', 'r')], [10, 'own'])] as const;
    });
    await rejects(read({ nodes: [node('f19', ['x'], ['y'], [7, 'own'])], modelFields: bomb }), 'model-unsuitable', /100000/);
  });
});

describe('a model file that is none', () => {
  it('gets the reason that fits', async () => {
    await rejects(readModel(join(folder, 'nowhere.onnx')), 'model-missing', /nowhere/);
    await rejects(readModel(join(write(''), 'below.onnx')), 'model-missing');
    await rejects(readModel(folder), 'model-unreadable', /folder/);
    await rejects(readModel(write('', 'empty.onnx')), 'model-empty');
    await rejects(readModel(write('# a text, and no model\n', 'notes.md')), 'model-unknown-format', /notes\.md/);
    await rejects(readModel(write('<!DOCTYPE html><title>Not found</title>', 'page.onnx')), 'model-corrupt');
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n';
    await rejects(readModel(write(pointer, 'pointer.onnx')), 'git-lfs-pointer', /pointer\.onnx/);
    await rejects(readModel('/dev/zero'), 'model-unreadable');
  });

  it('stops when cancelled', async () => {
    await rejects(readModel(write(modelBytes()), AbortSignal.abort()), 'cancelled');
  });

  it('is refused at every truncation', async () => {
    const bytes = modelBytes({ initializers: [message([tensor.name, 'w'], [tensor.dims, 1], [tensor.type, 1], [tensor.raw, new Uint8Array(4)])] });
    const importsAt = bytes.length - message([8, message([1, ''], [2, 17])]).length;
    for (let length = 1; length < bytes.length; length++) {
      // Where the operator sets alone are cut off, the file is an old one and says so.
      await rejects(readModel(write(bytes.subarray(0, length))), length === importsAt ? 'model-unsuitable' : 'model-corrupt');
    }
  });

  it('names the fault of a graph', async () => {
    await rejects(read({ nodes: [node('Relu', ['nothing'], ['y'])] }), 'graph-invalid', /"nothing"/);
    await rejects(read({ nodes: [node('Relu', ['x'], ['z'])] }), 'graph-invalid', /"y"/);
    await rejects(read({ nodes: [node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])] }), 'graph-invalid', /"y"/);
    await rejects(read({ nodes: [node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Abs', ['b'], ['y'])] }), 'graph-invalid', /own output/);
    await rejects(read({ nodes: [node('Relu', ['x'], ['x']), node('Relu', ['x'], ['y'])] }), 'graph-invalid', /"x"/);
    await rejects(read({ inputs: [valueInfo('x', 1, [1]), valueInfo('x', 1, [1])] }), 'graph-invalid', /"x"/);
  });
});

describe('models of others', () => {
  const bundled = join(root, 'models/efficientnet-lite0.onnx');
  const shared = [join(root, '../shared/data/models'), join(root, '../shared/zoo')].filter((path) => existsSync(path));
  const files = shared.flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)))
    .filter((path) => path.endsWith('.onnx'));

  it('import', async function () {
    this.timeout(120_000);
    if (files.length === 0) console.log('      skipped but for the bundled model: ../shared is not here');
    for (const path of [bundled, ...files]) {
      const { graph, bytes } = await readModel(path);
      assert.equal(bytes, readFileSync(path).length);
      assert.ok(graph.nodes.length > 0 && graph.inputs.length === 1 && graph.initializers.size > 0, basename(path));
    }
  });
});
