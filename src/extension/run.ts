/** A result as it is kept. */
import * as z from 'zod';
import { recipeSchema } from '../protocol/recipe.ts';
import { subjectSchema } from '../protocol/result-panel.ts';

export const runSchema = z.object({
  id: z.string().regex(/^[0-9a-f]+$/),
  /** Of the last time, in milliseconds since 1970. */
  time: z.number(),
  /** As it was explained, with the class that was meant. */
  subject: subjectSchema,
  recipe: recipeSchema,
  technique: z.string(),
  className: z.string(),
  probability: z.number(),
  milliseconds: z.number(),
  pinned: z.boolean(),
});
export type Run = z.output<typeof runSchema>;
