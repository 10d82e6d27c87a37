/** Which layer makes pictures that tell something when its activity is drawn. */
import type { Layer, Model } from '../graph/model.ts';

/** Where a network's branches come together: such maps hold what all of them found, and no rectifier has cut it off. */
const joints: ReadonlySet<string> = new Set(['Add', 'Concat']);

/**
 * The last joint of the last resolution but one, or the last layer of that. What the last resolution sees is spread over the whole picture: on
 * EfficientNet-Lite0 its maps draw noise, and those of the resolution before draw eyes, fur and scales. Tokens have one resolution only.
 * @returns undefined for a model without layers
 */
export function drawnLayer({ layers, defaultLayer }: Pick<Model, 'layers' | 'defaultLayer'>): Layer | undefined {
  const sizes = [...new Set(layers.map(({ map }) => map.height * map.width))].filter((size) => size > 1).sort((a, b) => a - b);
  if (sizes.length < 2) return defaultLayer;
  const those = layers.filter(({ map }) => map.height * map.width === sizes[1]);
  return those.findLast(({ op }) => joints.has(op)) ?? those.at(-1);
}
