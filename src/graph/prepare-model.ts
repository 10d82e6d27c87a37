/** Makes an imported graph ready to explain: one picture in (channels first, float32, any batch size), logits out, its layers listed. */
import { FoveaError } from '../protocol/errors.ts';
import { GraphBuilder } from './builder.ts';
import type { Dim, Graph, Node, Shape, ValueInfo } from './graph.ts';
import { N } from './graph.ts';
import { defaultLayer, findLayers } from './layers.ts';
import type { Model } from './model.ts';
import { normalise } from './normalise.ts';
import { formatShape, sameDim } from './shape.ts';
import { widenToFloat32 } from './widen.ts';

/** Side of the picture where the file leaves it open, the usual one of ImageNet classifiers. */
const usualSide = 224;
/** Numbers of channels that a picture can give. */
const pictureChannels = [3, 1, 4];

export interface PrepareOptions {
  /** Sizes to use where the file leaves them open, in pixels. */
  readonly height?: number;
  readonly width?: number;
}

/**
 * @throws FoveaError `model-unsuitable` for a graph that is no classifier of pictures; and what `normalise` throws
 */
export function prepareModel(source: Graph, options: PrepareOptions = {}): Model {
  const input = pictureInput(source);
  const layout = readLayout(input, options);
  const image = fresh(source, 'image');
  const widened = widenToFloat32(source);
  const wrapped: Graph = {
    ...widened,
    inputs: [{ name: image, type: 'float32', shape: undefined }],
    nodes: [adapter(image, input.name, layout.channelsLast), ...widened.nodes],
  };
  const sizes = [layout.channels, layout.height, layout.width];
  const { graph, dynamicBatch } = withOpenBatch(input, (batch) => normalise(wrapped, { inputShapes: { [image]: [batch, ...sizes] } }));
  const b = GraphBuilder.from(graph);
  const { logits, classes, finalActivation } = findLogits(b, graph);
  const model = b.build(graph.name, { [logits]: logits }, graph.metadata);
  const layers = findLayers(b, model.nodes, image);
  return {
    graph: model,
    input: { name: image, channels: layout.channels, height: layout.height, width: layout.width },
    logits: { name: logits, classes },
    finalActivation, layers, dynamicBatch,
    defaultLayer: defaultLayer(layers, model.nodes),
  };
}

/** Whether a graph takes pictures of any size, so that somebody has to say which. @throws FoveaError `model-unsuitable` */
export function leavesSizeOpen(source: Graph): boolean {
  const { height, width } = readLayout(pictureInput(source), { height: 0, width: 0 });
  return height === 0 || width === 0;
}

function pictureInput(graph: Graph): ValueInfo {
  const [input, ...others] = graph.inputs;
  if (!input) throw new FoveaError('model-unsuitable', 'The model has no input.', 'Fovea explains classifiers that take one picture.');
  if (others.length > 0) {
    throw new FoveaError('model-unsuitable', `The model has ${graph.inputs.length} inputs (${graph.inputs.map(({ name }) => name).join(', ')}).`,
      'Fovea explains classifiers that take one picture; export the model with that input alone.');
  }
  return input;
}

interface Layout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelsLast: boolean;
}

/** Channels come first unless only the last dimension can be a number of channels. */
function readLayout({ name, shape }: ValueInfo, options: PrepareOptions): Layout {
  const unsuitable = (what: string): FoveaError => new FoveaError('model-unsuitable', `The model's input "${name}" ${what}.`,
    'Fovea explains classifiers whose input is a batch of pictures: (N,C,H,W) or (N,H,W,C) with 1, 3 or 4 channels.');
  if (shape && shape.length !== 4) throw unsuitable(`has the shape ${formatShape(shape)}`);
  const [, first, second, last] = shape ?? ['N', 'C', 'H', 'W'];
  const fits = (dim: Dim): boolean => typeof dim !== 'number' || pictureChannels.includes(dim);
  const channelsLast = typeof last === 'number' && pictureChannels.includes(last) && !(typeof first === 'number' && pictureChannels.includes(first));
  const [channels, height, width] = channelsLast ? [last, first, second] : [first, second, last];
  if (!fits(channels)) {
    throw unsuitable(`has the shape ${formatShape(shape!)}: ${channels} channels, where a picture has 1, 3 or 4`);
  }
  const side = (dim: Dim, wanted: number | undefined): number => (typeof dim === 'number' && dim > 0 ? dim : wanted ?? usualSide);
  return { channels: typeof channels === 'number' ? channels : 3, height: side(height, options.height), width: side(width, options.width), channelsLast };
}

function fresh(graph: Graph, name: string): string {
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs), ...graph.inputs.map((input) => input.name)]);
  let chosen = name;
  for (let i = 1; taken.has(chosen); i++) chosen = `${name}.${i}`;
  return chosen;
}

function adapter(image: string, input: string, channelsLast: boolean): Node {
  return channelsLast
    ? { op: 'Transpose', domain: '', name: input, inputs: [image], outputs: [input], attributes: { perm: [0, 2, 3, 1] } }
    : { op: 'Identity', domain: '', name: input, inputs: [image], outputs: [input], attributes: {} };
}

/**
 * Files that were exported for one sample usually work for any number; where not, the batch stays 1. That shows in shapes that do not fit,
 * or in scores that do not grow with the batch: PyTorch's exporter may pick the first sample's numbers by their places.
 */
function withOpenBatch({ shape }: ValueInfo, attempt: (batch: Dim) => Graph): { graph: Graph; dynamicBatch: boolean } {
  const stated = typeof shape?.[0] === 'number' ? shape[0] : undefined;
  try {
    const graph = attempt(N);
    const [batch = N] = scoresOf(graph)?.shape ?? [];
    if (sameDim(batch, N)) return { graph, dynamicBatch: true };
  } catch (error) {
    if (stated === undefined || !(error instanceof FoveaError) || error.reason !== 'shape-mismatch') throw error;
  }
  return { graph: attempt(stated ?? 1), dynamicBatch: false };
}

const finalActivations = { Softmax: 'softmax', LogSoftmax: 'log-softmax', Sigmoid: 'sigmoid' } as const;

/** The output that is one score per class. */
function scoresOf(graph: Graph): ValueInfo | undefined {
  return graph.outputs.find(({ shape, type }) => type === 'float32' && classCount(shape ?? []) !== undefined);
}

/** The scores of the classes, (N,K), before the last activation. */
function findLogits(b: GraphBuilder, graph: Graph): { logits: string; classes: number; finalActivation: Model['finalActivation'] } {
  const output = scoresOf(graph);
  if (!output) {
    const described = graph.outputs.map(({ name, shape }) => `"${name}" ${formatShape(shape ?? [])}`).join(', ');
    throw new FoveaError('model-unsuitable', `The model is no classifier: its output ${described} is not one score per class.`,
      'Fovea explains models whose output is one row of scores per picture, shape (N, classes).');
  }
  const classes = classCount(output.shape!)!;
  let finalActivation: Model['finalActivation'];
  let tensor = output.name;
  for (let node = b.producer(tensor); node && classCount(b.shape(node.inputs[0])) === classes; node = b.producer(tensor)) {
    if (node.op in finalActivations && finalActivation === undefined) finalActivation = finalActivations[node.op as keyof typeof finalActivations];
    else if (node.op !== 'Reshape' && node.op !== 'Identity') break;
    [tensor] = node.inputs;
  }
  const plain = finalActivation ? tensor : output.name;
  return { logits: b.reshape(plain, [b.shape(plain)[0], classes]), classes, finalActivation };
}

/** K of (N,K) or of K values per sample with further axes of size 1. */
function classCount([batch, ...rest]: Shape): number | undefined {
  if (batch === undefined || rest.length === 0) return undefined;
  const sizes = rest.filter((dim) => dim !== 1);
  if (sizes.length > 1) return undefined;
  const [classes = 1] = sizes;
  return typeof classes === 'number' ? classes : undefined;
}
