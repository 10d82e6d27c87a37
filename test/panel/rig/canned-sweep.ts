/** What a host would send to the sweep panel. */
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import { controlsOf } from '../../../src/protocol/parameter-controls.ts';
import type { Outcome, PlanState, SweepCell, SweepHostMessage } from '../../../src/protocol/sweep-panel.ts';
import { seedControl } from '../../../src/protocol/sweep-plan.ts';
import { bump, model, result, subject } from './canned.ts';
import { generators, picture, styleWork } from './canned-studio.ts';

const style = generators.find(({ id }) => id === 'style-transfer')!;

export const styleSwept: SweepHostMessage = {
  type: 'swept', swept: { kind: 'make', work: styleWork }, title: 'Style Transfer', subject: 'tower.jpg in the style of waves.jpg', model: 'Toy network',
  controls: [...controlsOf(style.parameters), seedControl(0)],
};

export const mapSwept: SweepHostMessage = {
  type: 'swept', swept: { kind: 'explain', subject }, title: 'Grad-CAM', subject: 'shapes.png, most likely class', model: 'Toy network',
  controls: [
    { kind: 'boolean', name: 'eigen', title: 'First principal component', help: 'Of the activations', unit: undefined, default: false },
    {
      kind: 'choice', name: 'layer', title: 'Layer', help: 'Whose activations are explained', unit: undefined, default: model.defaultLayer,
      choices: model.layers.map(({ name }) => ({ value: name, label: name, help: '' })),
    },
    seedControl(0),
  ],
};

export const plan: PlanState = { columns: { parameter: 'contentWeight', values: [0.1, 1, 10] }, rows: { parameter: 'size', values: [128, 256] } };
export const mapPlan: PlanState = { columns: { parameter: 'layer', values: model.layers.slice(-3).map(({ name }) => name) }, rows: { parameter: 'eigen', values: [false, true] } };

const outcome: Outcome = { ended: 'done', step: 200, metrics: {}, curves: { total: 12.4, content: 3.1, style: 9.2 }, tops: [] };

export const done = (level: number, patch: Partial<Outcome> = {}): SweepCell => (
  { state: 'done', made: { pictures: [picture(level)] }, milliseconds: 4000, outcome: { ...outcome, ...patch } });
export const busy = (frame: number, level = 120): SweepCell => (
  { state: 'busy', message: `Step ${frame} of 200`, fraction: frame / 200, frame, made: { pictures: [picture(level)] } });
export const failed: SweepCell = {
  state: 'failed', error: { reason: 'picture-missing', message: 'The picture "waves.jpg" is not there.', help: 'Put it back, or choose another.' },
  actions: [{ id: 'retry', title: 'Try Again' }],
};

export const map = (factor: number, patch: Partial<ExplainResult> = {}): SweepCell => {
  const { pixels: _, ...rest } = result();
  const one = bump(1 + factor, 3);
  return { state: 'done', milliseconds: 60, made: { result: { ...rest, map: { ...one, values: one.values.map((value) => value * factor) }, ...patch } } };
};

export const cells = (...all: SweepCell[]): SweepHostMessage[] => all.map((cell, index) => ({ type: 'cell', index, cell }));
