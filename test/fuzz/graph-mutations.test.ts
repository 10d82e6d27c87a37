/** Graphs that no damaged byte would lead to: inputs left out, attributes and sizes that make no sense, in every operator that ONNX has a case of. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportOnnx } from '../../src/formats/onnx-export.ts';
import { onnx } from '../../src/formats/onnx-import.ts';
import { readTensor } from '../../src/formats/onnx-tensor.ts';
import type { Attribute, Dim, Graph, Node, Tensor } from '../../src/graph/graph.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { FoveaError } from '../../src/protocol/errors.ts';
import { randomStream } from '../support/random.ts';

/** See test/reference/onnx-operators.test.ts. */
const cases = '/usr/share/libonnx-testdata/data/node';

const numbers = [-1, 0, 1, 2, 3, -2, 7, 0.5, 1e3, 1e6, 2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 63, -1e9, NaN];
const sizes: readonly Dim[] = [0, 1, 5, 1e6, 2 ** 31, { batch: 1 }, { batch: 3 }];

type Choose = <T>(from: readonly T[]) => T;

async function readCase(name: string): Promise<{ graph: Graph; values: Tensor[] } | undefined> {
  const set = join(cases, name, 'test_data_set_0');
  const bytes = (path: string): Uint8Array => readFileSync(path);
  try {
    const path = join(cases, name, 'model.onnx');
    const graph = await onnx.read({ path, bytes: bytes(path), readBeside: () => Promise.reject(new Error('no case keeps weights elsewhere')) });
    const values = graph.inputs.map((_, i) => readTensor(bytes(join(set, `input_${i}.pb`)), { bytes: 2 ** 30, pending: [] }).tensor);
    return { graph, values };
  } catch (error) {
    // Old operator sets, and types that Fovea does not have.
    if (error instanceof FoveaError) return undefined;
    throw error;
  }
}

/** Some inputs become constants, so that folding is met as well as shape rules. */
function fixInputs(graph: Graph, values: readonly Tensor[], first: number): Graph {
  const fixed = graph.inputs.map((input, i): [string, Tensor] => [input.name, values[i]]).slice(first);
  return { ...graph, inputs: graph.inputs.slice(0, first), initializers: new Map([...graph.initializers, ...fixed]) };
}

function replaceAt<T>(list: readonly T[], index: number, ...items: readonly T[]): T[] {
  return [...list.slice(0, index), ...items, ...list.slice(index + 1)];
}

function damagedAttribute(value: Attribute, choose: Choose): Attribute {
  const number = choose(numbers);
  if (!Array.isArray(value)) return choose<Attribute>([number, [number], 'nonsense']);
  const list = value as readonly number[];
  return choose([list.slice(1), [...list, number], replaceAt(list, choose([...list.keys(), 0]), number)]);
}

function damagedNode(node: Node, names: readonly string[], choose: Choose): Node {
  const { inputs } = node;
  const at = choose([...inputs.keys(), inputs.length]);
  const [key, value] = choose([...Object.entries(node.attributes), ['axis', 0] as const]);
  return choose<() => Node>([
    () => ({ ...node, inputs: inputs.slice(0, -1) }),
    () => ({ ...node, inputs: [...inputs, inputs[0] ?? ''] }),
    () => ({ ...node, inputs: replaceAt(inputs, at, '') }),
    () => ({ ...node, inputs: replaceAt(inputs, at, choose(['', ...names])) }),
    () => ({ ...node, attributes: { ...node.attributes, [key]: damagedAttribute(value, choose) } }),
    () => ({ ...node, attributes: { ...node.attributes, [key]: damagedAttribute(value, choose) } }),
  ])();
}

function damagedGraph(graph: Graph, choose: Choose): Graph {
  const names = [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()];
  const at = choose([...graph.nodes.keys()]);
  const kind = choose(['node', 'node', 'node', 'shape', 'value'] as const);
  if (kind === 'shape' && graph.inputs.length > 0) {
    const index = choose([...graph.inputs.keys()]);
    const shape = graph.inputs[index].shape ?? [];
    const changed = choose([shape.slice(1), [...shape, 3], replaceAt(shape, choose([...shape.keys(), 0]), choose(sizes))]);
    return { ...graph, inputs: replaceAt(graph.inputs, index, { ...graph.inputs[index], shape: changed }) };
  }
  if (kind === 'value' && graph.initializers.size > 0) {
    const [name, tensor] = choose([...graph.initializers]);
    const changed = tensorOf(tensor.type, Array.from({ length: tensor.data.length }, () => choose(numbers)), tensor.dims);
    return { ...graph, initializers: new Map([...graph.initializers, [name, changed]]) };
  }
  return { ...graph, nodes: replaceAt(graph.nodes, at, damagedNode(graph.nodes[at], names, choose)) };
}

/** Far above what these graphs of a few hundred elements need (bytes). */
const memoryLimit = 2 ** 30;
const mutants = 12;

describe('damaged graphs', () => {
  it(`${mutants} mutants of each case of ONNX's operators end in typed errors or success`, async function () {
    this.timeout(180_000);
    if (!existsSync(cases)) {
      console.log(`      skipped: ${cases} is not here (apt-get install libonnx-testdata)`);
      this.skip();
    }
    const before = process.memoryUsage().arrayBuffers;
    const failures: string[] = [];
    let [accepted, refused] = [0, 0];
    for (const [index, name] of readdirSync(cases).sort().entries()) {
      const read = await readCase(name);
      if (!read || read.graph.nodes.length === 0) continue;
      for (let seed = 0; seed < mutants; seed++) {
        const random = randomStream(index * mutants + seed);
        const choose: Choose = (from) => from[Math.floor(random() * from.length)];
        const start = fixInputs(read.graph, read.values, choose([0, 1, read.graph.inputs.length]));
        const graph = damagedGraph(choose([true, false]) ? damagedGraph(start, choose) : start, choose);
        try {
          exportOnnx(normalise(graph));
          accepted++;
        } catch (error) {
          refused++;
          if (!(error instanceof FoveaError)) failures.push(`${name}, seed ${seed}: ${(error as Error).stack}`);
        }
        assert.ok(process.memoryUsage().arrayBuffers - before < memoryLimit, `${name}, seed ${seed}`);
      }
    }
    console.log(`      ${accepted} accepted, ${refused} refused`);
    assert.deepEqual(failures, []);
    assert.ok(accepted > 1000 && refused > 1000);
  });

  it('cannot make normalise compute more than the file holds', () => {
    const sizes = new Map([['size', tensorOf('int64', [4e6])]]);
    const chain = Array.from({ length: 200 }, (_, i): Node => (
      { op: 'Exp', domain: '', name: `t${i + 1}`, inputs: [`t${i}`], outputs: [`t${i + 1}`], attributes: {} }));
    const normalised = normalise({
      name: 'bomb', opset: 17, inputs: [], initializers: sizes, values: new Map(), metadata: {}, outputs: [{ name: 't200', type: 'float32', shape: undefined }],
      nodes: [{ op: 'ConstantOfShape', domain: '', name: 't0', inputs: ['size'], outputs: ['t0'], attributes: {} }, ...chain],
    });
    const elements = [...normalised.initializers.values()].reduce((sum, { data }) => sum + data.length, 0);
    assert.ok(normalised.nodes.length > 150 && elements < 2 ** 24, `${normalised.nodes.length} nodes are left, ${elements} elements computed`);
  });
});
