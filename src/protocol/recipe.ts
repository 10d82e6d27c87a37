/** Saved recipes, `*.fovea-run.json`: everything that is needed to make a result again, and where its files were. */
import * as z from 'zod';
import { preprocessingSchema } from './preprocessing.ts';
import { scoreKinds } from './techniques.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/).meta({ description: 'SHA-256, hexadecimal' });

export const recipeSchema = z.object({
  version: z.string().meta({ description: 'Of Fovea' }),
  picture: z.object({ name: z.string(), hash }),
  model: z.object({ title: z.string(), hash }),
  preprocessing: preprocessingSchema,
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
    model: z.string().meta({ description: '`bundled:<id>`, or the path of the model from the folder of this file' }),
  }),
});
export type RecipeFile = z.output<typeof recipeFileSchema>;
