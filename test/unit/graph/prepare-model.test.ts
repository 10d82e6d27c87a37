/** What makes a file's graph a classifier that can be explained, whatever its layout, precision, batch size and last operators. */
import assert from 'node:assert/strict';
import { castTensor, makeTensor, tensorOf } from '../../../src/graph/tensor.ts';
import { N, type Graph, type Node, type Shape, type Tensor } from '../../../src/graph/graph.ts';
import { leavesSizeOpen, prepareModel } from '../../../src/graph/prepare-model.ts';
import { FoveaError, type Reason } from '../../../src/protocol/errors.ts';

function node(op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node {
  return { op, domain: '', name: output, inputs, outputs: [output], attributes };
}

interface Parts {
  readonly input?: Shape;
  readonly inputs?: string[];
  readonly nodes: Node[];
  readonly initializers?: Record<string, Tensor>;
  readonly output: [string, Shape];
}

function graph({ input = ['batch', 3, 8, 8], inputs = ['x'], nodes, initializers = {}, output: [name, shape] }: Parts): Graph {
  return {
    name: 'test', opset: 13, metadata: {}, values: new Map(), nodes,
    inputs: inputs.map((x) => ({ name: x, type: 'float32', shape: input })),
    outputs: [{ name, type: 'float32', shape }],
    initializers: new Map(Object.entries(initializers)),
  };
}

const kernel = makeTensor('float32', [4, 3, 3, 3]);
const conv = node('Conv', ['x', 'kernel'], 'conv', { pads: [1, 1, 1, 1] });
const pool = node('GlobalAveragePool', ['conv'], 'pool');
const weights = { kernel, classifier: makeTensor('float32', [5, 4]) };
const classifier = node('Gemm', ['flat', 'classifier'], 'scores', { transB: 1 });
const plain = { nodes: [conv, pool, node('Flatten', ['pool'], 'flat'), classifier], initializers: weights, output: ['scores', ['batch', 5]] as [string, Shape] };

function refuses(parts: Parts, reason: Reason, message: RegExp): void {
  assert.throws(() => prepareModel(graph(parts)), (error: unknown) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    return true;
  });
}

describe('preparing a model', () => {
  it('names the input, the logits, the layers and the default layer', () => {
    const model = prepareModel(graph(plain));
    assert.deepEqual(model.input, { name: 'image', channels: 3, height: 8, width: 8 });
    assert.deepEqual(model.logits, { name: 'scores', classes: 5 });
    assert.deepEqual(model.graph.inputs, [{ name: 'image', type: 'float32', shape: [N, 3, 8, 8] }]);
    assert.deepEqual(model.layers, [{ name: 'conv', op: 'Conv', shape: [N, 4, 8, 8], map: { kind: 'spatial', channels: 4, height: 8, width: 8 } }]);
    assert.equal(model.defaultLayer?.name, 'conv');
    assert.equal(model.dynamicBatch, true);
  });

  it('takes the size that it is told where the file leaves it open', () => {
    const open = graph({ ...plain, input: ['batch', 3, 'height', 'width'] });
    assert.equal(leavesSizeOpen(open), true);
    assert.equal(leavesSizeOpen(graph(plain)), false);
    assert.deepEqual(prepareModel(open, { height: 12, width: 10 }).input, { name: 'image', channels: 3, height: 12, width: 10 });
    assert.deepEqual(prepareModel(open).layers[0].shape, [N, 4, 224, 224]);
    assert.deepEqual(prepareModel(graph(plain), { height: 12, width: 10 }).input.height, 8);
  });

  it('reads tensors that are named as exporters name those which a rewriting adds', () => {
    // PyTorch's exporter calls tensors "mul", "add", "erf" after their operators; Gelu is rewritten into those operators.
    const nodes = [
      conv, { ...node('Gelu', ['conv'], 'gelu'), attributes: {} }, node('Mul', ['gelu', 'gelu'], 'mul'), node('Add', ['mul', 'mul'], 'add'),
      node('Erf', ['add'], 'erf'), node('GlobalAveragePool', ['erf'], 'pool'), node('Flatten', ['pool'], 'flat'), classifier,
    ];
    const model = prepareModel({ ...graph({ ...plain, nodes }), opset: 20 });
    const names = model.graph.nodes.flatMap(({ outputs }) => outputs);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(model.graph.nodes.find(({ outputs }) => outputs[0] === 'mul')?.inputs, ['gelu', 'gelu']);
  });

  it('opens a batch that the file fixes at one, also where sizes are written out', () => {
    for (const sizes of [[1, -1], [1, 4], [-1, 4], [0, -1]]) {
      const nodes = [conv, pool, node('Reshape', ['pool', 'sizes'], 'flat'), classifier];
      const model = prepareModel(graph({ ...plain, input: [1, 3, 8, 8], nodes, initializers: { ...weights, sizes: tensorOf('int64', sizes) } }));
      assert.equal(model.dynamicBatch, true, String(sizes));
      assert.deepEqual(model.graph.outputs[0].shape, [N, 5], String(sizes));
    }
  });

  it('resolves sizes that an exporter computes from the shape', () => {
    const nodes = [conv, pool,
      node('Shape', ['pool'], 'shape'), node('Gather', ['shape', 'zero'], 'size', { axis: 0 }),
      node('Unsqueeze', ['size', 'axis'], 'list'), node('Concat', ['list', 'rest'], 'sizes', { axis: 0 }),
      node('Reshape', ['pool', 'sizes'], 'flat'), classifier];
    const sizes = { zero: tensorOf('int64', [0], []), axis: tensorOf('int64', [0]), rest: tensorOf('int64', [-1]) };
    const model = prepareModel(graph({ ...plain, nodes, initializers: { ...weights, ...sizes } }));
    assert.deepEqual(model.graph.nodes.map(({ op }) => op), ['Identity', 'Conv', 'GlobalAveragePool', 'Reshape', 'Gemm'].slice(1));
  });

  it('leaves the batch at one where the file picks one sample\'s numbers by their places', () => {
    // As PyTorch's exporter writes as_strided: the pooled numbers in one row, of which as many are gathered as one sample has.
    const nodes = [
      conv, pool, node('Reshape', ['pool', 'row'], 'row of all'), node('Gather', ['row of all', 'places'], 'strided'),
      node('Flatten', ['strided'], 'flat'), classifier,
    ];
    const initializers = { ...weights, row: tensorOf('int64', [-1]), places: tensorOf('int64', [0, 1, 2, 3], [1, 4, 1, 1]) };
    const model = prepareModel(graph({ ...plain, input: [1, 3, 8, 8], nodes, initializers }));
    assert.equal(model.dynamicBatch, false);
    assert.deepEqual(model.graph.outputs[0].shape, [1, 5]);
  });

  it('leaves the batch at one where the file cannot take more', () => {
    const mixed = node('Concat', ['flat', 'extra'], 'both', { axis: 0 });
    const pick = node('Slice', ['both', 'from', 'to', 'axes'], 'first');
    const nodes = [...plain.nodes.slice(0, 3), mixed, pick, node('Gemm', ['first', 'classifier'], 'scores', { transB: 1 })];
    const extra = { extra: makeTensor('float32', [1, 4]), from: tensorOf('int64', [0]), to: tensorOf('int64', [1]), axes: tensorOf('int64', [0]) };
    const model = prepareModel(graph({ ...plain, input: [1, 3, 8, 8], nodes, initializers: { ...weights, ...extra } }));
    assert.equal(model.dynamicBatch, false);
    assert.deepEqual(model.graph.inputs[0].shape, [1, 3, 8, 8]);
  });

  it('takes channels last', () => {
    const nodes = [node('Transpose', ['x'], 'turned', { perm: [0, 3, 1, 2] }), node('Conv', ['turned', 'kernel'], 'conv', { pads: [1, 1, 1, 1] }), ...plain.nodes.slice(1)];
    const model = prepareModel(graph({ ...plain, input: ['batch', 8, 8, 3], nodes }));
    assert.deepEqual(model.graph.inputs[0].shape, [N, 3, 8, 8]);
    assert.equal(model.defaultLayer?.name, 'conv');
  });

  it('takes off the last activation, also before a reshape', () => {
    for (const [op, name] of [['Softmax', 'softmax'], ['LogSoftmax', 'log-softmax'], ['Sigmoid', 'sigmoid']] as const) {
      const attributes: Node['attributes'] = op === 'Sigmoid' ? {} : { axis: 1 };
      const nodes = [...plain.nodes, node(op, ['scores'], 'activated', attributes), node('Unsqueeze', ['activated', 'axes'], 'output')];
      const model = prepareModel(graph({ ...plain, nodes, initializers: { ...weights, axes: tensorOf('int64', [2, 3]) }, output: ['output', ['batch', 5, 1, 1]] }));
      assert.equal(model.finalActivation, name);
      assert.equal(model.logits.name, 'scores');
    }
  });

  it('computes in float32 what the file stores or computes in float16', () => {
    const half = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, castTensor(tensor, 'float16')]));
    const model = prepareModel(graph({ ...plain, initializers: half }));
    for (const name of ['kernel', 'classifier']) assert.equal(model.graph.initializers.get(name)?.type, 'float32');
  });

  it('refuses what is no classifier of pictures, saying why', () => {
    refuses({ ...plain, inputs: ['x', 'mask'] }, 'model-unsuitable', /2 inputs \(x, mask\)/);
    refuses({ ...plain, input: ['batch', 128] }, 'model-unsuitable', /shape \[batch, 128\]/);
    refuses({ ...plain, input: ['batch', 5, 8, 8] }, 'model-unsuitable', /5.* channels/);
    refuses({ ...plain, output: ['conv', ['batch', 4, 8, 8]] }, 'model-unsuitable', /no classifier/);
    refuses({ ...plain, nodes: [node('Warp', ['x'], 'scores')] }, 'operator-unsupported', /Warp \(node "scores"\)/);
  });
});
