/** Comparisons, truth values, choice between tensors, and conversion of element types. */
import { FoveaError, UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute } from '../attributes.ts';
import { elementCodes, elementTypeOf, isFloat } from '../element-types.ts';
import type { Dim, ElementType } from '../graph.ts';
import { sameDim } from '../shape.ts';
import { castTensor } from '../tensor.ts';
import type { DimRule } from './elementwise.ts';
import { broadcastInputs, combineDims, label, mapElements, sameType } from './elementwise.ts';
import type { NodeContext, Operator } from './operator.ts';

/** The result for numbers, and for multiples of the batch as far as it is the same at every batch size. */
function comparison(op: string, compute: (a: number, b: number) => boolean): Operator {
  const rule: DimRule = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return Number(compute(a, b));
    if (sameDim(a, b)) return Number(compute(0, 0));
    // k·N takes values from k upwards; below its least value it compares as at every other.
    if (typeof a === 'object' && typeof b === 'number' && b < a.batch) return Number(compute(a.batch, b));
    if (typeof b === 'object' && typeof a === 'number' && a < b.batch) return Number(compute(a, b.batch));
    return undefined;
  };
  return {
    op,
    infer: (context) => {
      sameType(context);
      const shape = broadcastInputs(context, 2);
      return [{ type: 'bool', shape, dims: combineDims(context, [0, 1], shape, rule) }];
    },
    evaluate: (_, [a, b]) => [mapElements('bool', [a!, b!], (x, y) => Number(compute(x, y)))],
    gradient: () => [],
  };
}

function logical(op: string, compute: (...values: number[]) => boolean): Operator {
  return {
    op,
    infer: (context) => {
      const shape = broadcastInputs(context);
      const rule: DimRule = (...entries) => (entries.every((entry) => typeof entry === 'number') ? Number(compute(...(entries as number[]))) : undefined);
      return [{ type: 'bool', shape, dims: combineDims(context, context.node.inputs.map((_, i) => i), shape, rule) }];
    },
    evaluate: (_, inputs) => [mapElements('bool', inputs.map((input) => input!), (...values) => Number(compute(...values)))],
    gradient: () => [],
  };
}

const where: Operator = {
  op: 'Where',
  infer: (context) => {
    const shape = broadcastInputs(context, 3);
    const rule: DimRule = (condition, yes, no) => (condition === 0 ? no : yes);
    return [{ type: sameType(context, 1), shape, dims: combineDims(context, [0, 1, 2], shape, rule) }];
  },
  evaluate: (context, [condition, yes, no]) => [
    mapElements(context.type(1), [condition!, yes!, no!], (truth, a, b) => (truth === 0 ? b : a)),
  ],
  gradient: ({ b, gradients: [gradient], inputs: [condition], shape, wants }) => {
    const zero = b.scalar(0);
    return [
      undefined,
      wants(1) ? b.sumTo(b.add('Where', [condition, gradient!, zero]), shape(1)) : undefined,
      wants(2) ? b.sumTo(b.add('Where', [condition, zero, gradient!]), shape(2)) : undefined,
    ];
  },
};

function castTarget(context: NodeContext): ElementType {
  const code = numberAttribute(context.node, 'to', 0);
  const type = elementTypeOf(code);
  if (!type || type === 'string') throw new UnsupportedOperatorError('Cast', context.node.name, 'operator', `it makes elements of the type ${code}.`);
  return type;
}

const cast: Operator = {
  op: 'Cast',
  infer: (context) => {
    const type = castTarget(context);
    const convert = (entry: Dim): Dim => {
      if (type === 'bool') return entry === 0 ? 0 : 1;
      return typeof entry === 'number' && !isFloat(type) ? Math.trunc(entry) : entry;
    };
    return [{ type, shape: context.shape(0), dims: combineDims(context, [0], context.shape(0), convert) }];
  },
  evaluate: (context, [input]) => [castTensor(input!, castTarget(context))],
  rewrite: (context) => (castTarget(context) === context.type(0) ? [context.node.inputs[0]] : undefined),
  gradient: ({ b, gradients: [gradient], type, inputs: [input] }) => {
    if (!isFloat(type(0))) return [];
    return [b.type(gradient!) === b.type(input) ? gradient : b.add('Cast', [gradient!], { to: elementCodes[type(0)] })];
  },
};

const castLike: Operator = {
  op: 'CastLike',
  infer: (context) => [{ type: context.type(1), shape: context.shape(0) }],
  rewrite: ({ b, node: { inputs: [input] }, type }) => [type(0) === type(1) ? input : b.add('Cast', [input], { to: elementCodes[type(1)] })],
};

/** Whether floating-point numbers are of a kind. */
function floatTest(op: string, compute: (value: number, context: NodeContext) => boolean): Operator {
  return {
    op,
    infer: (context) => {
      if (!isFloat(context.type(0))) throw new FoveaError('graph-invalid', `${label(context)} is given ${context.type(0)}.`, 'The model file is damaged.');
      return [{ type: 'bool', shape: context.shape(0) }];
    },
    evaluate: (context, [input]) => [mapElements('bool', [input!], (value) => Number(compute(value, context)))],
    gradient: () => [],
  };
}

export const logicOperators: readonly Operator[] = [
  comparison('Equal', (a, b) => a === b),
  comparison('Less', (a, b) => a < b),
  comparison('LessOrEqual', (a, b) => a <= b),
  comparison('Greater', (a, b) => a > b),
  comparison('GreaterOrEqual', (a, b) => a >= b),
  logical('And', (a, b) => a !== 0 && b !== 0),
  logical('Or', (a, b) => a !== 0 || b !== 0),
  logical('Xor', (a, b) => (a !== 0) !== (b !== 0)),
  logical('Not', (a) => a === 0),
  floatTest('IsNaN', Number.isNaN),
  floatTest('IsInf', (value, { node }) => (
    (value === Infinity && numberAttribute(node, 'detect_positive', 1) !== 0) || (value === -Infinity && numberAttribute(node, 'detect_negative', 1) !== 0))),
  where,
  cast,
  castLike,
];
