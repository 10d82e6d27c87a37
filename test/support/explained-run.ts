/** Runs as they are kept. */
import type { ExplainedRun } from '../../src/extension/runs/run.ts';
import { preprocessingSchema } from '../../src/protocol/preprocessing.ts';

const preprocessing = preprocessingSchema.parse({ width: 8, height: 8 });

/** Of a class; its time is that, too. */
export const explainedRun = (target: number): Omit<ExplainedRun, 'id' | 'pinned'> => ({
  kind: 'explained', time: 1000 + target, technique: 'Grad-CAM', className: `class ${target}`, probability: 0.5, milliseconds: 20,
  subject: { picture: 'file:///a.png', model: 'bundled:net', technique: 'grad-cam', class: target, score: 'logit', parameters: {}, seed: 0 },
  recipe: {
    version: '1', picture: { name: 'a.png', hash: 'a'.repeat(64) }, model: { title: 'Net', hash: 'b'.repeat(64) }, preprocessing, technique: 'grad-cam',
    parameters: { relu: true }, class: target, score: 'logit', layer: 'conv', seed: 0, runtime: 'onnxruntime',
  },
});
