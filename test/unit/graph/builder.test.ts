import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { hasReason } from '../../support/errors.ts';

describe('a graph under construction', () => {
  const begin = (): { b: GraphBuilder; x: string } => {
    const b = new GraphBuilder();
    return { b, x: b.input('x', 'float32', [N, 4, 6]) };
  };

  it('has a node once, however often it is added, and another where input, attribute or number of outputs differ', () => {
    const { b, x } = begin();
    const one = b.add('Softmax', [x], { axis: 1 });
    assert.equal(b.add('Softmax', [x], { axis: 1 }), one);
    assert.notEqual(b.add('Softmax', [x], { axis: 2 }), one);
    assert.notEqual(b.add('Softmax', [one], { axis: 1 }), one);
    const two = b.addAll('Split', [x], { axis: 1 }, { count: 2 });
    assert.deepEqual(b.addAll('Split', [x], { axis: 1 }, { count: 2 }), two);
    assert.notDeepEqual(b.addAll('Split', [x], { axis: 1 }, { count: 4 }).slice(0, 2), two);
    assert.equal(b.nodes.length, 5);
    assert.equal(b.scalar(2), b.scalar(2));
    assert.notEqual(b.scalar(0), b.scalar(-0));
  });

  it('knows a tensor that was renamed by its new name only, in whatever makes or reads it', () => {
    const { b, x } = begin();
    const relu = b.add('Relu', [x]);
    const sum = b.add('Add', [relu, x]);
    b.rename(relu, 'activation');
    assert.deepEqual([b.has(relu), b.shape('activation')], [false, [N, 4, 6]]);
    assert.deepEqual(b.producer(sum)!.inputs, ['activation', x]);
    assert.deepEqual(b.producer('activation')!.outputs, ['activation']);
    assert.equal(b.producer(relu), undefined);
    assert.equal(b.add('Relu', [x]), 'activation', 'the same node is found again');
    assert.equal(b.add('Add', ['activation', x]), b.add('Add', ['activation', x]));
  });

  it('makes up names that nothing has, and none that are reserved', () => {
    const { b } = begin();
    b.reserve(['relu', 'relu.2']);
    const names = [b.fresh('relu'), b.fresh('relu'), b.fresh('x')];
    assert.equal(new Set(['relu', 'relu.2', 'x', ...names]).size, 6);
  });

  it('sums back what broadcasting repeated, along new axes and those of one element', () => {
    const { b, x } = begin();
    assert.equal(b.sumTo(x, [N, 4, 6]), x);
    const summed = b.sumTo(x, [4, 1]);
    assert.deepEqual(b.shape(summed), [4, 1]);
    const sum = b.nodes.find(({ op }) => op === 'ReduceSum')!;
    assert.deepEqual(b.constantOf(sum.inputs[1]), tensorOf('int64', [0, 2]));
  });

  it('refuses what makes no graph, naming it', () => {
    const { b, x } = begin();
    assert.throws(() => b.add('Relu', ['y']), hasReason('graph-invalid', /"y", which nothing computes/));
    assert.throws(() => b.input('x', 'float32', [1]), hasReason('graph-invalid', /"x" twice/));
    assert.throws(() => b.add('Conv', [x], {}, { name: 'stem' }), hasReason('graph-invalid', /"stem"\) lacks its input 1/));
    assert.throws(() => b.add('Nonsense', [x]), hasReason('operator-unsupported', /Nonsense/));
    assert.throws(() => b.reshape(b.add('Concat', [x, x], { axis: 0 }), [N, N]), hasReason('shape-mismatch', /more than one/));
  });

  it('ends without what no output depends on', () => {
    const { b, x } = begin();
    b.add('Sigmoid', [b.add('Add', [x, b.constant(tensorOf('float32', [1]), 'unused')])]);
    const graph = b.build('small', { y: b.add('Relu', [x]) });
    assert.deepEqual([graph.nodes.map(({ op }) => op), [...graph.initializers.keys()], graph.outputs.map(({ name }) => name)], [['Relu'], [], ['y']]);
  });
});
