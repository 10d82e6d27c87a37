/** A result as the command line that makes it again. Knows no VS Code. */
import type { ModelReference } from '../protocol/engine.ts';
import type { StoredRecipe } from '../protocol/recipe.ts';

export type Shell = 'posix' | 'powershell';

const bundledPrefix = 'bundled:';

/** Arguments of `fovea` that give the bytes of a result: its picture and its values go to the folder `out`. */
export function explainArguments(picture: string, model: ModelReference, recipe: StoredRecipe, out: string): string[] {
  const { technique, parameters, class: target, layer, score, seed, runtime } = recipe;
  return [
    'explain', picture, '--technique', technique, '--model', model.startsWith(bundledPrefix) ? model.slice(bundledPrefix.length) : model,
    '--class', String(target), ...(layer === undefined ? [] : ['--layer', layer]), ...(score === 'logit' ? [] : ['--score', score]),
    ...Object.entries(parameters).flatMap(([name, value]) => ['--set', `${name}=${settingText(value)}`]),
    ...(seed === 0 ? [] : ['--seed', String(seed)]), '--runtime', runtime, '--out', out,
  ];
}

/** `--set` reads a value as JSON where it is JSON, else as text: a text that looks like JSON is written as JSON. */
function settingText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** A program and its arguments as one line for a shell, each quoted where it must be. */
export function shellLine(words: readonly string[], shell: Shell): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word, shell))).join(' ');
}

function quote(word: string, shell: Shell): string {
  return shell === 'posix' ? `'${word.replaceAll('\'', '\'\\\'\'')}'` : `'${word.replaceAll('\'', '\'\'')}'`;
}
