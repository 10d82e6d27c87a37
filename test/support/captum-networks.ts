/** The tiny networks of Captum's tests as models whose picture is made of all their explained inputs. */
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Attribute, Dim, Shape, Tensor } from '../../src/graph/graph.ts';
import { N } from '../../src/graph/graph.ts';
import type { Layer, Model } from '../../src/graph/model.ts';
import { tensorOf } from '../../src/graph/tensor.ts';

export type Nested = number | readonly Nested[];

export interface NetworkDescription {
  readonly id: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly initializers: Readonly<Record<string, Nested>>;
  readonly nodes: readonly { name: string; op: string; inputs: readonly string[]; attrs?: Readonly<Record<string, Attribute>> }[];
  readonly output: string;
}

export function flatten(values: Nested): readonly number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flatten);
}

export function nestedTensor(values: Nested): Tensor {
  const dims: number[] = [];
  for (let level = values; typeof level !== 'number'; [level] = level) dims.push(level.length);
  return tensorOf('float32', flatten(values), dims);
}

/** channels: one value for each channel of a picture of one pixel; row: pixels side by side; picture: the only explained input as it is. */
export type Packing = 'channels' | 'row' | 'picture';

/**
 * @param explained shapes of the explained inputs, without the batch axis; their values stand one behind the other in the model's input
 * @param fixed values of the others
 * @param layers tensors that are to be the model's layers, in this order; those without positions get one
 */
export function networkModel(
  network: NetworkDescription, explained: Readonly<Record<string, readonly number[]>>, fixed: Readonly<Record<string, Nested>>,
  layers: readonly string[], packing: Packing,
): Model {
  const b = new GraphBuilder();
  const sizes = Object.values(explained).map((dims) => dims.reduce((a, c) => a * c, 1));
  const total = sizes.reduce((a, c) => a + c, 0);
  const [only] = Object.values(explained);
  const [channels, height, width] = packing === 'picture' ? only : packing === 'row' ? [1, 1, total] : [total, 1, 1];
  const image = b.input('image', 'float32', [N, channels, height, width]);
  /** Tensors by their names in the network. */
  const tensors = new Map<string, string>();
  const flat = b.reshape(image, [N, total]);
  let from = 0;
  Object.entries(explained).forEach(([name, dims], i) => {
    const to = from + sizes[i];
    const part = packing === 'picture' ? image : b.add('Slice', [flat, b.ints([from]), b.ints([to]), b.ints([1])]);
    tensors.set(name, b.reshape(part, [N, ...dims]));
    from = to;
  });
  for (const [name, values] of Object.entries({ ...network.initializers, ...fixed })) tensors.set(name, b.constant(nestedTensor(values), name));

  const found = new Map<string, Layer>();
  const addLayer = (name: string, op: string): void => {
    const tensor = tensors.get(name)!;
    const shape = b.shape(tensor);
    const spread: Shape = shape.length === 4 ? shape : [N, shape[1] ?? 1, 1, 1];
    const layer = shape.length === 4 ? tensor : b.add('Reshape', [tensor, b.ints(spread.map((dim) => (typeof dim === 'number' ? dim : -1)))]);
    if (layer !== tensor) tensors.set(name, b.add('Reshape', [layer, b.ints(shape.map((dim: Dim) => (typeof dim === 'number' ? dim : -1)))]));
    const [, c, h, w] = spread as [Dim, number, number, number];
    found.set(name, { name: layer, op, shape: spread, map: { kind: 'spatial', channels: c, height: h, width: w } });
  };
  for (const name of layers.filter((one) => tensors.has(one))) addLayer(name, 'Identity');
  for (const { name, op, inputs, attrs } of network.nodes) {
    const operands = inputs.map((input) => tensors.get(input)!);
    const axes = attrs?.axes as readonly number[] | undefined;
    tensors.set(name, axes ? b.add(op, [...operands, b.ints(axes)], op === 'ReduceSum' ? { keepdims: 0 } : {}) : b.add(op, operands, attrs));
    if (layers.includes(name)) addLayer(name, op);
  }
  const output = tensors.get(network.output)!;
  const classes = b.shape(output).slice(1).reduce<number>((a, dim) => a * (dim as number), 1);
  const logits = b.add('Reshape', [output, b.ints([-1, classes])]);
  const ordered = layers.map((name) => found.get(name)!);
  return {
    graph: b.build(network.id, { [logits]: logits }), input: { name: image, channels, height, width }, logits: { name: logits, classes },
    finalActivation: undefined, layers: ordered, defaultLayer: ordered[0], dynamicBatch: true,
  };
}
