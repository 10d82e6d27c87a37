/** Operators that make constants and sizes; a normalised graph has few of them left. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { graphAttribute, numberAttribute, numbersAttribute, tensorAttribute } from '../attributes.ts';
import type { Dim, Tensor } from '../graph.ts';
import { countElements, resolveAxis, staticShape } from '../shape.ts';
import { numbersOf, tensorOf } from '../tensor.ts';
import type { NodeContext, Operator } from './operator.ts';

function label({ node }: NodeContext): string {
  return `${node.op} (node "${node.name}")`;
}

function constantOf(context: NodeContext): Tensor {
  const { node } = context;
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return tensor;
  const lists = [['float32', 'value_float', 'value_floats'], ['int64', 'value_int', 'value_ints']] as const;
  for (const [type, single, several] of lists) {
    const value = numberAttribute(node, single);
    if (value !== undefined) return tensorOf(type, [value], []);
    const values = numbersAttribute(node, several);
    if (values) return tensorOf(type, values);
  }
  throw new UnsupportedOperatorError('Constant', node.name, 'operator', 'its value is text or sparse.');
}

const constant: Operator = {
  op: 'Constant',
  infer: (context) => [{ type: constantOf(context).type, shape: constantOf(context).dims }],
  evaluate: (context) => [constantOf(context)],
  gradient: () => [],
};

const shape: Operator = {
  op: 'Shape',
  infer: (context) => {
    const dims = context.shape(0).slice(numberAttribute(context.node, 'start', 0), numberAttribute(context.node, 'end'));
    return [{ type: 'int64', shape: [dims.length], dims }];
  },
  gradient: () => [],
};

const size: Operator = {
  op: 'Size',
  infer: (context) => {
    const count = countElements(context.shape(0));
    return [{ type: 'int64', shape: [], dims: count === undefined ? undefined : [count] }];
  },
  gradient: () => [],
};

const constantOfShape: Operator = {
  op: 'ConstantOfShape',
  infer: (context) => {
    const dims = context.dims(0);
    if (!dims) throw new FoveaError('shape-mismatch', `${label(context)} takes its sizes from values, which are not known before the program runs.`);
    return [{ type: tensorAttribute(context.node, 'value')?.type ?? 'float32', shape: dims }];
  },
  evaluate: (context) => {
    const value = tensorAttribute(context.node, 'value') ?? tensorOf('float32', [0]);
    const dims = context.dims(0) as number[];
    const count = dims.reduce((a, c) => a * c, 1);
    return [tensorOf(value.type, new Float64Array(count).fill(numbersOf(value)[0]), dims)];
  },
  gradient: () => [],
};

function rangeOf(context: NodeContext): { start: number; step: number; count: number } {
  const values = [0, 1, 2].map((i) => {
    const known = context.dims(i) && staticShape(context.dims(i)!);
    const tensor = context.constant(i);
    return known ? known[0] : tensor && numbersOf(tensor)[0];
  });
  const [start, limit, step] = values;
  if (start === undefined || limit === undefined || step === undefined) {
    throw new FoveaError('shape-mismatch', `${label(context)} has bounds that are not known before the program runs.`);
  }
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!(count <= 1 << 24)) throw new FoveaError('graph-invalid', `${label(context)} makes ${count} values.`);
  return { start, step, count };
}

/** The size that a Range counts up to, where that depends on the batch. */
function openCount(context: NodeContext): Dim | undefined {
  const [start, limit, step] = [0, 1, 2].map((i) => context.dims(i)?.[0]);
  return typeof limit === 'object' && start === 0 && step === 1 ? limit : undefined;
}

const range: Operator = {
  op: 'Range',
  infer: (context) => [{ type: context.type(0), shape: [openCount(context) ?? rangeOf(context).count] }],
  evaluate: (context) => {
    const { start, step, count } = rangeOf(context);
    return [tensorOf(context.type(0), Float64Array.from({ length: count }, (_, i) => start + i * step))];
  },
  gradient: () => [],
};

/** (…) integers to (…, depth) rows with `values[1]` at the integer and `values[0]` elsewhere. */
const oneHot: Operator = {
  op: 'OneHot',
  infer: (context) => {
    const depth = context.dims(1)?.[0] ?? (context.constant(1) && numbersOf(context.constant(1)!)[0]);
    if (typeof depth !== 'number') throw new FoveaError('shape-mismatch', `${label(context)} has a depth that is not constant.`);
    const out = context.shape(0).slice();
    out.splice(resolveAxis(numberAttribute(context.node, 'axis', -1), out.length + 1, label(context)), 0, depth);
    return [{ type: context.type(2), shape: out }];
  },
  gradient: () => [],
};

/** A branch on a condition that is known before the program runs: only that branch is kept. */
const branch: Operator = {
  op: 'If',
  infer: (context) => {
    throw new UnsupportedOperatorError('If', context.node.name, 'operator', 'its condition depends on the picture.');
  },
  rewrite: (context) => {
    const condition = context.constant(0);
    const chosen = condition && graphAttribute(context.node, numbersOf(condition)[0] ? 'then_branch' : 'else_branch');
    if (!chosen) return undefined;
    return context.inline(chosen);
  },
};

export const sizeOperators: readonly Operator[] = [constant, shape, size, constantOfShape, range, oneHot, branch];
