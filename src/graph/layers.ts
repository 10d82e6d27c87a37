/** Finds the tensors of a classifier that can be read as maps, and the one that class activation maps explain by default. */
import type { GraphBuilder } from './builder.ts';
import type { Node, Shape } from './graph.ts';
import type { Layer, LayerKind } from './model.ts';
import { numbersAttribute } from './attributes.ts';
import { sameDim } from './shape.ts';

/** Where the channels of a tensor are, as far as its history tells. */
type Layout = 'channels-first' | 'channels-last' | 'tokens';

/** Always channels first, whatever they are given. */
const spatialOperators = new Set(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'BatchNormalization', 'InstanceNormalization', 'Resize', 'LRN']);
/** Tokens that may stand before those of the picture: class token, distillation token, and four registers with a class token. */
const prefixes = [0, 1, 2, 5];

/**
 * Every tensor with positions, in topological order.
 * @param nodes those that the score depends on
 * @param image name of the input (N,C,H,W)
 */
export function findLayers(b: GraphBuilder, nodes: readonly Node[], image: string): Layer[] {
  const layouts = new Map<string, Layout>([[image, 'channels-first']]);
  const layers: Layer[] = [];
  const grids: [number, number][] = [];
  const [batch] = b.shape(image);
  for (const node of nodes) {
    const [name] = node.outputs;
    if (!node.inputs.some((input) => layouts.has(input) || dependsOn(b, input))) continue;
    const shape = b.shape(name);
    const layout = layoutOf(b, node, shape, layouts);
    if (layout) layouts.set(name, layout);
    // A transposition only moves what is a layer already; windows of attention stand where the batch was.
    const map = node.op === 'Transpose' || !sameDim(shape[0] ?? 1, batch) ? undefined : mapOf(layout, shape, grids);
    if (!map) continue;
    if (map.kind !== 'tokens') grids.push([map.height, map.width]);
    layers.push({ name, op: node.op, shape, map });
  }
  return layers;
}

function dependsOn(b: GraphBuilder, input: string): boolean {
  return input !== '' && !b.constantOf(input);
}

function layoutOf(b: GraphBuilder, node: Node, shape: Shape, layouts: ReadonlyMap<string, Layout>): Layout | undefined {
  if (spatialOperators.has(node.op)) return 'channels-first';
  if (shape.length === 3) return 'tokens';
  if (shape.length !== 4) return undefined;
  const from = node.inputs.map((input) => layouts.get(input)).find((layout) => layout !== undefined);
  if (node.op === 'Transpose') {
    const perm = numbersAttribute(node, 'perm')?.join();
    if (perm === '0,2,3,1' && from === 'channels-first') return 'channels-last';
    return perm === '0,3,1,2' && from === 'channels-last' ? 'channels-first' : undefined;
  }
  // A product with a matrix changes the last axis alone; any other product or a reshape makes something else of the axes, other operators keep them.
  if (node.op === 'MatMul' && b.shape(node.inputs[1]).length === 2) return from === 'channels-last' ? from : undefined;
  return node.op === 'Reshape' || node.op === 'MatMul' || node.op === 'Einsum' || b.shape(node.inputs[0]).length !== 4 ? undefined : from;
}

function mapOf(layout: Layout | undefined, shape: Shape, grids: readonly [number, number][]): LayerKind | undefined {
  if (layout === undefined) return undefined;
  if (layout === 'tokens') return tokenMap(shape, grids);
  const [, ...sizes] = shape;
  const [channels, height, width] = layout === 'channels-first' ? sizes : [sizes[2], sizes[0], sizes[1]];
  if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number' || height * width < 2) return undefined;
  return { kind: layout === 'channels-first' ? 'spatial' : layout, channels, height, width };
}

/** Tokens that fit a grid of positions seen earlier in the network, or else a square. */
function tokenMap([, tokens, channels]: Shape, grids: readonly [number, number][]): LayerKind | undefined {
  if (typeof tokens !== 'number' || typeof channels !== 'number') return undefined;
  for (const prefix of prefixes) {
    const grid = grids.findLast(([height, width]) => height * width === tokens - prefix);
    if (grid) return { kind: 'tokens', channels, prefix, height: grid[0], width: grid[1] };
  }
  for (const prefix of prefixes) {
    const side = Math.sqrt(tokens - prefix);
    if (Number.isInteger(side) && side > 1) return { kind: 'tokens', channels, prefix, height: side, width: side };
  }
  return undefined;
}

/**
 * The last map before the positions are pooled away. In a transformer: the sum that enters the last block, since behind the last attention
 * the score may depend on the class token alone.
 */
export function defaultLayer(layers: readonly Layer[], nodes: readonly Node[]): Layer | undefined {
  const last = layers.at(-1);
  if (last?.map.kind !== 'tokens') return last;
  const attention = nodes.findLastIndex((node) => node.op === 'Softmax');
  const before = new Set(nodes.slice(0, attention + 1).flatMap((node) => node.outputs));
  const tokens = layers.filter((layer) => layer.map.kind === 'tokens' && before.has(layer.name));
  return tokens.findLast((layer) => layer.op === 'Add' && layer.map.channels === last.map.channels) ?? tokens.at(-1) ?? last;
}
