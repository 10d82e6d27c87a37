/** Small maps of one technique at every layer that it can explain, for choosing a layer by eye. */
import type { AttributionMap, LayerStripEntry, LayerStripRequest } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { attributionMap, wantedClass } from './explain-picture.ts';
import type { Job } from './job.ts';
import { describeLayer } from './layers.ts';
import { choosePreprocessing } from './models.ts';
import { setUp, type Services } from './services.ts';

/** Longer side of a map in the strip, in cells. */
const mostCells = 64;

/** @throws FoveaError `layer-unsuitable` for a technique without layers; and what `explainPicture` throws */
export async function layerStrip(services: Services, request: LayerStripRequest, job: Job): Promise<LayerStripEntry[]> {
  const [setup] = await Promise.all([setUp(services, request, job.signal), services.pictures.decode(request.picture.path, job.signal)]);
  const { technique, loaded } = setup;
  if (!technique.needs.layer) {
    throw new FoveaError('layer-unsuitable', `${technique.title} explains the pixels of the input, not layers.`, 'Choose a class activation map, such as Grad-CAM.');
  }
  const input = await services.pictures.input(request.picture.path, choosePreprocessing(loaded, request.preprocessing), job.signal);
  const { layers } = loaded.model;
  const classes = [wantedClass(request.class, loaded)];
  const maps = await services.explainer.explainLayers({ ...setup, input: input.input, inputKey: input.key, classes }, layers, job);
  return layers.map((layer, i) => ({ layer: describeLayer(layer), map: shrink(attributionMap(technique, maps[i])) }));
}

/** The means of square blocks of cells, so that neither side is longer than a strip can show. Exported for its test. */
export function shrink(map: AttributionMap): AttributionMap {
  const block = Math.ceil(Math.max(map.width, map.height) / mostCells);
  if (block === 1) return map;
  const [height, width] = [Math.ceil(map.height / block), Math.ceil(map.width / block)];
  const values = new Float32Array(map.channels * height * width);
  for (let c = 0; c < map.channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) values[(c * height + y) * width + x] = blockMean(map, c, y * block, x * block, block);
    }
  }
  return { ...map, values, height, width };
}

function blockMean({ values, height, width }: AttributionMap, channel: number, top: number, left: number, block: number): number {
  const [bottom, right] = [Math.min(top + block, height), Math.min(left + block, width)];
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[(channel * height + y) * width + x];
  return sum / ((bottom - top) * (right - left));
}
