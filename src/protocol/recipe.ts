/** Saved recipes, `*.fovea-run.json`: everything that is needed to make a result again, and where its files were. */
import * as z from 'zod';
import type { RunEvents } from './generate.ts';
import { metricIds } from './measures.ts';
import { preprocessingSchema } from './preprocessing.ts';
import { scoreKinds } from './techniques.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/).meta({ description: 'SHA-256, hexadecimal' });
const source = z.object({ name: z.string(), hash });
const modelPlace = z.string().meta({ description: '`bundled:<id>`, or the path of the model from the folder of this file' });

export const recipeSchema = z.object({
  version: z.string().meta({ description: 'Of Fovea' }),
  picture: source,
  model: z.object({ title: z.string(), hash }),
  preprocessing: preprocessingSchema.meta({ description: 'That was used, be it the model\'s own or chosen instead of it' }),
  technique: z.string().meta({ description: 'See `fovea techniques`' }),
  parameters: z.record(z.string(), z.unknown()).meta({ description: 'Of the technique; those that are missing take their defaults' }),
  class: z.int().min(0).meta({ description: 'Index of the explained class' }),
  score: z.enum(scoreKinds).meta({ description: 'The explained number' }),
  layer: z.string().optional().meta({ description: 'Tensor name; the model\'s default layer where absent' }),
  seed: z.int().min(0),
  runtime: z.string().meta({ description: 'That made the result; another one gives the same up to rounding' }),
});

export type StoredRecipe = z.output<typeof recipeSchema>;

export const recipeFileSchema = z.object({
  $schema: z.string().optional(),
  recipe: recipeSchema,
  /** Where to look first; the hashes say whether it is the same file. */
  files: z.object({
    picture: z.string().meta({ description: 'Path of the picture, from the folder of this file' }),
    model: modelPlace,
  }),
  measures: z.array(z.object({ id: z.enum(metricIds), value: z.number() })).optional()
    .meta({ description: 'Of the map, as they were when this file was saved; see `fovea evaluate`' }),
});
export type SavedMeasure = NonNullable<RecipeFile['measures']>[number];
export type RecipeFile = z.output<typeof recipeFileSchema>;

const step = z.int().min(0);

export const runEventsSchema = z.object({
  steered: z.array(z.object({ step, parameters: z.record(z.string(), z.unknown()) })).default([])
    .meta({ description: 'Changes of parameters while it ran, each from a step on' }),
  continued: z.array(z.object({ step, from: z.enum(['state', 'pictures']) })).optional()
    .meta({ description: 'Steps at which it had ended and was gone on with: from all that was kept, or from its pictures alone' }),
  stopped: step.optional().meta({ description: 'Step at which it was ended by hand' }),
}) satisfies z.ZodType<RunEvents>;

/** Of a picture that was made; see GenerateRecipe. */
export const madeRecipeSchema = z.object({
  version: z.string().meta({ description: 'Of Fovea' }),
  generator: z.string().meta({ description: 'See `fovea techniques`' }),
  model: z.object({ title: z.string(), hash }),
  content: source.optional().meta({ description: 'The photograph that was started from or kept to' }),
  style: source.optional().meta({ description: 'The picture whose manner was taken over' }),
  preprocessing: preprocessingSchema,
  parameters: z.record(z.string(), z.unknown()).meta({ description: 'Of the start; those that are missing take their defaults' }),
  classes: z.array(z.int().min(0)).default([]).meta({ description: 'Indices of the target classes' }),
  layer: z.string().optional().meta({ description: 'Tensor name of the target, instead of classes' }),
  seed: z.int().min(0),
  runtime: z.string().meta({ description: 'That made the pictures; another one gives the same up to rounding' }),
  ...runEventsSchema.shape,
});
export type MadeRecipe = z.output<typeof madeRecipeSchema>;

export const madeFileSchema = z.object({
  $schema: z.string().optional(),
  recipe: madeRecipeSchema,
  /** Where to look first; the hashes say whether it is the same file. */
  files: z.object({
    content: z.string().optional().meta({ description: 'Path of the photograph, from the folder of this file' }),
    style: z.string().optional().meta({ description: 'Path of the style, from the folder of this file' }),
    model: modelPlace,
  }),
});
export type MadeFile = z.output<typeof madeFileSchema>;

/** What a `*.fovea-run.json` may hold. */
export const savedRecipeSchema = z.union([recipeFileSchema, madeFileSchema]);
export type SavedRecipe = z.output<typeof savedRecipeSchema>;

export function isMade(saved: SavedRecipe): saved is MadeFile {
  return 'generator' in saved.recipe;
}
