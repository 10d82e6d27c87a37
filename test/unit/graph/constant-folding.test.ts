import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';

/** Elements of what is computed, and of all that may be read and written for nothing. */
const [size, room] = [2 ** 20, 2 ** 24];

describe('nodes of constants', () => {
  /** How many of many such nodes are computed at once. */
  function computed(b: GraphBuilder): number {
    const one = b.constant(tensorOf('float32', [1], [1]), 'one');
    const names = Array.from({ length: 40 }, (_, i) => b.add('Expand', [one, b.ints([size - i])]));
    const found = names.filter((name) => b.constantOf(name) !== undefined).length;
    assert.deepEqual(names.map((name) => b.shape(name)), names.map((_, i) => [size - i]), 'the others are nodes');
    assert.equal(b.nodes.length, names.length - found);
    return found;
  }

  it('are computed while the graph is built, up to a bound in all', () => {
    assert.equal(computed(new GraphBuilder()), room / size);
  });

  it('may be more where the graph has more constants, eight times their elements', () => {
    const b = new GraphBuilder();
    b.constant(tensorOf('float32', new Float32Array(size)), 'weights');
    assert.equal(computed(b), room / size + 8);
  });

  it('are left to the runtime where one is too large', () => {
    const b = new GraphBuilder();
    const large = b.add('Expand', [b.constant(tensorOf('float32', [1], [1])), b.ints([room + 1])]);
    assert.equal(b.constantOf(large), undefined);
    assert.deepEqual([b.shape(large), b.nodes.map(({ op }) => op)], [[room + 1], ['Expand']]);
  });
});
