/** A run as it is kept: something that was explained, or pictures that were made. Knows no VS Code. */
import * as z from 'zod';
import { madeRecipeSchema, recipeSchema } from '../protocol/recipe.ts';
import { subjectSchema } from '../protocol/result-panel.ts';
import { workSchema } from '../protocol/studio-panel.ts';

const common = {
  id: z.string().regex(/^[0-9a-f]+$/),
  /** Of the last time, in milliseconds since 1970. */
  time: z.number(),
  technique: z.string(),
  milliseconds: z.number(),
  /** The result was the answer to an earlier request: the time says nothing. */
  cached: z.boolean().optional(),
  pinned: z.boolean(),
};

const explainedRunSchema = z.object({
  ...common,
  kind: z.literal('explained').default('explained'),
  /** As it was explained, with the class that was meant. */
  subject: subjectSchema,
  recipe: recipeSchema,
  className: z.string(),
  probability: z.number(),
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

export const runSchema = z.union([madeRunSchema, explainedRunSchema]);
export type Run = z.output<typeof runSchema>;

/** Before it is kept. */
export type NewRun = Omit<ExplainedRun, 'id' | 'pinned'> | Omit<MadeRun, 'id' | 'pinned'>;
