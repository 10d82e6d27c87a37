/** Finds pictures and model of a saved recipe: where it says, else by name in the workspace; of several, the one with the same content. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Uri, workspace } from 'vscode';
import { isBundled } from '../../protocol/bundled-model.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { SavedRecipe } from '../../protocol/recipe.ts';
import { hashOf } from '../file-hash.ts';
import { resolveBeside } from './recipe-file.ts';

/** Candidates that are looked at, at most. */
const most = 50;

/** @param place where the recipe says that it is; @param file path of the recipe @throws FoveaError `picture-missing` */
export async function findPicture({ name, hash }: { readonly name: string; readonly hash: string }, place: string, file: string): Promise<Uri> {
  const found = await locate(resolveBeside(file, place), name, hash);
  if (found) return Uri.file(found);
  throw new FoveaError(
    'picture-missing', `The picture "${name}" of this recipe is neither at "${place}" nor in this workspace.`,
    'Open the folder that holds it, or put it back.',
  );
}

/** @param file path of the recipe @throws FoveaError `model-missing` */
export async function findModel({ recipe, files }: Pick<SavedRecipe, 'recipe' | 'files'>, file: string): Promise<ModelReference> {
  if (isBundled(files.model)) return files.model;
  const found = await locate(resolveBeside(file, files.model), path.basename(files.model), recipe.model.hash);
  if (found) return found;
  throw new FoveaError(
    'model-missing', `The model "${recipe.model.title}" of this recipe is neither at "${files.model}" nor in this workspace.`,
    'Open the folder that holds it, or put it back.',
  );
}

async function locate(place: string, name: string, hash: string): Promise<string | undefined> {
  if (existsSync(place)) return place;
  const pattern = name.replace(/[[\]{}*?]/g, (character) => `[${character}]`);
  const candidates = (await workspace.findFiles(`**/${pattern}`, '**/{node_modules,.git}/**', most)).map(({ fsPath }) => fsPath).sort();
  if (candidates.length < 2) return candidates[0];
  for (const candidate of candidates) if (await hashOf(candidate) === hash) return candidate;
  return candidates[0];
}
