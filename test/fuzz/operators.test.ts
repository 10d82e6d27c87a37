/** Nodes as no exporter writes them: every operator with random operands and attributes is either understood or refused with a typed error. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { addGradients } from '../../src/graph/differentiate.ts';
import type { Attribute, ElementType, Graph, Shape, Tensor, ValueInfo } from '../../src/graph/graph.ts';
import { N } from '../../src/graph/graph.ts';
import { normalise } from '../../src/graph/normalise.ts';
import { operators } from '../../src/graph/operators/registry.ts';
import { countElements, staticShape } from '../../src/graph/shape.ts';
import { tensorOf } from '../../src/graph/tensor.ts';
import { FoveaError } from '../../src/protocol/errors.ts';
import { randomOf } from '../unit/operators/gradient-check.ts';

const types: readonly ElementType[] = ['float32', 'int64', 'bool', 'uint8', 'int8', 'float64', 'int32', 'float16'];
const shapes: readonly Shape[] = [
  [], [0], [1], [3], [N], [N, 3], [N, 3, 4], [2, 3], [3, { batch: 2 }], [1, 1, 1], [0, 3], [2, 0, 3, 3], [N, 3, 4, 4], [3, 3, 2, 2],
];
const numbers = [0, 1, -1, 2, -5, 0.5, 1e10, -(2 ** 40), NaN, Infinity];
const texts = ['', 'linear', 'nearest', 'cubic', 'edge', 'reflect', 'SAME_UPPER', 'VALID', 'CRD', 'tanh', 'ij,jk->ik', '...i->i', '->'];
const lists = [[], [0], [1], [-1], [0, 1], [1, 1], [2, 0, 1], [3, 3], [0, 0, 0, 0], [-1, 2, 1e9, 1], [0.5], [99]];
const attributeNames = [
  'axis', 'axes', 'keepdims', 'alpha', 'beta', 'equation', 'to', 'exclusive', 'reverse', 'transA', 'min', 'max', 'noop_with_empty_axes', 'fmod', 'block_size',
  'kernel_shape', 'strides', 'pads', 'dilations', 'group', 'auto_pad', 'ceil_mode', 'count_include_pad', 'perm', 'blocksize', 'mode', 'split', 'num_outputs',
  'num_groups', 'size', 'p', 'starts', 'ends', 'shape', 'value', 'output_padding', 'output_shape', 'epsilon', 'start', 'end', 'allowzero', 'approximate',
];

describe('hostile nodes', () => {
  it('every operator gives an answer or a typed error', function () {
    this.timeout(120_000);
    const random = randomOf(7);
    const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)];
    const keys = [...operators.keys()];

    const randomGraph = (op: string): Graph => {
      const inputs: ValueInfo[] = [];
      const initializers = new Map<string, Tensor>();
      const names = Array.from({ length: Math.floor(random() * 6) }, (_, i) => {
        if (random() < 0.1) return '';
        const name = `in${i}`;
        const shape = pick(shapes);
        const type = random() < 0.7 ? 'float32' : pick(types);
        const dims = staticShape(shape);
        if (dims && random() < 0.5) {
          const values = Array.from({ length: countElements(dims) as number }, () => pick(numbers));
          initializers.set(name, tensorOf(type, values, dims));
        } else inputs.push({ name, type, shape });
        return name;
      });
      const attributes: Record<string, Attribute> = {};
      for (const name of attributeNames) {
        if (random() < 0.1) attributes[name] = pick<Attribute>([pick(numbers), pick(texts), pick(lists), pick(lists)]);
      }
      const [domain, plain] = op.includes(':') ? op.split(':') : ['', op];
      return {
        name: op, opset: pick([7, 9, 11, 13, 17, 18, 20, 22]), inputs, initializers, metadata: {}, values: new Map(),
        outputs: [{ name: 'out', type: 'float32', shape: undefined }],
        nodes: [{ op: plain, domain, name: 'node', inputs: names, outputs: pick([['out'], ['out', ''], ['out', 'more']]), attributes }],
      };
    };

    let understood = 0;
    for (let i = 0; i < 100 * keys.length; i++) {
      const graph = randomGraph(keys[i % keys.length]);
      try {
        const normalised = normalise(graph);
        understood++;
        const b = GraphBuilder.from(normalised);
        const wrt = normalised.inputs.filter(({ type }) => type === 'float32').map(({ name }) => name);
        if (b.type('out') === 'float32') addGradients(b, 'out', b.input('seed', 'float32', b.shape('out')), wrt);
      } catch (error) {
        const described = JSON.stringify({ ...graph, initializers: [...graph.initializers].map(([name, { type, dims }]) => ({ name, type, dims })) });
        assert.ok(error instanceof FoveaError && error.reason !== 'internal', `${String(error)}\n${described}`);
      }
    }
    // Enough of them are sound for gradients to be reached, too.
    assert.ok(understood > 5 * keys.length, `only ${understood} graphs were understood`);
  });
});
