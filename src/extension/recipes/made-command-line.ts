/** Pictures that were made as the command line that makes them again. Knows no VS Code. */
import type { ModelReference } from '../../protocol/engine.ts';
import type { GeneratorFamily } from '../../protocol/generate.ts';
import type { MadeRecipe } from '../../protocol/recipe.ts';
import { changesOf, modelName, settings } from './command-line.ts';

export interface MakeCommand {
  readonly family: GeneratorFamily;
  readonly model: ModelReference;
  /** Absolute paths of the pictures that it is made of. */
  readonly content?: string;
  readonly style?: string;
  readonly recipe: MadeRecipe;
  /** Whether the recipe's preprocessing is not the model's own. */
  readonly isPreprocessingChosen: boolean;
  /** Folder for the pictures. */
  readonly out: string;
}

/** Arguments of `fovea` that give the bytes of what was made. */
export function makeArguments({ family, model, content, style, recipe, isPreprocessingChosen, out }: MakeCommand): string[] {
  const { generator, classes, layer, parameters, seed, runtime, preprocessing, steered, continued = [], stopped } = recipe;
  const pictures = [recipe.content && content, recipe.style && style].filter((path) => path !== undefined);
  const kind = { visualization: ['visualize', ...pictures, '--technique', generator], fooling: ['fool', ...pictures, '--technique', generator], style: ['style', ...pictures] }[family];
  const isPlain = steered.length === 0 && continued.length === 0 && stopped === undefined;
  return [
    ...kind, '--model', modelName(model),
    ...(classes.length > 0 ? ['--class', classes.join(',')] : []), ...(layer === undefined ? [] : ['--layer', layer]),
    ...settings('--set', parameters), ...(isPreprocessingChosen ? settings('--preprocessing', changesOf(preprocessing)) : []),
    ...(isPlain ? [] : ['--replay', JSON.stringify({ steered, ...(continued.length > 0 && { continued }), ...(stopped !== undefined && { stopped }) })]),
    ...(seed === 0 ? [] : ['--seed', String(seed)]), '--runtime', runtime, '--out', out,
  ];
}
