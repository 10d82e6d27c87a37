/** Padding by a constant, by mirroring, by repeating the border and around the end. */
import { UnsupportedOperatorError } from '../../protocol/errors.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Dim, Node, Shape } from '../graph.ts';
import { formatShape, resolveAxis, staticDim } from '../shape.ts';
import { tensorOf } from '../tensor.ts';
import type { AxisMap } from './axis-map.ts';
import { applyTransposed, isIdentity } from './axis-map.ts';
import type { GradientContext, NodeContext, Operator, OutputInfo, RewriteContext } from './operator.ts';
import { invalid, mismatch } from './window.ts';

/** Paddings larger than this are a damaged file's. */
const limit = 1 << 20;

/** The whole numbers of an input. @throws FoveaError where they are known only when the graph runs */
function numbersOfInput({ dims, node }: NodeContext, index: number): readonly number[] {
  const values = dims(index)?.map((dim) => (typeof dim === 'number' ? dim : NaN));
  if (!values || values.some((value) => !Number.isInteger(value))) {
    throw new UnsupportedOperatorError(node.op, node.name, 'operator', 'its paddings are computed while the model runs.');
  }
  return values;
}

function readPads(context: NodeContext): { before: readonly number[]; after: readonly number[] } {
  const { node, shape } = context;
  const rank = shape(0).length;
  const pads = numbersOfInput(context, 1);
  if (pads.length !== 2 * rank || pads.some((pad) => Math.abs(pad) > limit)) {
    throw invalid(node, `has the paddings [${pads.slice(0, 8).join(', ')}] for an input of shape ${formatShape(shape(0))}`);
  }
  return { before: pads.slice(0, rank), after: pads.slice(rank) };
}

function modeOf(node: Node): 'constant' | 'reflect' | 'edge' {
  const mode = textAttribute(node, 'mode', 'constant');
  if (mode === 'constant' || mode === 'reflect' || mode === 'edge') return mode;
  throw invalid(node, `has the unknown mode "${mode}"`);
}

function infer(context: NodeContext): readonly OutputInfo[] {
  const { node, shape, type } = context;
  const { before, after } = readPads(context);
  const mode = modeOf(node);
  const padded = shape(0).map((dim, axis): Dim => {
    const [first, last] = [before[axis], after[axis]];
    if (first === 0 && last === 0) return dim;
    const size = staticDim(dim, `The padded axis ${axis} of ${node.op} (node "${node.name}")`);
    const kept = size + Math.min(0, first) + Math.min(0, last);
    const room = mode === 'constant' ? Infinity : mode === 'edge' && kept > 0 ? Infinity : kept - 1;
    if (kept < 0 || Math.max(first, last) > room) {
      throw mismatch(node, `pads an axis of ${size} elements by ${first} and ${last} in mode "${mode}"`);
    }
    return size + first + last;
  });
  return [{ type: type(0), shape: padded }];
}

/** Brings the paddings of all operator sets into one input with two numbers for each axis. */
function rewrite(context: RewriteContext): readonly string[] | undefined {
  const { b, has, node, opset, shape } = context;
  const rank = shape(0).length;
  const mode = textAttribute(node, 'mode', 'constant');
  const [input] = node.inputs;
  let pads: readonly number[];
  let value = node.inputs[2] ?? '';
  if (opset < 11) {
    pads = numbersAttribute(node, 'pads') ?? numbersAttribute(node, 'paddings', []);
    const filler = numberAttribute(node, 'value', 0);
    if (filler !== 0) value = b.constant(tensorOf(context.type(0), [filler], []));
  } else {
    if (!has(3) && mode !== 'wrap') return undefined;
    pads = numbersOfInput(context, 1);
    if (has(3)) {
      const axes = numbersOfInput(context, 3).map((axis) => resolveAxis(axis, rank, `Pad (node "${node.name}")`));
      if (pads.length !== 2 * axes.length) throw invalid(node, `has ${pads.length} paddings for ${axes.length} axes`);
      const full = Array.from({ length: 2 * rank }, () => 0);
      axes.forEach((axis, i) => [full[axis], full[axis + rank]] = [pads[i], pads[i + axes.length]]);
      pads = full;
    }
  }
  if (mode === 'wrap') return [wrap(b, node, input, pads)];
  return [b.add('Pad', value === '' ? [input, b.ints(pads)] : [input, b.ints(pads), value], { mode })];
}

/** The image continued by its own other end. */
function wrap(b: GraphBuilder, node: Node, input: string, pads: readonly number[]): string {
  const shape: Shape = b.shape(input);
  return shape.reduce<string>((tensor, dim, axis) => {
    const [before, after] = [pads[axis], pads[axis + shape.length]];
    if (before === 0 && after === 0) return tensor;
    const size = staticDim(dim, `The padded axis ${axis} of Pad (node "${node.name}")`);
    if (before < 0 || after < 0 || Math.max(before, after) > size) throw mismatch(node, `wraps an axis of ${size} elements by ${before} and ${after}`);
    const slice = (from: number, to: number): string => b.add('Slice', [tensor, b.ints([from]), b.ints([to]), b.ints([axis])]);
    const parts = [...(before > 0 ? [slice(size - before, size)] : []), tensor, ...(after > 0 ? [slice(0, after)] : [])];
    return b.add('Concat', parts, { axis });
  }, input);
}

/** Where each element of a mirrored or border-repeated axis comes from; negative paddings cut first. */
function paddingMap(size: number, before: number, after: number, mode: 'reflect' | 'edge'): AxisMap {
  const first = Math.max(0, -before);
  const last = size - 1 - Math.max(0, -after);
  return Array.from({ length: size + before + after }, (_, i) => {
    const at = i - before;
    const inside = Math.min(last, Math.max(first, at));
    // A distance outside is the same distance inside when mirrored.
    return [[mode === 'edge' ? inside : 2 * inside - at, 1]] as const;
  });
}

function gradient(context: GradientContext): readonly (string | undefined)[] {
  const { b, gradients: [incoming], node, shape, wants } = context;
  if (incoming === undefined) return [];
  if (wants(2)) throw new UnsupportedOperatorError(node.op, node.name, 'gradient', 'its padding value depends on the input.');
  if (!wants(0)) return [];
  const { before, after } = readPads(context);
  const mode = modeOf(node);
  // Cutting off what was added, and zeros for what was cut off.
  if (mode === 'constant') return [b.add('Pad', [incoming, b.ints([...before, ...after].map((pad) => -pad))])];
  const result = shape(0).reduce<string>((tensor, dim, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return tensor;
    const size = staticDim(dim, `The padded axis ${axis}`);
    const map = paddingMap(size, before[axis], after[axis], mode);
    return isIdentity(map, size) ? tensor : applyTransposed(b, tensor, map, axis, size);
  }, incoming);
  return [result];
}

export const padOperators: readonly Operator[] = [{ op: 'Pad', infer, rewrite, gradient }];

