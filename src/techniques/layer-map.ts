/** A layer's tensor as maps (N,C,h,w): as it stands where it is spatial, channels moved to the front, or tokens laid out on their grid. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { Layer } from '../graph/model.ts';

/** Adds the nodes that lay a tensor of the layer's shape (its activation, or a gradient) out as (N,C,h,w). */
export function asMaps(b: GraphBuilder, layer: Layer, tensor: string): string {
  const { map } = layer;
  if (map.kind === 'spatial') return tensor;
  if (map.kind === 'channels-last') return b.add('Transpose', [tensor], { perm: [0, 3, 1, 2] });
  const count = map.height * map.width;
  const patches = map.prefix === 0 ? tensor
    : b.add('Slice', [tensor, b.ints([map.prefix]), b.ints([map.prefix + count]), b.ints([1])]);
  return b.reshape(b.add('Transpose', [patches], { perm: [0, 2, 1] }), [b.shape(tensor)[0], map.channels, map.height, map.width]);
}

/** What a person should know about reading the layer as a map. */
export function mapNotes(layer: Layer | undefined): string[] {
  if (layer?.map.kind !== 'tokens') return [];
  const { prefix, height, width } = layer.map;
  const before = prefix === 0 ? '' : `, after ${prefix} leading ${prefix === 1 ? 'token' : 'tokens'} that ${prefix === 1 ? 'is' : 'are'} left out`;
  return [`The tokens of "${layer.name}" are read as a map of ${height} × ${width} positions${before}. This is an assumption about the model.`];
}
