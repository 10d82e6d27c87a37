/** A run as it is kept: something that was explained, pictures that were made, or a grid of either. Knows no VS Code. */
import * as z from 'zod/mini';
import { madeRecipeSchema, recipeSchema } from '../../protocol/recipe.ts';
import { subjectSchema } from '../../protocol/result-panel.ts';
import { workSchema } from '../../protocol/studio-panel.ts';
import { sweepPlanSchema, sweptSchema } from '../../protocol/sweep-panel.ts';

const common = {
  id: z.string().check(z.regex(/^[0-9a-f]+$/)),
  /** Of the last time, in milliseconds since 1970. */
  time: z.number(),
  technique: z.string(),
  milliseconds: z.number(),
  /** The result was the answer to an earlier request: the time says nothing. */
  cached: z.optional(z.boolean()),
  pinned: z.boolean(),
  /** That made it, see PanelPlace. */
  panel: z.optional(z.string()),
};

const explainedRunSchema = z.object({
  ...common,
  kind: z._default(z.literal('explained'), 'explained'),
  /** As it was explained, with the class that was meant. */
  subject: subjectSchema,
  recipe: recipeSchema,
  className: z.string(),
  probability: z.number(),
  /** Of a technique that samples and was stopped. */
  stopped: z.optional(z.object({ done: z.int(), total: z.int() })),
});
export type ExplainedRun = z.output<typeof explainedRunSchema>;

const madeRunSchema = z.object({
  ...common,
  kind: z.literal('made'),
  /** With the parameters that it ended with. */
  work: workSchema,
  recipe: madeRecipeSchema,
  /** What it was made of or aims at, and what came of it, in a few words. */
  target: z.string(),
  outcome: z.string(),
});
export type MadeRun = z.output<typeof madeRunSchema>;

const sweptRunSchema = z.object({
  ...common,
  kind: z.literal('swept'),
  swept: sweptSchema,
  plan: sweepPlanSchema,
  /** Hashes of its pictures and of its model. */
  of: z.array(z.string()),
  /** What is swept, e.g. "tower.jpg in the style of waves.jpg", and its sides. */
  target: z.string(),
  sides: z.string(),
});
export type SweptRun = z.output<typeof sweptRunSchema>;

export const runSchema = z.union([madeRunSchema, sweptRunSchema, explainedRunSchema]);
export type Run = z.output<typeof runSchema>;

/** Before it is kept. */
export type NewRun = New<ExplainedRun> | New<MadeRun> | New<SweptRun>;
type New<R extends Run> = Omit<R, 'id' | 'pinned'>;
