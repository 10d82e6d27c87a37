import assert from 'node:assert/strict';
import { exportOnnx } from '../../src/formats/onnx-export.ts';
import { onnx } from '../../src/formats/onnx-import.ts';
import type { Attribute, Graph, Node, Tensor } from '../../src/graph/graph.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { FoveaError } from '../../src/protocol/errors.ts';
import { message, modelBytes, node as nodeBytes, tensor, varints } from '../support/onnx-bytes.ts';
import { randomStream } from '../support/random.ts';

function node(op: string, inputs: readonly string[], output: string, attributes: Record<string, Attribute> = {}): Node {
  return { op, domain: '', name: output, inputs, outputs: [output], attributes };
}

function graph(nodes: readonly Node[], weights: Record<string, Tensor>, shape: Graph['inputs'][0]['shape'], opset: number): Graph {
  return {
    name: 'small', opset, nodes, initializers: new Map(Object.entries(weights)), values: new Map(), metadata: { note: 'a text' },
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape: undefined }],
  };
}

const values = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(i));

/** Small models that together use what a file can hold. */
const models: Readonly<Record<string, Uint8Array>> = {
  convolutional: exportOnnx(graph([
    node('Conv', ['x', 'w', 'b'], 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], group: 1 }),
    node('Relu', ['c'], 'r'),
    node('MaxPool', ['r'], 'p', { kernel_shape: [2, 2], strides: [2, 2] }),
    node('GlobalAveragePool', ['p'], 'g'),
    node('Flatten', ['g'], 'f', { axis: 1 }),
    node('Gemm', ['f', 'k'], 'y', { transB: 1, alpha: 1, beta: 1 }),
  ], {
    w: tensorOf('float32', values(54), [2, 3, 3, 3]), b: tensorOf('float32', [0, 1]), k: tensorOf('float32', values(8), [4, 2]),
  }, ['batch', 3, 8, 8], 13)),
  shapely: exportOnnx(graph([
    node('Shape', ['x'], 's'), node('Gather', ['s', 'zero'], 'n', { axis: 0 }), node('Unsqueeze', ['n', 'axes'], 'u'),
    node('Concat', ['u', 'rest'], 't', { axis: 0 }), node('Reshape', ['x', 't'], 'q'), node('Transpose', ['q'], 'z', { perm: [0, 2, 1] }),
    node('Slice', ['z', 'from', 'to', 'last'], 'l'), node('Pad', ['l', 'pads'], 'd', { mode: 'constant' }), node('Tile', ['d', 'times'], 'e'),
    node('Softmax', ['e'], 'y', { axis: -1 }),
  ], {
    zero: tensorOf('int64', [0], []), axes: tensorOf('int64', [0]), rest: tensorOf('int64', [3, 16]), from: tensorOf('int64', [1]),
    to: tensorOf('int64', [2 ** 63]), last: tensorOf('int64', [2]), pads: tensorOf('int64', [0, 1, 0, 0, 0, 1]), times: tensorOf('int64', [1, 2, 1]),
  }, ['batch', 3, 4, 4], 17)),
  normalised: exportOnnx(graph([
    node('Constant', [], 'k', { value: tensorOf('float16', values(3), [1, 3, 1, 1]) }), node('Cast', ['k'], 'kf', { to: 1 }),
    node('Mul', ['x', 'kf'], 'm'),
    node('BatchNormalization', ['m', 's', 's', 's', 's'], 'b', { epsilon: 1e-5 }), node('Resize', ['b', '', 'scales'], 'r', { mode: 'linear' }),
    node('ReduceMean', ['r'], 'a', { axes: [2, 3], keepdims: 0 }), node('Clip', ['a', 'low', 'high'], 'y'),
  ], {
    s: tensorOf('float32', [1, 2, 3]), scales: tensorOf('float32', [1, 1, 2, 2]), low: tensorOf('float32', [0], []), high: tensorOf('float32', [6], []),
  }, ['batch', 3, 4, 4], 13)),
  odd: modelBytes({
    nodes: [
      nodeBytes('f', ['x'], ['v'], [7, 'own']),
      nodeBytes('If', ['c'], ['y'], ...['then_branch', 'else_branch'].map((name) => [5, message([1, name], [20, 5], [6, message(
        [1, nodeBytes('Add', ['v', 'w'], [`${name}.r`])], [2, name], [12, message([1, `${name}.r`])])])] as const)),
    ],
    initializers: [
      message([tensor.name, 'w'], [tensor.dims, varints(2)], [tensor.type, 1], [tensor.float, new Uint8Array(8)]),
      message([tensor.name, 'c'], [tensor.type, 9], [tensor.int32, varints(1)]),
      message([tensor.name, 'e'], [tensor.dims, 2], [tensor.type, 6], [tensor.location, 1], [tensor.external, message([1, 'location'], [2, 'e.bin'])]),
    ],
    modelFields: [[25, message([1, 'f'], [4, 'a'], [5, 'b'], [7, nodeBytes('Neg', ['a'], ['b'])], [9, message([1, ''], [2, 17])], [10, 'own'])]],
  }),
};

/** Bytes that mean something to a protocol buffer: lengths, large varints, tags, floats. */
const splices: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x07], [0x80, 0x80, 0x80, 0x80, 0x08],
  [0], [0x7f], [0x08, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x4a, 0x00], [0x0a, 0x00], [0, 0, 0xc0, 0x7f],
];

/** One of many ways to damage a file: cut, flipped bits, a byte changed, a stretch replaced, doubled or taken out. */
function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomStream(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let result: Uint8Array = Uint8Array.from(bytes);
  const rounds = 1 + (below(3) === 0 ? below(4) : 0);
  for (let round = 0; round < rounds && result.length > 0; round++) {
    const at = below(result.length);
    const stretch = result.subarray(at, at + 1 + below(24));
    const splice = splices[below(splices.length)];
    const replace = (middle: Iterable<number>, count: number): Uint8Array =>
      Uint8Array.from([...result.subarray(0, at), ...middle, ...result.subarray(at + count)]);
    // Most keep the length, since lengths that do not add up are found at once and hide what lies deeper.
    switch (below(12)) {
      case 0: result = result.slice(0, at); break;
      case 1: result = replace([...stretch, ...stretch], stretch.length); break;
      case 2: result = replace([], stretch.length); break;
      case 3: result = replace(splice, below(3)); break;
      case 4: case 5: result = replace(splice, splice.length); break;
      case 6: case 7: result[at] = below(256); break;
      default: result[at] ^= 1 << below(8);
    }
  }
  return result;
}

type Fate = 'refused by the reader' | 'refused by normalise' | 'accepted';

async function fateOf(bytes: Uint8Array): Promise<Fate> {
  let read: Graph;
  const readBeside = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(8));
  try {
    read = await onnx.read({ path: 'mutant.onnx', bytes, readBeside });
  } catch (error) {
    demandFoveaError(error);
    return 'refused by the reader';
  }
  try {
    exportOnnx(normalise(read));
    return 'accepted';
  } catch (error) {
    demandFoveaError(error);
    return 'refused by normalise';
  }
}

function demandFoveaError(error: unknown): void {
  if (!(error instanceof FoveaError)) throw error;
  assert.notEqual(error.reason, 'internal');
  assert.ok(error.message.length > 0 && error.message.length < 2000);
}

/** No mutant of a kilobyte may make the reader hold more (bytes): far above what it needs, far below what a made-up size could ask for. */
const memoryLimit = 512 * 2 ** 20;
const mutants = 2500;

describe('damaged ONNX files', () => {
  for (const [name, bytes] of Object.entries(models)) {
    it(`${mutants} mutants of a ${name} model end in typed errors or success`, async function () {
      this.timeout(120_000);
      const fates: Record<Fate, number> = { 'refused by the reader': 0, 'refused by normalise': 0, accepted: 0 };
      assert.notEqual(await fateOf(bytes), 'refused by the reader');
      const before = process.memoryUsage().arrayBuffers;
      for (let seed = 0; seed < mutants; seed++) {
        try {
          fates[await fateOf(mutate(bytes, seed))]++;
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
        }
        const taken = process.memoryUsage().arrayBuffers - before;
        assert.ok(taken < memoryLimit, `seed ${seed}: ${taken} bytes of tensors`);
      }
      console.log(`      ${Object.entries(fates).map(([fate, count]) => `${count} ${fate}`).join(', ')}`);
      // Both kinds occur, or the mutations would prove nothing.
      assert.ok(fates['refused by the reader'] > 0 && fates['refused by the reader'] < mutants);
    });
  }
});
