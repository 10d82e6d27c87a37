/** What a host would send: a picture, its maps, a model; made here, so that every value is known. */
import type { AttributionMap, ExplainResult, LayerDescription, LayerStripEntry, ModelDescription, Prediction } from '../../../src/protocol/engine.ts';
import type { HostMessage, Subject } from '../../../src/protocol/result-panel.ts';
import type { TechniqueDescription } from '../../../src/protocol/techniques.ts';

export const subject: Subject = { picture: 'file:///pictures/shapes.png', model: 'bundled:toy', technique: 'grad-cam', class: 'top', score: 'logit', parameters: {}, seed: 0 };

export const size = { width: 320, height: 240 };

/** A gradient with a light disc and a square, RGBA. */
export function pixels(): { width: number; height: number; data: Uint8Array } {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const disc = Math.hypot(x - 100, y - 110) < 60;
      const square = x > 210 && x < 280 && y > 130 && y < 200;
      data.set(disc ? [236, 200, 120, 255] : square ? [70, 120, 190, 255] : [40 + x / 4, 60 + y / 4, 70, 255], at);
    }
  }
  return { width, height, data };
}

/** A 7×7 map with one bump; unsigned. @param cx centre in cells */
export function bump(cx: number, cy: number, side = 7): AttributionMap {
  const values = Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5];
    return 0.042 * Math.exp(-((x - (cx * side) / 7) ** 2 + (y - (cy * side) / 7) ** 2) / (0.06 * side * side));
  });
  return { values, channels: 1, height: side, width: side, signed: false, unit: 'logit', resolution: 'layer' };
}

const named = (index: number, name: string, probability: number): Prediction => ({ index, name, probability, logit: Math.log(probability) + 12 });

export const predictions: Prediction[] = [
  named(281, 'tabby, tabby cat', 0.6123), named(967, 'espresso', 0.2041), named(285, 'Egyptian cat', 0.0912),
  named(282, 'tiger cat', 0.0413), named(504, 'coffee mug', 0.0008),
];

export const layers: LayerDescription[] = [112, 56, 28, 14, 14, 7, 7].map((side, index) => ({
  name: `/blocks.${index}/${index % 2 ? 'project' : 'expand'}/Conv_output_0`, op: index % 2 ? 'Conv' : 'Clip', shape: [-1, 16 << Math.floor(index / 2), side, side],
  kind: 'spatial', channels: 16 << Math.floor(index / 2), height: side, width: side,
}));

export const lastLayer = layers[layers.length - 1];

const preprocessing = {
  width: 224, height: 224, fit: 'crop' as const, interpolation: 'bicubic' as const, channels: 'rgb' as const,
  scale: 1, mean: [127, 127, 127], std: [128, 128, 128], pad: 114,
};

export const model: ModelDescription = {
  reference: 'bundled:toy', title: 'Toy network', hash: 'ab'.repeat(32), format: 'onnx', bytes: 1e6, preprocessing, preprocessingSource: 'bundled',
  labels: Array.from({ length: 1000 }, (_, index) => predictions.find((prediction) => prediction.index === index)?.name ?? `class ${index}`),
  layers, defaultLayer: lastLayer.name, drawnLayer: lastLayer.name, notes: [],
};

/** A result for a class; its bump lies over the disc or, for other classes than the first, over the square. */
export function result(patch: Partial<ExplainResult> = {}): ExplainResult {
  const explained = patch.class ?? predictions[0];
  const first = explained.index === predictions[0].index;
  return {
    picture: { name: 'shapes.png', ...size, notes: [] },
    pixels: pixels(),
    placement: { x: 40, y: 0, width: 240, height: 240 },
    map: first ? bump(1.8, 3.2) : bump(5.9, 4.8),
    predictions, class: explained, score: { kind: 'logit', value: explained.logit }, layer: lastLayer, technique: 'grad-cam',
    model: { reference: model.reference, title: model.title, preprocessingSource: 'bundled' },
    runtime: 'ONNX Runtime', milliseconds: { picture: 6.2, build: 0, run: 27.8, total: 34.4 }, notes: [],
    recipe: {
      version: '0.1.0', picture: { name: 'shapes.png', hash: 'cd'.repeat(32) }, model: { title: model.title, hash: model.hash }, preprocessing,
      technique: 'grad-cam', parameters: {}, class: explained.index, score: 'logit', layer: lastLayer.name, seed: 0, runtime: 'ONNX Runtime',
    },
    ...patch,
  };
}

export const strip: LayerStripEntry[] = layers.map((layer, index) => ({ layer, map: bump(1.5 + index / 3, 3, Math.min(layer.height, 28)) }));

/** What a host says before the first result. */
export const introduction = (): HostMessage[] => [
  { type: 'techniques', techniques }, { type: 'subject', subject, pictureName: 'shapes.png' }, { type: 'model', model },
];

export const shown = (patch: Partial<ExplainResult> = {}): HostMessage => ({ type: 'result', subject, result: result(patch) });

const technique = (id: string, title: string, layer: boolean): TechniqueDescription => ({
  id, title, family: layer ? 'cam' : 'attribution', summary: title, citation: { authors: 'A', title: 'T', year: 2017, url: 'https://example.org' },
  needs: { class: true, layer, secondPicture: false }, values: { signed: false, unit: 'logit', resolution: layer ? 'layer' : 'input' }, parameters: {},
});

export const techniques = [technique('grad-cam', 'Grad-CAM', true), technique('saliency', 'Saliency', false)];

const scaled = { ...preprocessing, scale: 1 / 255 };
const unsure = [named(2, 'shark', 0.08), named(3, 'ray', 0.05)];

export const trials = [
  { title: 'Present', preprocessing, predictions: predictions.slice(0, 3), current: true },
  {
    title: '0 to 1', preprocessing: { ...scaled, mean: [0, 0, 0], std: [1, 1, 1] },
    predictions: [named(1, 'goldfish', 0.12), ...unsure], current: false,
  },
  {
    title: 'ImageNet mean and deviation', preprocessing: { ...scaled, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    predictions: [named(281, 'tabby, tabby cat', 0.3), ...unsure], current: false,
  },
];
