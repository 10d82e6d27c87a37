/**
 * Where the first layers of a network look. Convolutions and poolings see the picture through small windows, so a change of a small part of
 * the picture changes a small part of what they make, and it is enough to compute that part: piece by piece, from one cut of the model to the
 * next, each in a frame around it.
 */
import { numberAttribute, textAttribute } from './attributes.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph, Node, Shape, ValueInfo } from './graph.ts';
import type { Model } from './model.ts';
import { extent, readPool, readWindow, type Window } from './operators/window.ts';
import { numbersOf } from './tensor.ts';

/** Along an axis: position j depends on nothing of the picture but stride·j + first to stride·j + last, as far as these are in it. */
interface View {
  readonly stride: number;
  readonly first: number;
  readonly last: number;
}

/** Vertical, horizontal. */
type Pair<T> = readonly [T, T];

/** A tensor (N,C,h,w) through which all passes that the logits depend on; the picture is one itself. */
export interface Cut {
  readonly tensor: string;
  readonly channels: number;
  readonly sizes: Pair<number>;
  readonly views: Pair<View>;
  /** Number of the graph's nodes before it. */
  readonly nodes: number;
}

/** Positions of an image: rows from `top` and before `bottom`, columns from `left` and before `right`. */
export interface Rectangle {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Each position of their results depends on the same position of their inputs only. */
const pointwise: ReadonlySet<string> = new Set([
  'Abs', 'Add', 'BatchNormalization', 'Celu', 'Clip', 'Concat', 'Div', 'Elu', 'Erf', 'Exp', 'HardSigmoid', 'HardSwish', 'Identity', 'LRN', 'LeakyRelu',
  'Max', 'Min', 'Mul', 'Neg', 'PRelu', 'Pow', 'Relu', 'Selu', 'Sigmoid', 'Softplus', 'Softsign', 'Sqrt', 'Sub', 'Sum', 'Tanh', 'ThresholdedRelu',
]);

/** Multiply-adds that take as long as reading or writing an element, and as handing one over from one graph to the next. */
const [perElement, perHandover] = [8, 100];
/** A piece that saves less than this share of the whole work is not worth a graph of its own. */
const worthwhile = 0.03;

/**
 * The cuts between which a change of a part of the picture takes the least time.
 * @param changed height and width of the part, px
 * @returns in their order, the picture first; the picture alone where the model is best left whole
 */
export function findCuts(model: Model, changed: Pair<number>): readonly Cut[] {
  const done = [0];
  for (const node of model.graph.nodes) done.push(done.at(-1)! + workOf(model.graph, node));
  const whole = done.at(-1)!;
  const cuts = cutsOf(model);
  const ways = [{ work: 0, cuts: [cuts[0]] }];
  let best = { work: whole, cuts: [cuts[0]] };
  for (const cut of cuts.slice(1)) {
    const price = worthwhile * whole + perHandover * cut.channels * cut.sizes[0] * cut.sizes[1];
    const options = ways.map((way) => {
      const from = way.cuts.at(-1)!;
      const [rows, columns] = frameSides(from, cut, changed);
      const share = (rows * columns) / (from.sizes[0] * from.sizes[1]);
      return { work: way.work + share * (done[cut.nodes] - done[from.nodes]) + price, cuts: [...way.cuts, cut] };
    });
    const way = options.reduce((least, option) => (option.work < least.work ? option : least));
    ways.push(way);
    const work = way.work + whole - done[cut.nodes];
    if (work < best.work) best = { work, cuts: way.cuts };
  }
  return best.cuts;
}

/** @returns a graph from the picture to the tensors of cuts, by their names */
export function graphOfCuts({ graph }: Model, cuts: readonly Cut[]): Graph {
  return GraphBuilder.from(graph).build('cuts', Object.fromEntries(cuts.map(({ tensor }) => [tensor, tensor])));
}

/** @returns a graph from a frame of one cut to the part of another that it is enough for */
export function graphBetween({ graph }: Model, from: Cut, to: Cut, [height, width]: Pair<number>): Graph {
  const b = new GraphBuilder();
  const { type, shape } = infoOf(graph, from.tensor)!;
  b.input(from.tensor, type, [shape![0], from.channels, height, width]);
  for (const { attributes, domain, inputs, name, op, outputs } of graph.nodes.slice(from.nodes, to.nodes)) {
    for (const constant of inputs) if (graph.initializers.has(constant) && !b.has(constant)) b.constant(graph.initializers.get(constant)!, constant);
    b.addAll(op, inputs, attributes, { outputs, domain, name });
  }
  return b.build('between-cuts', { [to.tensor]: to.tensor });
}

/** @returns a graph from the tensor of a cut to `logits` */
export function graphBehind({ graph, logits }: Model, { nodes, tensor }: Cut): Graph {
  const behind: Graph = { ...graph, inputs: [infoOf(graph, tensor)!], nodes: graph.nodes.slice(nodes) };
  return GraphBuilder.from(behind).build('behind-cut', { logits: logits.name });
}

/** The positions of a cut that a change of the picture can change. */
export function changedAt({ sizes, views }: Cut, { top, bottom, left, right }: Rectangle): Rectangle {
  const along = ({ first, last, stride }: View, size: number, from: number, to: number): Pair<number> =>
    [Math.max(0, Math.ceil((from - last) / stride)), Math.min(size, Math.floor((to - 1 - first) / stride) + 1)];
  const [rows, columns] = [along(views[0], sizes[0], top, bottom), along(views[1], sizes[1], left, right)];
  return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
}

/** Height and width of a frame of one cut from which the change of the next can be computed, wherever in the picture its cause is. */
export function frameSides(from: Cut, to: Cut, changed: Pair<number>): Pair<number> {
  const along = (axis: 0 | 1): number => {
    const { first, last, stride } = seenFrom(from.views[axis], to.views[axis]);
    const view = to.views[axis];
    const steps = Math.floor((changed[axis] - 1 + view.last - view.first) / view.stride);
    const needed = (steps - Math.floor(first / stride)) * stride + last + 1;
    // A frame may begin or end where the image does: both must be a whole number of strides away.
    return from.sizes[axis] - Math.max(0, Math.floor((from.sizes[axis] - needed) / stride)) * stride;
  };
  return [along(0), along(1)];
}

/**
 * The frame for a change, which begins at a whole stride. A side of it is either the image's, where padding belongs, or so far from the change
 * that what padding spoils there does not reach the positions of the next cut that change.
 */
export function frameAt(from: Cut, to: Cut, [rows, columns]: Pair<number>, changed: Rectangle): Rectangle {
  const along = (axis: 0 | 1, side: number, begin: number): number => {
    const { first, stride } = seenFrom(from.views[axis], to.views[axis]);
    const start = (Math.ceil((begin - to.views[axis].last) / to.views[axis].stride) + Math.floor(first / stride)) * stride;
    return Math.min(Math.max(0, start), from.sizes[axis] - side);
  };
  const [top, left] = [along(0, rows, changed.top), along(1, columns, changed.left)];
  return { top, bottom: top + rows, left, right: left + columns };
}

/** What a cut behind sees of a cut before. */
function seenFrom(from: View, to: View): View {
  return { stride: to.stride / from.stride, first: (to.first - from.first) / from.stride, last: (to.last - from.last) / from.stride };
}

/** All cuts from the picture on, as far as the layers are local. */
export function cutsOf({ graph, input: { name: image, channels: colours, height, width } }: Model): Cut[] {
  const pixel: View = { stride: 1, first: 0, last: 0 };
  const views = new Map<string, Pair<View>>([[image, [pixel, pixel]]]);
  const lastUse = new Map(graph.nodes.flatMap(({ inputs }, i) => inputs.map((name) => [name, i] as const)));
  const cuts: Cut[] = [{ tensor: image, channels: colours, sizes: [height, width], views: [pixel, pixel], nodes: 0 }];
  const open = new Set([image]);
  for (const [i, node] of graph.nodes.entries()) {
    const view = viewOf(graph, node, views);
    if (!view) break;
    const [tensor] = node.outputs;
    views.set(tensor, view);
    open.add(tensor);
    for (const name of open) if ((lastUse.get(name) ?? Infinity) <= i) open.delete(name);
    if (open.size !== 1 || !open.has(tensor)) continue;
    const [, channels, ...sizes] = shapeOf(graph, tensor) as number[];
    cuts.push({ tensor, channels, sizes: [sizes[0], sizes[1]], views: view, nodes: i + 1 });
  }
  return cuts;
}

/** What a node's first output sees of the picture; undefined where that is not known to be local. */
function viewOf(graph: Graph, node: Node, views: ReadonlyMap<string, Pair<View>>): Pair<View> | undefined {
  const shape = shapeOf(graph, node.inputs[0]);
  if (node.domain !== '' || node.outputs.slice(1).some((name) => graph.values.has(name)) || shape?.length !== 4) return undefined;
  const before = views.get(node.inputs[0]);
  switch (node.op) {
    case 'Conv': {
      const weights = graph.initializers.get(node.inputs[1]);
      return before && weights && through(before, readWindow(node, shape, weights.dims.slice(2)));
    }
    case 'MaxPool':
    case 'AveragePool': return before && through(before, readPool(node, shape));
    case 'Pad': return before && padded(graph, node, before);
    default: return pointwise.has(node.op) ? together(graph, node, views) : undefined;
  }
}

function through(before: Pair<View>, window: Window): Pair<View> {
  const along = ({ first, last, stride }: View, axis: number): View => {
    const begin = window.begin[axis];
    return { stride: stride * window.strides[axis], first: first - begin * stride, last: last + (extent(window, axis) - 1 - begin) * stride };
  };
  return [along(before[0], 0), along(before[1], 1)];
}

/** Zeros, or another constant, around the image. */
function padded(graph: Graph, node: Node, before: Pair<View>): Pair<View> | undefined {
  const pads = graph.initializers.get(node.inputs[1]);
  if (!pads || textAttribute(node, 'mode', 'constant') !== 'constant') return undefined;
  const [batch, channel, top, left, ...rest] = Array.from(numbersOf(pads));
  if (batch !== 0 || channel !== 0 || rest[0] !== 0 || rest[1] !== 0 || Math.min(top, left, rest[2], rest[3]) < 0) return undefined;
  const moved = ({ first, last, stride }: View, by: number): View => ({ stride, first: first - by * stride, last: last - by * stride });
  return [moved(before[0], top), moved(before[1], left)];
}

/** Tensors of one size, and constants that are the same at all positions. */
function together(graph: Graph, node: Node, views: ReadonlyMap<string, Pair<View>>): Pair<View> | undefined {
  const seen = node.inputs.map((name) => views.get(name));
  const sizes = shapeOf(graph, node.outputs[0])?.slice(2).join();
  const constant = (name: string): boolean => name === '' || graph.initializers.get(name)?.dims.slice(-2).every((dim) => dim === 1) === true;
  const parameters = node.op === 'BatchNormalization' ? 1 : Infinity;
  if (node.op === 'Concat' && numberAttribute(node, 'axis', 0) !== 1) return undefined;
  const fits = node.inputs.every((name, i) => i >= parameters || (seen[i] ? shapeOf(graph, name)?.slice(2).join() === sizes : constant(name)));
  const [one, ...others] = seen.filter((view) => view !== undefined);
  if (!fits || !one || others.some((view) => view.some(({ stride }, axis) => stride !== one[axis].stride))) return undefined;
  const joined = (axis: 0 | 1): View => others.reduce((sum, view) => ({
    stride: sum.stride, first: Math.min(sum.first, view[axis].first), last: Math.max(sum.last, view[axis].last),
  }), one[axis]);
  return [joined(0), joined(1)];
}

/** The time that a node takes of a pass, in multiply-adds. */
function workOf(graph: Graph, node: Node): number {
  const shape = shapeOf(graph, node.outputs[0]) ?? [];
  const elements = shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
  const weights = graph.initializers.get(node.inputs[1]);
  if (!weights || !['Conv', 'Gemm', 'MatMul'].includes(node.op)) return elements * perElement;
  return elements * (perElement + weights.data.length / (node.op === 'Conv' ? weights.dims[0] : Number(shape.at(-1))));
}

function shapeOf(graph: Graph, name: string): Shape | undefined {
  return infoOf(graph, name)?.shape;
}

function infoOf(graph: Graph, name: string): ValueInfo | undefined {
  return graph.values.get(name) ?? graph.inputs.find((input) => input.name === name);
}
