/** Saved recipes as text, and what has changed since one was saved. Knows no VS Code. */
import path from 'node:path';
import type { ModelReference } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { recipeFileSchema, type RecipeFile, type StoredRecipe } from '../protocol/recipe.ts';

const bundledPrefix = 'bundled:';

/** A recipe and where its files are, as the text of a `*.fovea-run.json`. @param file that it is written to */
export function recipeText(recipe: StoredRecipe, picture: string, model: ModelReference, file: string): string {
  const folder = path.dirname(file);
  const files = { picture: relative(folder, picture), model: model.startsWith(bundledPrefix) ? model : relative(folder, model) };
  return `${JSON.stringify({ recipe, files } satisfies RecipeFile, undefined, 2)}\n`;
}

/** @throws FoveaError `recipe-invalid` with the first thing that is wrong */
export function parseRecipe(text: string, name: string): RecipeFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new FoveaError('recipe-invalid', `"${name}" is not JSON.`, 'Save the recipe again, or correct it in the text editor.', { cause });
  }
  const parsed = recipeFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [{ path: place, message }] = parsed.error.issues;
  throw new FoveaError(
    'recipe-invalid', `"${name}" is not a recipe: ${place.length > 0 ? `"${place.join('.')}": ` : ''}${message}.`,
    'Save the recipe again, or correct it in the text editor.', { cause: parsed.error },
  );
}

/** Absolute path of a file that a recipe names. @param file the recipe's own path */
export function resolveBeside(file: string, named: string): string {
  return path.resolve(path.dirname(file), named);
}

/** What is not as it was when the recipe was saved, as sentences. */
export function changesSince(saved: StoredRecipe, now: StoredRecipe): string[] {
  const changes: string[] = [];
  if (saved.picture.hash !== now.picture.hash) changes.push(`The picture "${now.picture.name}" is not the one that the recipe was saved with: its content has changed.`);
  if (saved.model.hash !== now.model.hash) changes.push(`The model "${now.model.title}" is not the one that the recipe was saved with: its content has changed.`);
  if (saved.runtime !== now.runtime) changes.push(`The recipe was saved with the runtime ${saved.runtime}; ${now.runtime} gives the same up to rounding.`);
  return changes;
}

/** With forward slashes, so that a recipe can be moved between systems. */
function relative(folder: string, file: string): string {
  const found = path.relative(folder, file);
  return path.isAbsolute(found) ? found : found.split(path.sep).join('/');
}
