/** Softmax and LogSoftmax along one axis. */
import { numberAttribute } from '../attributes.ts';
import type { Dim } from '../graph.ts';
import { countElements, resolveAxis } from '../shape.ts';
import { label } from './elementwise.ts';
import type { NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';

function axisOf(context: NodeContext, fallback = -1): number {
  return resolveAxis(numberAttribute(context.node, 'axis', fallback), context.shape(0).length, label(context));
}

function infer(context: NodeContext): readonly OutputInfo[] {
  axisOf(context);
  return [{ type: context.type(0), shape: context.shape(0) }];
}

/** Before opset 13 the axes from `axis` (default 1) on were one axis. */
function rewrite(context: RewriteContext): readonly string[] | undefined {
  const { b, node, opset } = context;
  if (opset >= 13) return undefined;
  const shape = context.shape(0);
  const axis = shape.length === 1 && node.attributes.axis === undefined ? 0 : axisOf(context, 1);
  if (axis === shape.length - 1) return [b.add(node.op, node.inputs, { axis: -1 })];
  const joined: Dim | undefined = countElements(shape.slice(axis));
  if (joined === undefined) return undefined;
  const flat = b.reshape(node.inputs[0], [...shape.slice(0, axis), joined]);
  return [b.reshape(b.add(node.op, [flat], { axis: -1 }), shape)];
}

export const softmaxOperators: readonly Operator[] = [
  {
    op: 'Softmax', infer, rewrite,
    gradient: (context) => {
      const { b, outputs: [y], gradients: [gradient] } = context;
      const weighted = b.add('Mul', [gradient!, y]);
      const total = b.add('ReduceSum', [weighted, b.ints([axisOf(context)])], { keepdims: 1 });
      return [b.add('Sub', [weighted, b.add('Mul', [y, total])])];
    },
  },
  {
    op: 'LogSoftmax', infer, rewrite,
    gradient: (context) => {
      const { b, outputs: [y], gradients: [gradient] } = context;
      const total = b.add('ReduceSum', [gradient!, b.ints([axisOf(context)])], { keepdims: 1 });
      return [b.add('Sub', [gradient!, b.add('Mul', [b.add('Exp', [y]), total])])];
    },
  },
];
