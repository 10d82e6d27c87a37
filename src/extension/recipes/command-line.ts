/** A result as the command line that makes it again. Knows no VS Code. */
import { bundledId } from '../../protocol/bundled-model.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import type { StoredRecipe } from '../../protocol/recipe.ts';

/** powershell-legacy: as it calls programs on Windows; powershell: elsewhere. */
export type Shell = 'posix' | 'powershell' | 'powershell-legacy' | 'cmd';

export interface ExplainCommand {
  /** Absolute path. */
  readonly picture: string;
  readonly model: ModelReference;
  readonly recipe: StoredRecipe;
  /** Whether the recipe's preprocessing is not the model's own. */
  readonly isPreprocessingChosen: boolean;
  /** Folder for the picture and the values. */
  readonly out: string;
}

/** Arguments of `fovea` that give the bytes of a result. */
export function explainArguments({ picture, model, recipe, isPreprocessingChosen, out }: ExplainCommand): string[] {
  const { technique, parameters, class: target, layer, score, seed, runtime, preprocessing } = recipe;
  return [
    'explain', picture, '--technique', technique, '--model', modelName(model),
    '--class', String(target), ...(layer === undefined ? [] : ['--layer', layer]), ...(score === 'logit' ? [] : ['--score', score]),
    ...settings('--set', parameters), ...(isPreprocessingChosen ? settings('--preprocessing', changesOf(preprocessing)) : []),
    ...(seed === 0 ? [] : ['--seed', String(seed)]), '--runtime', runtime, '--out', out,
  ];
}

/** As `--model` takes it. */
export function modelName(model: ModelReference): string {
  return bundledId(model) ?? model;
}

/** All that can differ from a model's own preprocessing: the size is its own always. */
export function changesOf({ width: _, height: __, ...changes }: Preprocessing): Record<string, unknown> {
  return { ...changes, resize: changes.resize ?? null };
}

/** An option for each of some values, as in `--set key=value`. */
export function settings(option: string, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${settingText(value)}`]);
}

/** A setting is read as JSON where it is JSON, else as text: a text that looks like JSON is written as JSON. */
function settingText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** What no shell takes for anything but itself. */
const plain: Readonly<Record<Shell, RegExp>> = {
  posix: /^[\w@%+=:,./-]+$/,
  powershell: /^[\w+=:./\\-]+$/, // a comma makes a list there
  'powershell-legacy': /^[\w+=:./\\-]+$/,
  cmd: /^[\w+:./\\-]+$/, // "fovea" is a batch file: equals signs and commas part its arguments
};

/** A program and its arguments as one line for a shell, each quoted where it must be. */
export function shellLine(words: readonly string[], shell: Shell): string {
  return words.map((word) => (plain[shell].test(word) ? word : quote(word, shell))).join(' ');
}

function quote(word: string, shell: Shell): string {
  switch (shell) {
    case 'posix': return `'${word.replaceAll('\'', '\'\\\'\'')}'`;
    case 'powershell': return single(word);
    case 'powershell-legacy': return single(double(word)); // it passes words on as they stand, and "fovea" is a batch file
    case 'cmd': return double(word);
  }
}

function single(word: string): string {
  return `'${word.replaceAll('\'', '\'\'')}'`;
}

/** As programs on Windows read their command line: quotes within after a backslash, and each backslash before any quote twice. */
function double(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}
