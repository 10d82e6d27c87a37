/**
 * A model with some of its weights made meaningless, for asking whether a map depends on them (Adebayo et al. 2018). The values of each tensor
 * are shuffled: shape, mean, deviation, range and signs stay exactly what they were, so that variances are positive and activations of the
 * usual size, and what was learned is gone. The graph that is given stays as it is.
 */
import type { Graph, Node, Tensor } from './graph.ts';

/** A node with trained tensors, and the scaling and shifting that directly follows it. */
export interface WeightLayer {
  /** Tensor that the node produces. */
  readonly name: string;
  readonly op: string;
  /** Names of its initialisers with more than one value: weights, biases, parameters of the normalisation. */
  readonly weights: readonly string[];
}

const products: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
/** Trained wherever they stand. */
const normalisations: ReadonlySet<string> = new Set(['BatchNormalization', 'InstanceNormalization', 'LayerNormalization', 'PRelu']);
/** Trained where they directly follow a layer; elsewhere they may be the preprocessing of pictures. */
const shifts: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Layers with weights, in topological order. A tensor that several share belongs to the first. */
export function weightLayers({ nodes, initializers }: Graph): WeightLayer[] {
  const layers: { name: string; op: string; weights: string[] }[] = [];
  /** By the tensor that a layer ends with, as far as it is known. */
  const ending = new Map<string, number>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const follows = products.has(node.op) ? undefined : node.inputs.map((input) => ending.get(input)).find((index) => index !== undefined);
    const trained = products.has(node.op) || normalisations.has(node.op) || (shifts.has(node.op) && follows !== undefined);
    if (!trained) continue;
    const weights = [...new Set(trainedInputs(node, initializers))].filter((name) => !taken.has(name));
    if (weights.length === 0) continue;
    for (const name of weights) taken.add(name);
    const index = follows ?? layers.push({ name: node.outputs[0], op: node.op, weights: [] }) - 1;
    layers[index].weights.push(...weights);
    ending.set(node.outputs[0], index);
  }
  return layers;
}

function trainedInputs({ inputs }: Node, initializers: ReadonlyMap<string, Tensor>): string[] {
  return inputs.filter((name) => {
    const tensor = initializers.get(name);
    return tensor?.type === 'float32' && tensor.data.length > 1;
  });
}

/** Draws a uniform whole number in [0, bound); the same for the same arguments. */
export type Draw = (bound: number, place: number) => number;

/**
 * The graph with the weights of some layers shuffled.
 * @param layers of `weightLayers`
 * @param drawing the numbers for each tensor, which should depend on its name alone: then it is shuffled alike whichever others are
 */
export function randomise(graph: Graph, layers: readonly WeightLayer[], drawing: (tensor: string) => Draw): Graph {
  const initializers = new Map(graph.initializers);
  for (const name of layers.flatMap(({ weights }) => weights)) initializers.set(name, shuffled(graph.initializers.get(name)!, drawing(name)));
  return { ...graph, initializers };
}

/** Fisher and Yates' method. */
function shuffled(tensor: Tensor, draw: Draw): Tensor {
  const data = (tensor.data as Float32Array).slice();
  for (let last = data.length - 1; last > 0; last--) {
    const other = draw(last + 1, last);
    [data[last], data[other]] = [data[other], data[last]];
  }
  return { ...tensor, data };
}
