/** What a host would send to the compare panel. */
import type { CompareHostMessage } from '../../../src/protocol/compare-panel.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';
import * as canned from './canned.ts';

const { bump, predictions, subject } = canned;

const names = {
  techniques: { 'grad-cam': 'Grad-CAM', saliency: 'Saliency', 'integrated-gradients': 'Integrated Gradients', occlusion: 'Occlusion' },
  models: { 'bundled:toy': 'Toy network', '/models/tuned.onnx': 'tuned.onnx' },
};
export const techniqueTitles = Object.values(names.techniques);

/** A result without pixels, as the session sends it; its map is scaled by a factor. */
export function result(technique: string, factor = 1, patch: Partial<ExplainResult> = {}): ExplainResult {
  const { pixels: _, ...rest } = canned.result();
  const map = bump(1.8, 3.2, technique === 'grad-cam' ? 7 : 56);
  return { ...rest, technique, map: { ...map, values: map.values.map((value) => value * factor) }, ...patch };
}

const signedMap = { ...bump(3, 3, 28), values: bump(3, 3, 28).values.map((value, at) => (at % 28 < 14 ? -value : value)), signed: true };

/** One picture explained by four techniques. */
export const byTechnique: Subject[] = Object.keys(names.techniques).map((technique) => ({ ...subject, technique }));
export const fourTechniques: ExplainResult[] = [
  result('grad-cam', 40), result('saliency', 1, { map: { ...bump(2, 3, 56), unit: 'score per unit of input' } }),
  result('integrated-gradients', 1, { map: signedMap, metrics: [{ id: 'delta', title: 'Completeness error', value: 0.0123, better: 'lower' }] }),
  result('occlusion', 3, { samples: { done: 169, total: 169 } }),
];

/** One technique for three classes, whose values fall from the first to the last. */
export const byClass: Subject[] = predictions.slice(0, 3).map(({ index }) => ({ ...subject, class: index }));
export const threeClasses: ExplainResult[] = predictions.slice(0, 3).map((prediction, at) => result('grad-cam', 1 / (at + 1), { class: prediction }));

export const byModel: Subject[] = Object.keys(names.models).map((model) => ({ ...subject, model }));

export const picture: CompareHostMessage = { type: 'picture', picture: subject.picture, pixels: canned.pixels() };

export const cells = (results: readonly ExplainResult[]): CompareHostMessage[] => (
  results.map((one, index) => ({ type: 'cell', index, cell: { state: 'done', result: one } })));

/** @param index of the cell */
export const failedCell = (index: number): CompareHostMessage => ({
  type: 'cell', index, cell: {
    state: 'failed', error: { reason: 'layer-unsuitable', message: 'This layer has no map.', help: 'Choose another one.' },
    actions: [{ id: 'retry', title: 'Try Again' }],
  },
});

export const comparison = (subjects: Subject[], edits = { canUndo: false, canRedo: false }): CompareHostMessage => (
  { type: 'comparison', comparison: { subjects }, names, ...edits });
