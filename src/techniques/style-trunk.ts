/** The layers that style transfer compares pictures by, for pictures of any size: the model is cut off behind the last of them. */
import { foldBatchNormalization } from '../graph/fold-batch-norm.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, Tensor } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import { normalise } from '../graph/normalise.ts';
import { tensorOf } from '../graph/tensor.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { CourseUnits } from './course-units.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A graph with one input, a picture [1,C,H,W] in course units, and the layers as outputs. */
export interface Trunk {
  readonly graph: Graph;
  /** Name of the input. */
  readonly picture: string;
}

/**
 * The model up to the layers, its shapes inferred anew for pictures of a size.
 * @throws FoveaError `layer-unsuitable` where a layer cannot be computed at that size
 */
export function trunkFor(model: Model, layers: readonly Layer[], { width, height }: Size, units: CourseUnits): Trunk {
  const names = layers.map((layer) => layer.name);
  const folded = foldBatchNormalization(model.graph, new Set(names));
  const cut = GraphBuilder.from(folded).build(folded.name, Object.fromEntries(names.map((name) => [name, name])));
  const image = model.input.name;
  const picture = freshName(cut, 'picture');
  const { nodes, initializers } = toModelInput(cut, picture, image, units);
  const channels = model.input.channels;
  const wrapped: Graph = {
    ...cut,
    inputs: [{ name: picture, type: 'float32', shape: undefined }],
    nodes: [...nodes, ...cut.nodes],
    initializers: new Map([...cut.initializers, ...initializers]),
    values: new Map(),
  };
  try {
    const graph = normalise(wrapped, { inputShapes: { [picture]: [1, channels, height, width] } });
    for (const { name, shape } of graph.outputs) if (shape?.includes(0)) throw unsuitable(name, width, height);
    return { graph, picture };
  } catch (error) {
    if (error instanceof FoveaError && error.reason === 'shape-mismatch') throw unsuitable(names.at(-1)!, width, height, error);
    throw error;
  }
}

function unsuitable(layer: string, width: number, height: number, cause?: FoveaError): FoveaError {
  return new FoveaError('layer-unsuitable', `The layer "${layer}" cannot be computed for a picture of ${width} × ${height} pixels.`,
    'Choose an earlier layer, a larger size, or a picture that is less narrow.', { cause });
}

/** image = scale · picture + shift, channel by channel. */
function toModelInput(
  cut: Graph, picture: string, image: string, { scale, shift }: CourseUnits,
): { nodes: Node[]; initializers: [string, Tensor][] } {
  const node = (op: string, inputs: string[], output: string): Node => ({ op, domain: '', name: output, inputs, outputs: [output], attributes: {} });
  const perChannel = (values: readonly number[]): Tensor => tensorOf('float32', values, [1, values.length, 1, 1]);
  if (scale.every((value) => value === 1) && shift.every((value) => value === 0)) return { nodes: [node('Identity', [picture], image)], initializers: [] };
  const [scaleName, shiftName, scaled] = ['picture.scale', 'picture.shift', 'picture.scaled'].map((name) => freshName(cut, name));
  return {
    nodes: [node('Mul', [picture, scaleName], scaled), node('Add', [scaled, shiftName], image)],
    initializers: [[scaleName, perChannel(scale)], [shiftName, perChannel(shift)]],
  };
}

function freshName(graph: Graph, stem: string): string {
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs), ...graph.inputs.map((input) => input.name)]);
  let name = stem;
  for (let i = 1; taken.has(name); i++) name = `${stem}.${i}`;
  return name;
}
