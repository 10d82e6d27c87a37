/** Which layers of a network serve style transfer, told from the graph alone. */
import type { Graph, Node } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import { FoveaError } from '../protocol/errors.ts';

export interface StyleLayers {
  readonly content: Layer;
  /** The finest first. */
  readonly style: readonly Layer[];
}

/** Style layers where nothing is said; the published networks have four or five. */
const usualCount = 4;

const rectifiers = new Set(['Relu', 'Clip', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'HardSwish', 'ThresholdedRelu', 'Softplus', 'Mish', 'Gelu']);

/**
 * Style: the first rectified map of each resolution (in VGG: relu1_1, relu2_1, relu3_1, relu4_1); content: the last rectified one of the third.
 *
 * Rectified maps, because sums and projections of residual networks are open to both sides: on EfficientNet-Lite0 the sums of its blocks leave
 * parts of a picture untouched and smear others, and its rectified maps do not (models/README.md has the comparison).
 *
 * A SqueezeNet is read as the courses read it: style from the first rectifier and fire modules 3, 4 and 5, content from fire module 2.
 * @throws FoveaError `no-spatial-layer`
 */
export function defaultStyleLayers(model: Model): StyleLayers {
  return squeezeNetLayers(model) ?? layersByResolution(model);
}

function layersByResolution(model: Model): StyleLayers {
  const spatial = model.layers.filter(({ map }) => map.kind === 'spatial');
  const rectified = spatial.filter((layer) => isRectified(model.graph, layer));
  const candidates = rectified.length > 0 ? rectified : spatial;
  const stages = new Map<string, Layer[]>();
  for (const layer of candidates) {
    const { height, width } = layer.map;
    stages.set(`${height} ${width}`, [...stages.get(`${height} ${width}`) ?? [], layer]);
  }
  const kept = [...stages.values()].slice(0, usualCount);
  const content = (kept[2] ?? kept.at(-1))?.at(-1);
  if (!content) {
    throw new FoveaError('no-spatial-layer', 'The model has no layer that keeps positions apart, as style transfer needs.', 'Choose a convolutional network.');
  }
  return { content, style: kept.map(([first]) => first) };
}

/** Whether a model is built as SqueezeNet is, for which the published weights of style transfer were chosen. */
export function isSqueezeNet(model: Model): boolean {
  return squeezeNetLayers(model) !== undefined;
}

/** Fire modules end in a concatenation of two rectified convolutions. */
function squeezeNetLayers({ graph, layers }: Model): StyleLayers | undefined {
  const producers = producersOf(graph);
  const isFire = ({ name, op }: Layer): boolean => {
    const inputs = op === 'Concat' ? producers.get(name)!.inputs.map((input) => producers.get(input)?.op) : [];
    return inputs.length === 2 && inputs.every((input) => input === 'Relu');
  };
  const first = layers.find(({ op }) => op === 'Relu');
  const fires = layers.filter(isFire);
  return first && fires.length === 8 ? { content: fires[0], style: [first, ...fires.slice(1, 4)] } : undefined;
}

/** Also x · sigmoid(x) and the like, which files write as several nodes. */
function isRectified(graph: Graph, { name, op }: Layer): boolean {
  if (rectifiers.has(op)) return true;
  if (op !== 'Mul') return false;
  const producers = producersOf(graph);
  const [left, right] = producers.get(name)!.inputs;
  const gates = (gate: string, value: string): boolean => {
    const node = producers.get(gate);
    return node !== undefined && ['Sigmoid', 'HardSigmoid', 'Tanh'].includes(node.op) && node.inputs[0] === value;
  };
  return gates(left, right) || gates(right, left);
}

function producersOf(graph: Graph): ReadonlyMap<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}
