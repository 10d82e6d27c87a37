/** Saved recipes as text, and what has changed since one was saved. Knows no VS Code. */
import path from 'node:path';
import type * as z from 'zod/mini';
import { isBundled } from '../../protocol/bundled-model.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import {
  madeFileSchema, recipeFileSchema, type MadeRecipe, type SavedMeasure, type SavedRecipe, type StoredRecipe,
} from '../../protocol/recipe.ts';

/**
 * A recipe and where its files are, as the text of a `*.fovea-run.json`.
 * @param file that it is written to
 * @param taken measures of its map; JSON has no word for those that are not finite, which are left out
 */
export function recipeText(recipe: StoredRecipe, picture: string, model: ModelReference, file: string, taken: readonly SavedMeasure[] = []): string {
  const folder = path.dirname(file);
  const measures = taken.filter(({ value }) => Number.isFinite(value)).map(({ id, value }) => ({ id, value }));
  const files = { picture: relative(folder, picture), model: modelPlace(folder, model) };
  return textOf({ recipe, files, ...(measures.length > 0 && { measures }) });
}

/** As `recipeText`, of pictures that were made. @param places paths of the pictures that they were made of */
export function madeRecipeText(
  recipe: MadeRecipe, places: { readonly content?: string; readonly style?: string }, model: ModelReference, file: string,
): string {
  const folder = path.dirname(file);
  const { content, style } = places;
  const files = {
    ...(recipe.content && content !== undefined && { content: relative(folder, content) }),
    ...(recipe.style && style !== undefined && { style: relative(folder, style) }),
    model: modelPlace(folder, model),
  };
  return textOf({ recipe, files });
}

function textOf(saved: SavedRecipe): string {
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

function modelPlace(folder: string, model: ModelReference): string {
  return isBundled(model) ? model : relative(folder, model);
}

/** @throws FoveaError `recipe-invalid` with the first thing that is wrong */
export function parseRecipe(text: string, name: string): SavedRecipe {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new FoveaError('recipe-invalid', `"${name}" is not JSON.`, 'Save the recipe again, or correct it in the text editor.', { cause });
  }
  // A union's own message would speak of both kinds.
  const parsed = (looksMade(content) ? madeFileSchema : recipeFileSchema).safeParse(content, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FoveaError(
    'recipe-invalid', `"${name}" is not a recipe: ${issue.path.length > 0 ? `"${issue.path.join('.')}" ` : 'it '}${complaint(issue)}.`,
    'Save the recipe again, or correct it in the text editor.', { cause: parsed.error },
  );
}

/** What is wrong with a field, to follow its name. */
function complaint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type': return issue.input === undefined ? 'is missing' : `should be of the type ${issue.expected}`;
    case 'invalid_value': return `should be ${issue.values.join(' or ')}`;
    case 'too_small': return `should be at least ${issue.minimum}`;
    case 'too_big': return `should be at most ${issue.maximum}`;
    case 'unrecognized_keys': return `has unknown fields: ${issue.keys.join(', ')}`;
    default: return 'is not written as it should be';
  }
}

function looksMade(content: unknown): boolean {
  const { recipe } = (content ?? {}) as { recipe?: unknown };
  return typeof recipe === 'object' && recipe !== null && 'generator' in recipe;
}

/** Absolute path of a file that a recipe names. @param file the recipe's own path */
export function resolveBeside(file: string, named: string): string {
  return path.resolve(path.dirname(file), named);
}

/** What is not as it was when the recipe was saved, as sentences. */
export function changesSince(saved: StoredRecipe, now: StoredRecipe): string[] {
  const changes: string[] = [];
  if (saved.picture.hash !== now.picture.hash) changes.push(contentChanged('picture', now.picture.name));
  if (saved.model.hash !== now.model.hash) changes.push(contentChanged('model', now.model.title));
  return [...changes, ...runtimeChange(saved, now)];
}

/** As `changesSince`, of pictures that were made. */
export function changesSinceMade(saved: MadeRecipe, now: MadeRecipe): string[] {
  const changes = (['content', 'style'] as const).flatMap((role) => (
    saved[role] && now[role] && saved[role].hash !== now[role].hash ? [contentChanged('picture', now[role].name)] : []));
  if (saved.model.hash !== now.model.hash) changes.push(contentChanged('model', now.model.title));
  return [...changes, ...runtimeChange(saved, now)];
}

function contentChanged(kind: 'picture' | 'model', name: string): string {
  return `The ${kind} "${name}" is not the one that the recipe was saved with: its content has changed.`;
}

function runtimeChange(saved: { readonly runtime: string }, now: { readonly runtime: string }): string[] {
  if (saved.runtime === now.runtime) return [];
  return [`The recipe was saved with the runtime ${saved.runtime}; ${now.runtime} gives the same up to rounding.`];
}

/** With forward slashes, so that a recipe can be moved between systems. */
function relative(folder: string, file: string): string {
  const found = path.relative(folder, file);
  return path.isAbsolute(found) ? found : found.split(path.sep).join('/');
}
