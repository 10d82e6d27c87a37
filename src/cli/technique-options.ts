/** Options of the commands that run a technique on pictures. */
import { Option, type Command } from 'commander';
import type { Engine } from '../engine/engine.ts';
import { scoreKinds, type ScoreKind } from '../protocol/techniques.ts';
import type { ExplainRequest } from '../protocol/engine.ts';
import { expandInputs, type Input } from './inputs.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import {
  collectSetting, parseClasses, wholeNumber, withModelOption, withPreprocessingOption, withRunOptions, type PreprocessingOptions, type RunOptions,
} from './options.ts';
import { UsageError } from './usage-error.ts';

export interface TechniqueOptions extends RunOptions, PreprocessingOptions {
  readonly model?: string;
  readonly technique: string;
  readonly class: (number | string)[];
  readonly layer?: string;
  readonly score: ScoreKind;
  readonly set: Record<string, unknown>;
  readonly seed: number;
  readonly out?: string;
}

/** --technique, --class, --layer, --score, --set, --seed, --out, --model, --preprocessing and those of every run. */
export function withTechniqueOptions(command: Command): Command {
  return withRunOptions(withPreprocessingOption(withModelOption(command)))
    .requiredOption('-t, --technique <id>', 'see "fovea techniques"')
    .addOption(new Option('-c, --class <class>', 'a class by name or index, or "top" for the most likely one; for arrays also one index per sample, as in 3,7')
      .argParser(parseClasses).default(['top'], '"top"'))
    .option('--layer <name>', 'for techniques that explain a layer; default: the model\'s (see "fovea layers")')
    .addOption(new Option('--score <kind>', 'the explained number').choices(scoreKinds).default('logit'))
    .addOption(new Option('--set <key=value>', 'a parameter of the technique (see "fovea techniques ID"); may be given several times')
      .argParser(collectSetting).default({}, 'their defaults'))
    .option('--seed <n>', 'seed of everything random', wholeNumber(0), 0)
    .option('-o, --out <dir>', 'folder for the results');
}

/** What can be told before any input is read. @throws UsageError, FoveaError `technique-unknown`, `parameter-invalid` */
export function checkTechnique(engine: Engine, { technique: id, set, layer }: TechniqueOptions): void {
  engine.checkTechnique(id, set);
  const { title, needs } = engine.techniques().find((one) => one.id === id)!;
  if (layer !== undefined && !needs.layer) throw new UsageError(`${title} explains no layer.`, 'Leave --layer out.');
}

/** Inputs of a command that judges maps of pictures. @throws UsageError for arrays, and for several classes */
export async function expandPictures(paths: readonly string[], { class: classes }: TechniqueOptions): Promise<Input[]> {
  const inputs = await expandInputs(paths);
  if (classes.length > 1) throw new UsageError('A picture has one class to explain.', 'Give one --class.');
  if (inputs.some(({ kind }) => kind === 'array')) throw new UsageError('Maps of arrays (.npy) cannot be judged.', 'Give pictures.');
  return inputs;
}

/** What the options ask of the engine for one picture. @param preprocessing see `changedPreprocessing` */
export function requestOf(
  input: Input, model: string, options: TechniqueOptions, preprocessing: Preprocessing | undefined,
): Omit<ExplainRequest, 'wantPixels'> {
  const { technique, set: parameters, layer, score, seed, runtime } = options;
  return { picture: { path: input.path }, model, technique, parameters, class: options.class[0], layer, score, seed, runtime, preprocessing };
}
