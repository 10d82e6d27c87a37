/** Which layer a request means, and layers as they are described to people. */
import type { Shape } from '../graph/graph.ts';
import type { Layer, Model } from '../graph/model.ts';
import type { LayerDescription } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { didYouMean } from './nearest.ts';

/**
 * The layer to explain.
 * @param wanted tensor name; undefined for the model's default layer
 * @param preferred the default layer of the model's sidecar file, if it names one
 * @throws FoveaError `no-spatial-layer`, `layer-unknown` (with nearest names), `layer-unsuitable`
 */
export function resolveLayer(model: Model, wanted: string | undefined, preferred: string | undefined): Layer {
  const name = wanted ?? preferred ?? model.defaultLayer?.name;
  if (name === undefined || model.layers.length === 0) {
    throw new FoveaError('no-spatial-layer', 'The model has no layer with positions that the score depends on, so no map of a layer can be made.',
      'Techniques that explain input pixels, such as saliency, need no layer.');
  }
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (layer) return layer;
  const near = didYouMean(name, model.layers.map((candidate) => candidate.name));
  const value = model.graph.values.get(name) ?? model.graph.outputs.find((output) => output.name === name);
  if (value) {
    throw new FoveaError('layer-unsuitable', `The tensor "${name}" ${value.shape ? `of shape ${formatShape(value.shape)} ` : ''}is not a map with positions.`, near);
  }
  throw new FoveaError('layer-unknown', `The model has no layer "${name}".`, near);
}

/** A layer as it is shown in lists. */
export function describeLayer(layer: Layer): LayerDescription {
  const { kind, channels, height, width } = layer.map;
  return { name: layer.name, op: layer.op, shape: displayShape(layer.shape), kind: kind === 'tokens' ? kind : 'spatial', channels, height, width };
}

/** The batch, and whatever is a multiple of it, as -1. */
function displayShape(shape: Shape): number[] {
  return shape.map((dim) => (typeof dim === 'number' ? dim : -1));
}

function formatShape(shape: Shape): string {
  return `[${displayShape(shape).map((dim) => (dim === -1 ? 'N' : dim)).join(', ')}]`;
}
