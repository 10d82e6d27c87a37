/** What a host would send to the studio; pictures whose every pixel is known. */
import * as z from 'zod';
import type { Pixels } from '../../../src/protocol/engine.ts';
import type { FoolingOutcome, GeneratorDescription } from '../../../src/protocol/generate.ts';
import type { Curve, StudioHostMessage, StudioResult, Work } from '../../../src/protocol/studio-panel.ts';
import { layers, model, pixels, predictions } from './canned.ts';

/** @param level of the red channel; green grows to the right and blue downwards, with rings over them */
export function picture(level: number, side = 96): Pixels {
  const data = new Uint8Array(side * side * 4);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 4) {
      const ring = Math.sin(Math.hypot(x - side / 2, y - side / 2) / 3) * 40;
      data.set([level, 60 + (x / side) * 150 + ring, 60 + (y / side) * 150 - ring, 255], at);
    }
  }
  return { width: side, height: side, data };
}

const visualizationParameters = z.object({
  recipe: z.enum(['classic', 'modern']).default('modern').meta({ title: 'Recipe', description: 'How the picture climbs' }),
  pictures: z.int().min(1).max(16).default(1).meta({ title: 'Pictures', description: 'Pictures of each class' }),
  noise: z.number().min(0).max(1).default(0.2).meta({ title: 'Noise', description: 'Deviation of the start', when: { recipe: 'classic' } }),
  steps: z.int().min(1).max(10_000).default(100).meta({ title: 'Steps', description: 'Number of steps', live: true }),
  stepSize: z.number().min(0).max(100).default(25).meta({ title: 'Step size', description: 'Length of a step', live: true }),
  jitter: z.int().min(0).max(64).default(16).meta({ title: 'Jitter', description: 'Largest shift before a step', unit: 'px', live: true }),
});
const foolingParameters = z.object({
  steps: z.int().min(1).max(10_000).default(40).meta({ title: 'Steps', description: 'At most so many', live: true }),
  epsilon: z.number().min(0).max(255).default(8).meta({ title: 'Epsilon', description: 'How far a pixel value may move', unit: '/255' }),
});
const styleParameters = z.object({
  size: z.int().min(16).max(512).default(256).meta({ title: 'Size', description: 'Shorter side', unit: 'px' }),
  steps: z.int().min(1).max(10_000).default(200).meta({ title: 'Steps', description: 'Number of steps', live: true }),
  contentWeight: z.number().min(0).max(100).default(1).meta({ title: 'Content', description: 'Weight of the content', live: true }),
});

const generator = (
  id: string, title: string, family: GeneratorDescription['family'], needs: GeneratorDescription['needs'], parameters: z.ZodObject,
): GeneratorDescription => ({
  id, title, family, needs, summary: title, citation: { authors: 'A', title: 'T', year: 2017, url: 'https://example.org' },
  parameters: z.toJSONSchema(parameters, { io: 'input' }),
});

export const generators: GeneratorDescription[] = [
  generator('class-visualization', 'Class Visualization', 'visualization', { content: false, style: false, target: 'class-or-layer' }, visualizationParameters),
  generator('pgd', 'PGD', 'fooling', { content: true, style: false, target: 'class-or-any' }, foolingParameters),
  {
    ...generator('style-transfer', 'Style Transfer', 'style', { content: true, style: true, target: 'none' }, styleParameters),
    presets: [{ id: 'starry-night', title: 'The Starry Night', description: 'As published', parameters: { size: 192, contentWeight: 6 } }],
  },
];

export const work: Work = { generator: 'class-visualization', model: model.reference, classes: [281], parameters: {}, seed: 3 };

export const curve = (title: string, last: number, of: (step: number) => number): Curve => {
  const steps = Array.from({ length: last }, (_, step) => step + 1);
  return { title, steps, values: steps.map(of) };
};

type State = Extract<StudioHostMessage, { type: 'state' }>;
type Frame = Extract<StudioHostMessage, { type: 'frame' }>;

export const state = (patch: Partial<State> = {}): State => ({
  type: 'state', work, phase: 'idle', names: {}, missing: [], canContinue: false, fromPictures: false, message: undefined, serial: 0, ...patch,
});

export const introduction = (patch: Partial<State> = {}): StudioHostMessage[] => [
  { type: 'generators', generators },
  { type: 'model', model: { reference: model.reference, title: model.title, labels: model.labels, layers, drawnLayer: layers[layers.length - 1].name } },
  state(patch),
];

export const frame = (patch: Partial<Frame> = {}): Frame => ({
  type: 'frame', frame: 1, step: 40, total: 100, pictures: [picture(40)], curves: [curve('score', 40, (step) => 30 * (1 - Math.exp(-step / 15)) + Math.sin(step))], ...patch,
});

export const result = (patch: Partial<StudioResult> = {}, curves: Curve[] = [curve('score', 100, (step) => 30 * (1 - Math.exp(-step / 15)))]): StudioHostMessage => ({
  type: 'result', curves,
  result: {
    generator: 'class-visualization', pictures: [picture(90)], predictions: [predictions], classes: [{ index: 281, name: 'tabby, tabby cat' }], layer: undefined,
    step: 100, total: 100, ended: 'done', metrics: {}, notes: [], runtime: 'ONNX Runtime', milliseconds: { build: 120, run: 4000, step: 41.2, total: 4200 },
    recipe: {
      version: '0.1.0', generator: 'class-visualization', model: { title: model.title, hash: model.hash }, preprocessing: model.preprocessing, parameters: {},
      classes: [281], layer: undefined, seed: 3, runtime: 'onnxruntime', steered: [],
    },
    ...patch,
  },
});

/** Cat taken for espresso. */
export const fooling = (patch: Partial<FoolingOutcome> = {}): FoolingOutcome => {
  const [cat, espresso, ...others] = predictions;
  const after = [{ ...espresso, probability: 0.93 }, { ...cat, probability: 0.05 }, ...others.map((other) => ({ ...other, probability: 0.001 }))];
  return {
    target: after[0], before: predictions, after, asSaved: after.map((one, place) => (place === 0 ? { ...one, probability: 0.912 } : one)),
    saved: picture(150), fooled: true, fooledAsSaved: true, original: picture(150), difference: picture(128, 96), ...patch,
  };
};

export const foolingWork: Work = { generator: 'pgd', model: model.reference, content: 'file:///pictures/cat.png', classes: [967], parameters: {}, seed: 0 };
export const styleWork: Work = {
  generator: 'style-transfer', model: model.reference, content: 'file:///pictures/tower.jpg', style: 'file:///pictures/waves.jpg', classes: [], parameters: {}, seed: 0,
};

export const sources: StudioHostMessage = { type: 'sources', pictures: { content: pixels(), style: picture(200, 64) } };

export const losses = [
  curve('total', 120, (step) => 5200 / step + 8), curve('content', 120, (step) => 2 + step / 200), curve('style: conv1', 120, (step) => 5000 / step + 3),
  curve('style: conv2', 120, (step) => 180 / step + 1), curve('variation', 120, (step) => 0.4 + step / 300),
];
