/** Options of the commands that make pictures. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GeneratorDescription, GeneratorFamily, RunEvents } from '../protocol/generate.ts';
import { controlsOf, unmetCondition } from '../protocol/parameter-controls.ts';
import { runEventsSchema } from '../protocol/recipe.ts';
import { generators } from '../techniques/generators.ts';
import type { Report } from './report.ts';
import {
  collectSetting, parseClasses, wholeNumber, withModelOption, withPreprocessingOption, withRunOptions, type PreprocessingOptions, type RunOptions,
} from './options.ts';

export interface GenerateOptions extends RunOptions, PreprocessingOptions {
  readonly model?: string;
  readonly set: Record<string, unknown>;
  readonly seed: number;
  readonly replay?: RunEvents;
  readonly out?: string;
}

/** --model, --preprocessing, --set, --seed, --replay, --out and those of every run. */
export function withGenerateOptions(command: Command): Command {
  return withRunOptions(withPreprocessingOption(withModelOption(command)))
    .addOption(new Option('--set <key=value>', 'a parameter (see "fovea techniques ID"); may be given several times').argParser(collectSetting).default({}, 'their defaults'))
    .option('--seed <n>', 'seed of everything random', wholeNumber(0), 0)
    .addOption(new Option('--replay <json>', 'what happened to a run on its way, as a recipe has it: {"steered": [...], "continued": [...], "stopped": n}').argParser(parseEvents))
    .option('-o, --out <dir>', 'folder for the pictures');
}

/** `--class`, given any number of times. */
export function addClass(text: string, classes: readonly (number | string)[]): (number | string)[] {
  return [...classes, ...parseClasses(text)];
}

function parseEvents(text: string): RunEvents {
  try {
    return runEventsSchema.parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('It is JSON as in {"steered": [{"step": 20, "parameters": {"stepSize": 2}}], "stopped": 60}.');
  }
}

/** The ids of a family's generators, for help and messages. */
export function idsOf(wanted: GeneratorFamily): string {
  return generators.filter(({ family }) => family === wanted).map(({ id }) => id).join(', ');
}

/** Remarks on settings that mean nothing beside the others, which would be left unused without a word. */
export function remarkUnused(report: Report, { parameters, presets = [] }: GeneratorDescription, given: Record<string, unknown>): void {
  const controls = controlsOf(parameters);
  const { preset, ...settings } = given;
  const together = { ...presets.find(({ id }) => id === preset)?.parameters, ...settings };
  for (const control of controls.filter(({ name }) => name in settings)) {
    const why = unmetCondition(control, controls, together);
    if (why !== undefined) report.note(`${control.name} is not used. ${why}`);
  }
}
