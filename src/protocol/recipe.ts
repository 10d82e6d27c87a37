/** Saved recipes, `*.fovea-run.json`: everything that is needed to make a result again, and where its files were. */
import * as z from 'zod/mini';
import type { RunEvents } from './generate.ts';
import { metricIds } from './measures.ts';
import { preprocessingSchema } from './preprocessing.ts';
import { scoreKinds } from './techniques.ts';

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const source = z.object({ name: z.string(), hash });
const modelPlace = z.string();

export const recipeSchema = z.object({
  version: z.string(),
  picture: source,
  model: z.object({ title: z.string(), hash }),
  preprocessing: preprocessingSchema,
  technique: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  class: z.int().check(z.gte(0)),
  score: z.enum(scoreKinds),
  layer: z.optional(z.string()),
  seed: z.int().check(z.gte(0)),
  runtime: z.string(),
});

export type StoredRecipe = z.output<typeof recipeSchema>;

export const recipeFileSchema = z.object({
  $schema: z.optional(z.string()),
  recipe: recipeSchema,
  /** Where to look first; the hashes say whether it is the same file. */
  files: z.object({
    picture: z.string(),
    model: modelPlace,
  }),
  measures: z.optional(z.array(z.object({ id: z.enum(metricIds), value: z.number() }))),
});
export type SavedMeasure = NonNullable<RecipeFile['measures']>[number];
export type RecipeFile = z.output<typeof recipeFileSchema>;

const step = z.int().check(z.gte(0));

export const runEventsSchema = z.object({
  steered: z._default(z.array(z.object({ step, parameters: z.record(z.string(), z.unknown()) })), []),
  continued: z.optional(z.array(z.object({ step, from: z.enum(['state', 'pictures']) }))),
  stopped: z.optional(step),
}) satisfies z.ZodMiniType<RunEvents>;

/** Of a picture that was made; see GenerateRecipe. */
export const madeRecipeSchema = z.object({
  version: z.string(),
  generator: z.string(),
  model: z.object({ title: z.string(), hash }),
  content: z.optional(source),
  style: z.optional(source),
  preprocessing: preprocessingSchema,
  parameters: z.record(z.string(), z.unknown()),
  classes: z._default(z.array(z.int().check(z.gte(0))), []),
  layer: z.optional(z.string()),
  seed: z.int().check(z.gte(0)),
  runtime: z.string(),
  ...runEventsSchema.shape,
});
export type MadeRecipe = z.output<typeof madeRecipeSchema>;

export const madeFileSchema = z.object({
  $schema: z.optional(z.string()),
  recipe: madeRecipeSchema,
  /** Where to look first; the hashes say whether it is the same file. */
  files: z.object({
    content: z.optional(z.string()),
    style: z.optional(z.string()),
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
