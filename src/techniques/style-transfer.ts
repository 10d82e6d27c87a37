/**
 * A photograph in the manner of a painting: a picture whose features in deep layers are those of the photograph, and whose statistics of features
 * in several layers are those of the painting.
 *
 *     minimise  w_c · content + Σ_l w_l · style_l + w_t · total variation      (see style-losses.ts)
 *
 * by Adam, the last tenth of the steps with small steps and fresh moments, or by L-BFGS, in course units (course-units.ts), clamped to valid
 * pixels. The model is cut off behind the last layer and made anew for the picture's size. Cost of a step: a forward and a backward pass through
 * that part; with L-BFGS one or more of them.
 *
 * Weights are balanced by default: each counts parts of what its term is large beside, so that they mean the same for every network. The published
 * weights are for SqueezeNet 1.1 and come with the presets. For networks with residual connections see `softening` and `statistic`.
 * Sources: Gatys et al. 2016; the recipe and weights of Stanford's CS231n.
 */
import * as z from 'zod';
import type { Layer, Model } from '../graph/model.ts';
import { FoveaError } from '../protocol/errors.ts';
import { courseUnits, fromCourse, toCourse, type CourseUnits } from './course-units.ts';
import type { Generator, GeneratorContext, GeneratorState } from './generator.ts';
import type { Evaluation } from './lbfgs.ts';
import { greyPicture, luminanceOf, matched, recoloured } from './luminance.ts';
import { RandomStream } from './random.ts';
import { runSteps } from './steps.ts';
import { AdamDescent, LbfgsDescent, type Evaluate } from './style-descent.ts';
import { defaultStyleLayers, isSqueezeNet, type StyleLayers } from './style-layers.ts';
import { statistics } from './style-losses.ts';
import { styleObjective, type CoursePicture, type StyleObjective } from './style-objective.ts';

/** Longest sides, whatever the proportions, px. */
const longest = { content: 512, style: 1024 } as const;

/** What one of the two pictures is asked for means nothing in the mode that does without it. */
const ofContent = { when: { mode: ['transfer', 'inversion'] } };
const ofStyle = { when: { mode: ['transfer', 'texture'] } };

function weight(value: number, title: string, description: string) {
  return z.number().min(0).max(1e9).default(value).meta({ title, description, slider: [0.01, 1e6], live: true });
}

function styleWeight(ordinal: string) {
  return weight(1, `Style, ${ordinal} layer`, `Weight of the ${ordinal} style layer`).meta(ofStyle);
}

const parameters = z.object({
  mode: z.enum(['transfer', 'texture', 'inversion']).default('transfer').meta({
    title: 'Mode', description: 'What is made of the two pictures',
    choices: { transfer: 'The content in the style', texture: 'The style alone, from noise', inversion: 'The content alone, from noise' },
  }),
  size: z.int().min(16).max(512).default(256).meta({ title: 'Size', description: 'Shorter side of the picture; the longer one is 512 px at most', unit: 'px' }),
  styleSize: z.int().min(16).max(1024).default(256).meta({ title: 'Style size', description: 'Shorter side of the style picture: small ones give fine strokes', unit: 'px', ...ofStyle }),
  steps: z.int().min(1).max(10_000).default(200).meta({ title: 'Steps', description: 'Number of steps', live: true }),
  optimiser: z.enum(['adam', 'l-bfgs']).default('adam').meta({
    title: 'Optimiser', description: 'How the picture is improved',
    choices: { adam: 'Steps of a given size, one pass each', 'l-bfgs': 'Fewer and longer steps, each of one or more passes' },
  }),
  rate: z.number().min(0.001).max(10).default(0.5).meta({ title: 'Step size', description: 'Adam: change of a pixel in one step, in deviations of ImageNet', live: true, when: { optimiser: 'adam' } }),
  contentWeight: weight(0.05, 'Content', 'Weight of the content').meta(ofContent),
  style1: styleWeight('first'), style2: styleWeight('second'), style3: styleWeight('third'), style4: styleWeight('fourth'), style5: styleWeight('fifth'),
  variation: weight(1, 'Smoothness', 'Weight of the total variation'),
  balanced: z.boolean().default(true).meta({
    title: 'Balanced', description: 'Weights count parts of what each term is large beside, and fit every network; off: the plain sums, as published weights need',
  }),
  statistic: z.enum(statistics).default('moments').meta({
    title: 'Statistic', description: 'What of a layer\'s features is taken for the style',
    choices: { gram: 'Correlations of channels', moments: 'Mean and deviation of each channel' },
    ...ofStyle,
  }),
  softening: z.number().min(0).max(100).default(0).meta({ title: 'Softening', description: 'Temperature of the softmax that features pass first; 0: none' }),
  keepColours: z.boolean().default(false).meta({ title: 'Keep colours', description: 'Transfer brightness only and keep the photograph\'s colours' }),
  contentLayer: z.string().default('auto').meta({ title: 'Content layer', description: 'A layer; auto: chosen by resolution', ...ofContent }),
  styleLayers: z.string().default('auto').meta({ title: 'Style layers', description: 'Up to five layers with commas between them; auto: one for each resolution', ...ofStyle }),
});

type Parameters = z.output<typeof parameters>;
type Context = GeneratorContext<Parameters>;

/** As published for SqueezeNet 1.1. */
const published = { size: 192, steps: 200, rate: 3, balanced: false, statistic: 'gram', softening: 0, optimiser: 'adam' } as const;

export const styleTransfer: Generator<typeof parameters> = {
  id: 'style-transfer',
  title: 'Style Transfer',
  family: 'style',
  summary: 'Paints a photograph in the manner of another picture',
  citation: {
    authors: 'Gatys, Ecker, Bethge', year: 2016, title: 'Image Style Transfer Using Convolutional Neural Networks', url: 'https://arxiv.org/abs/1508.06576',
  },
  needs: { content: true, style: true, target: 'none' },
  sizes: ({ mode, size, styleSize }) => ({
    content: { shorter: size, longest: longest.content },
    ...(mode !== 'inversion' && { style: { shorter: styleSize, longest: longest.style } }),
  }),
  parameters,
  presets: [
    {
      id: 'composition-vii', title: 'Composition VII', description: 'Weights of CS231n for Kandinsky\'s painting and SqueezeNet 1.1',
      parameters: { ...published, styleSize: 512, contentWeight: 5e-2, style1: 20_000, style2: 500, style3: 12, style4: 1, variation: 5e-2 },
    },
    {
      id: 'the-scream', title: 'The Scream', description: 'Weights of CS231n for Munch\'s painting and SqueezeNet 1.1',
      parameters: { ...published, styleSize: 224, contentWeight: 3e-2, style1: 200_000, style2: 800, style3: 12, style4: 1, variation: 2e-2 },
    },
    {
      id: 'starry-night', title: 'The Starry Night', description: 'Weights of CS231n for van Gogh\'s painting and SqueezeNet 1.1',
      parameters: { ...published, styleSize: 192, contentWeight: 6e-2, style1: 300_000, style2: 1000, style3: 15, style4: 3, variation: 2e-2 },
    },
  ],
  async run(context) {
    const fixed = context.parameters();
    const units = courseUnits(context.preprocessing);
    const layers = chooseLayers(context.model, fixed);
    const pictures = sources(context, units);
    const objective = await styleObjective(context, {
      units, dims: pictures.content.dims,
      features: { statistic: fixed.statistic, temperature: fixed.softening },
      ...(fixed.mode !== 'texture' && { content: { layer: layers.content, picture: pictures.content } }),
      ...(pictures.style && { style: { layers: layers.style, picture: pictures.style } }),
    });
    const { resume } = context;
    const beginning = start(context, pictures.content, units);
    const scales = resume?.arrays.scales ?? (fixed.balanced ? await objective.scales(beginning.data) : undefined);
    const picture = resume ? { ...beginning, data: resumed(resume, fixed, units) } : beginning;
    const weigh = weighing(context, objective, layers, scales);
    const descent = new (fixed.optimiser === 'adam' ? AdamDescent<Weighed> : LbfgsDescent<Weighed>)(picture, units, resume?.arrays);
    const last = await runSteps(context, {
      from: resume?.step ?? 0,
      total: () => context.parameters().steps,
      picture: () => {
        const shown = fixed.keepColours ? recoloured(picture.data, pictures.photograph, units) : picture.data;
        return Promise.resolve(fromCourse(shown, picture.dims, units));
      },
      async advance(step) {
        const { rate, steps } = context.parameters();
        const newest = await descent.step(weigh(), { rate, last: step >= Math.floor(0.9 * steps) });
        return newest ? { curves: newest.curves } : { curves: {}, end: 'reached' };
      },
    });
    return {
      ...last, metrics: {}, notes: [...notesOf(layers, fixed, pictures.content, resume), ...foreignWeights(context)],
      state: { step: last.step, arrays: { picture: picture.data, ...(scales && { scales }), ...descent.memory() } },
    };
  },
};

/** @throws FoveaError `layer-unknown`, `layer-unsuitable`, `no-spatial-layer`, `parameter-invalid` */
function chooseLayers(model: Model, { contentLayer, styleLayers }: Parameters): StyleLayers {
  const find = (name: string): Layer => {
    const layer = model.layers.find((one) => one.name === name);
    if (!layer) throw new FoveaError('layer-unknown', `The model has no layer "${name}".`, '`fovea layers` lists the layers; "auto" chooses.');
    if (layer.map.kind === 'spatial') return layer;
    throw new FoveaError('layer-unsuitable', `The layer "${name}" does not have its channels first, as style transfer takes them.`, 'Choose a layer with a map, or "auto".');
  };
  const chosen = contentLayer === 'auto' || styleLayers === 'auto' ? defaultStyleLayers(model) : undefined;
  const style = styleLayers === 'auto' ? chosen!.style : styleLayers.split(',').map((name) => find(name.trim()));
  if (style.length > 5) throw new FoveaError('parameter-invalid', `${style.length} style layers are named; there are weights for five.`, 'Name up to five.');
  return { style, content: contentLayer === 'auto' ? chosen!.content : find(contentLayer) };
}

/** The pictures as the losses see them, and the photograph as it is. */
function sources({ pictures, parameters: read }: Context, units: CourseUnits) {
  const courseOf = (input: NonNullable<typeof pictures.content>): CoursePicture => ({ dims: input.dims, data: toCourse(input, units) });
  const content = courseOf(pictures.content!);
  const style = pictures.style && courseOf(pictures.style);
  if (!read().keepColours) return { content, style, photograph: content.data };
  const luminance = luminanceOf(content.data, units);
  return {
    content: { ...content, data: greyPicture(luminance, units) },
    style: style && { ...style, data: greyPicture(matched(luminanceOf(style.data, units), luminance), units) },
    photograph: content.data,
  };
}

/** Where a run goes on: in shades of grey where the colours are the photograph's. */
function resumed({ picture, arrays }: GeneratorState, { keepColours }: Parameters, units: CourseUnits): Float32Array {
  if (!picture) return arrays.picture.slice();
  const course = toCourse(picture, units);
  return keepColours ? greyPicture(luminanceOf(course, units), units) : course;
}

/** The photograph, or noise around middle grey where one of the two pictures is left out. */
function start({ seed, parameters: read }: Context, { dims, data }: CoursePicture, { ranges }: CourseUnits): CoursePicture {
  if (read().mode === 'transfer') return { dims, data: data.slice() };
  const noise = new Float32Array(data.length);
  const random = new RandomStream(seed, 0);
  const plane = data.length / ranges.length;
  for (let i = 0; i < noise.length; i++) {
    const { low, high } = ranges[Math.floor(i / plane)];
    noise[i] = low + (high - low) * (0.25 + 0.5 * random.uniform(i));
  }
  return { dims, data: noise };
}

/** The sum of losses, and each weighted term by its title. */
interface Weighed extends Evaluation {
  readonly curves: Readonly<Record<string, number>>;
}

/** Gives the sum of losses with the weights as they are now; the same function as long as they stay the same. */
function weighing(
  { parameters: read }: Context, objective: StyleObjective, { style }: StyleLayers, scales: Float32Array | undefined,
): () => Evaluate<Weighed> {
  let known: { readonly key: string; readonly evaluate: Evaluate<Weighed> } | undefined;
  return () => {
    const { mode, contentWeight, style1, style2, style3, style4, style5, variation } = read();
    const given = [
      ...(mode === 'texture' ? [] : [contentWeight]),
      ...(mode === 'inversion' ? [] : [style1, style2, style3, style4, style5].slice(0, style.length)),
      variation,
    ];
    const key = given.join();
    if (known?.key === key) return known.evaluate;
    const weights = given.map((one, i) => one / (scales?.[i] ?? 1));
    const evaluate = async (picture: Float32Array): Promise<Weighed> => {
      const { terms, gradient } = await objective.evaluate(picture, weights);
      const weighted = weights.map((one, i) => one * terms[i]);
      const value = weighted.reduce((a, b) => a + b, 0);
      return { value, gradient, curves: { total: value, ...Object.fromEntries(objective.titles.map((title, i) => [title, weighted[i]])) } };
    };
    known = { key, evaluate };
    return evaluate;
  };
}

/** A published preset's weights on a network that they were not chosen for. */
function foreignWeights({ model, parameters: read }: Context): string[] {
  const now: Readonly<Record<string, unknown>> = read();
  const weights = ['style1', 'style2', 'style3', 'style4', 'balanced'] as const;
  const preset = styleTransfer.presets?.find(({ parameters: given }) => weights.every((name) => given[name] === now[name]));
  if (!preset || now.mode === 'inversion' || isSqueezeNet(model)) return [];
  return [`The weights of "${preset.title}" were chosen for SqueezeNet 1.1; this model has other layers, so content and style may be out of balance.`];
}

function notesOf(
  { content, style }: StyleLayers, { mode, optimiser }: Parameters, { dims: [, , height, width] }: CoursePicture, resume: GeneratorState | undefined,
): string[] {
  return [
    ...(resume && !resume.picture && optimiser === 'l-bfgs' ? [`Gone on from step ${resume.step}; what L-BFGS had learnt of the losses by then was lost.`] : []),
    `${width} × ${height} px.`,
    ...(mode === 'texture' ? [] : [`Content from "${content.name}".`]),
    ...(mode === 'inversion' ? [] : [`Style from ${style.map(({ name }) => `"${name}"`).join(', ')}.`]),
  ];
}
