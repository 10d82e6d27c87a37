/** Options of the commands that make pictures. */
import { Option, type Command } from 'commander';
import { collectSetting, parseClasses, wholeNumber, withModelOption, withRunOptions, type RunOptions } from './options.ts';

export interface GenerateOptions extends RunOptions {
  readonly model?: string;
  readonly set: Record<string, unknown>;
  readonly seed: number;
  readonly out?: string;
}

/** --model, --set, --seed, --out and those of every run. */
export function withGenerateOptions(command: Command): Command {
  return withRunOptions(withModelOption(command))
    .addOption(new Option('--set <key=value>', 'a parameter (see "fovea techniques ID"); may be given several times').argParser(collectSetting).default({}, 'their defaults'))
    .option('--seed <n>', 'seed of everything random', wholeNumber(0), 0)
    .option('-o, --out <dir>', 'folder for the pictures');
}

/** `--class`, given any number of times. */
export function addClass(text: string, classes: readonly (number | string)[]): (number | string)[] {
  return [...classes, ...parseClasses(text)];
}
