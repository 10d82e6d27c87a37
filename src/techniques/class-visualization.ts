/**
 * A picture that the model would call the best example of a class, or that excites a layer, a channel or a neuron most.
 *
 * Two recipes: `classic` (classic-ascent.ts) climbs on pixels; `modern` (modern-ascent.ts) on a colour-decorrelated Fourier image seen
 * through random transformations. Cost of a step: a forward and a backward pass for each picture.
 * Sources: Simonyan et al. 2013; Olah et al. 2017.
 */
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { classicStep, noisePictures } from './classic-ascent.ts';
import { courseUnits } from './course-units.ts';
import { resumedPicture, type Generator, type GeneratorContext } from './generator.ts';
import { ModernAscent } from './modern-ascent.ts';
import { objective, type Target } from './objective.ts';
import { pixelRanges } from './pixel-range.ts';
import { runSteps } from './steps.ts';
import { Response, targetOf, unitParameters } from './target.ts';

const recipes = { classic: 100, modern: 512 } as const;

/** Parameters of one recipe mean nothing to the other. */
const ofClassic = { when: { recipe: 'classic' } };
const ofModern = { when: { recipe: 'modern' } };

const parameters = z.object({
  recipe: z.enum(['classic', 'modern']).default('modern').meta({
    title: 'Recipe', description: 'How the picture climbs',
    choices: { classic: 'Ascent on pixels with shifts, decay and blur', modern: 'Ascent on a Fourier image under random transformations' },
  }),
  steps: z.union([z.literal('auto'), z.int().min(1).max(10_000)]).default('auto')
    .meta({ title: 'Steps', description: 'Auto: 100 for classic, 512 for modern', live: true }),
  pictures: z.int().min(1).max(16).default(1).meta({ title: 'Pictures', description: 'Pictures of each target, each from noise of its own' }),
  ...unitParameters,
  noise: z.number().min(0).max(1).default(0.2).meta({
    title: 'Noise', description: 'Classic: standard deviation of the start, as a part of the range from black to white', ...ofClassic,
  }),
  stepSize: z.number().min(0).max(1000).default(25).meta({ title: 'Step size', description: 'Classic: length of a step, pixels in deviations of ImageNet', slider: [0.1, 1000], live: true, ...ofClassic }),
  normalised: z.boolean().default(true).meta({ title: 'Normalised', description: 'Classic: divide the gradient by its length', live: true, ...ofClassic }),
  decay: z.number().min(0).max(10).default(1e-3).meta({ title: 'Decay', description: 'Classic: λ of the penalty λ‖I‖²', slider: [1e-5, 1], live: true, ...ofClassic }),
  jitter: z.int().min(0).max(256).default(16).meta({ title: 'Jitter', description: 'Classic: largest shift before a step', unit: 'px', live: true, ...ofClassic }),
  blur: z.number().min(0).max(20).default(0.5).meta({ title: 'Blur', description: 'Classic: standard deviation of the blur', unit: 'px', live: true, ...ofClassic }),
  blurEvery: z.int().min(1).max(10_000).default(10).meta({ title: 'Blur every', description: 'Classic: steps from one blur to the next', unit: 'steps', live: true, ...ofClassic }),
  learningRate: z.number().min(0).max(10).default(0.05).meta({ title: 'Learning rate', description: 'Modern: rate of Adam', slider: [0.001, 1], live: true, ...ofModern }),
  shift: z.int().min(0).max(256).default(8).meta({ title: 'Shift', description: 'Modern: largest shift before scaling and turning', unit: 'px', live: true, ...ofModern }),
  zoom: z.number().min(0).max(0.9).default(0.1).meta({ title: 'Zoom', description: 'Modern: largest change of scale, 0.1: from 0.9 to 1.1', live: true, ...ofModern }),
  turn: z.number().min(0).max(180).default(10).meta({ title: 'Rotation', description: 'Modern: largest angle', unit: '°', live: true, ...ofModern }),
  lastShift: z.int().min(0).max(256).default(4).meta({ title: 'Last shift', description: 'Modern: largest shift after scaling and turning', unit: 'px', live: true, ...ofModern }),
});

type Parameters = z.output<typeof parameters>;
type Context = GeneratorContext<Parameters>;

export const classVisualization: Generator<typeof parameters> = {
  id: 'class-visualization',
  title: 'Class Visualization',
  family: 'visualization',
  summary: 'Paints the picture that a class, a layer, a channel or a neuron responds to most',
  citation: {
    authors: 'Simonyan, Vedaldi, Zisserman', year: 2013, url: 'https://arxiv.org/abs/1312.6034',
    title: 'Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps',
  },
  needs: { content: false, style: false, target: 'class-or-layer' },
  parameters,
  async run(context) {
    const { classes, layer, className } = context;
    const { pictures, recipe, ...unit } = context.parameters();
    const target = targetOf(classes.flatMap((index) => new Array<number>(pictures).fill(index)), layer, unit);
    const response = new Response(target, className);
    const result = await (recipe === 'classic' ? classic : modern)(context, target, response);
    return { ...result, notes: response.notes(), metrics: {} };
  },
};

async function classic(context: Context, target: Target, response: Response) {
  const { model: { input: { channels } }, preprocessing, seed, resume } = context;
  const [ranges, units] = [pixelRanges(preprocessing, channels), courseUnits(preprocessing)];
  const dims = dimsOf(context, target);
  const pictures: Tensor = resume
    ? { type: 'float32', dims, data: resumedPicture(resume, 'pictures') }
    : noisePictures(seed, dims, ranges, context.parameters().noise);
  const evaluate = objective(context, target);
  const last = await runSteps(context, {
    from: resume?.step ?? 0,
    total: () => plannedSteps(context.parameters()),
    picture: () => ({ ...pictures, data: (pictures.data as Float32Array).slice() }),
    advance: async (step) => response.outcome(await classicStep(pictures, step, seed, units, ranges, evaluate, context.parameters())),
  });
  return { ...last, state: { step: last.step, arrays: { pictures: last.picture.data as Float32Array } } };
}

async function modern(context: Context, target: Target, response: Response) {
  const ranges = pixelRanges(context.preprocessing, context.model.input.channels);
  const ascent = await ModernAscent.start(context, dimsOf(context, target), ranges, context.resume);
  const evaluate = objective(context, target);
  const last = await runSteps(context, {
    from: context.resume?.step ?? 0,
    total: () => plannedSteps(context.parameters()),
    picture: () => ascent.pictures(),
    advance: async (step) => response.outcome(await ascent.step(step, evaluate, context.parameters())),
  });
  return { ...last, state: ascent.state(last.step) };
}

function plannedSteps({ steps, recipe }: Parameters): number {
  return steps === 'auto' ? recipes[recipe] : steps;
}

function dimsOf({ model: { input: { channels, height, width } }, parameters: read }: Context, target: Target): number[] {
  return [target.kind === 'class' ? target.classes.length : read().pictures, channels, height, width];
}
