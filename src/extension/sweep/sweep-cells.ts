/** Cells of a sweep, as its page gets them and as they are kept. Pure functions. */
import type { ExplainResult } from '../../protocol/engine.ts';
import type { GenerateResult } from '../../protocol/generate.ts';
import type { SweepCell } from '../../protocol/sweep-panel.ts';
import type { FrameMessage } from '../pages/frame-feed.ts';
import { pagePixels } from '../pages/page-pixels.ts';
import { outcomeOf, type Changes } from './swept.ts';

/** What a cell holds: pictures that were made, or a map. */
export type CellResult = { readonly kind: 'make'; readonly result: GenerateResult } | { readonly kind: 'explain'; readonly result: ExplainResult };

/** One that is done, and the changes that made it. */
export interface MadeCell {
  readonly changes: Changes;
  readonly made: CellResult;
}

export type DoneCell = Extract<SweepCell, { state: 'done' }>;

export function doneCell(made: CellResult, milliseconds: number): DoneCell {
  return made.kind === 'explain' ? { state: 'done', made: { result: made.result }, milliseconds }
    : { state: 'done', made: { pictures: made.result.pictures.map(pagePixels) }, milliseconds, outcome: outcomeOf(made.result) };
}

export function busyCell({ frame, step, total, pictures }: FrameMessage): SweepCell {
  return { state: 'busy', message: `Step ${step} of ${total}`, fraction: step / Math.max(total, 1), frame, made: { pictures } };
}

/** Of the pictures and the model that a result was made of. */
export function hashesOf({ result: { recipe } }: CellResult): string[] {
  const pictures = 'generator' in recipe ? [recipe.content, recipe.style] : [recipe.picture];
  return [...pictures.flatMap((picture) => (picture ? [picture.hash] : [])), recipe.model.hash];
}
