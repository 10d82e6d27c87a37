/** Options that several commands share, and how their texts are read. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Engine } from '../engine/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { preprocessingSchema, type Preprocessing } from '../protocol/preprocessing.ts';
import type { RuntimeChoice } from '../protocol/engine.ts';

const runtimes: readonly RuntimeChoice[] = ['auto', 'onnxruntime', 'tensorflow', 'wasm'];

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface RunOptions extends OutputOptions {
  readonly runtime: RuntimeChoice;
}

/** --json and --quiet. */
export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object per input on standard output; everything else goes to standard error')
    .option('-q, --quiet', 'no progress and no remarks');
}

/** --runtime, --json and --quiet. */
export function withRunOptions(command: Command): Command {
  return withOutputOptions(command.addOption(new Option('--runtime <id>', 'what runs the model').choices(runtimes).default('auto')));
}

export function withModelOption(command: Command): Command {
  return command.option('-m, --model <model>', 'a model file, or the id of a bundled model (see "fovea models"); default: the first bundled model');
}

export interface PreprocessingOptions {
  readonly preprocessing: Record<string, unknown>;
}

/** --preprocessing */
export function withPreprocessingOption(command: Command): Command {
  return command.addOption(new Option('--preprocessing <key=value>',
    'how pictures become the model\'s input, as in fit=squash, mean=[0.5,0.5,0.5] or std=null (none); may be given several times')
    .argParser(collectSetting).default({}, 'the model\'s own'));
}

/**
 * The model's own preprocessing with the changes that were asked for; undefined where there are none.
 * @throws FoveaError `parameter-invalid`
 */
export async function changedPreprocessing(
  engine: Engine, model: string, { preprocessing: changes }: PreprocessingOptions,
): Promise<Preprocessing | undefined> {
  if (Object.keys(changes).length === 0) return undefined;
  const { preprocessing: own } = await engine.describeModel({ model });
  const wanted = Object.entries({ ...own, ...changes }).filter(([, value]) => value !== null);
  const parsed = preprocessingSchema.safeParse(Object.fromEntries(wanted));
  if (parsed.success) return parsed.data;
  const [{ path: [field], message }] = parsed.error.issues;
  throw new FoveaError('parameter-invalid', `--preprocessing: ${field === undefined ? '' : `"${String(field)}": `}${message}.`,
    `There are ${Object.keys(preprocessingSchema.shape).join(', ')}.`);
}

/** A whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || text.trim() === '') throw new InvalidArgumentError(`It is a whole number from ${least} on.`);
    return value;
  };
}

/** `--class`: "top", a name, an index, or indices with commas between them, one for each sample of an array. */
export function parseClasses(text: string): (number | string)[] {
  return /^\d+(,\d+)*$/.test(text) ? text.split(',').map(Number) : [text];
}

/** `--set key=value`, given any number of times; values are read as JSON where they are JSON, else as text. */
export function collectSetting(text: string, settings: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written as key=value.');
  const value = text.slice(at + 1);
  try {
    return { ...settings, [text.slice(0, at)]: JSON.parse(value) as unknown };
  } catch {
    return { ...settings, [text.slice(0, at)]: value };
  }
}
