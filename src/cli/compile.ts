/** `fovea compile M --technique ID -o FILE`: model and technique as one ONNX file. */
import { Option, type Command } from 'commander';
import { scoreKinds, type ScoreKind } from '../protocol/techniques.ts';
import type { Context } from './context.ts';
import { resolveModel } from './model.ts';
import { collectSetting, withOutputOptions, type OutputOptions } from './options.ts';

interface CompileOptions extends OutputOptions {
  readonly technique: string;
  readonly output: string;
  readonly layer?: string;
  readonly score: ScoreKind;
  readonly set: Record<string, unknown>;
}

export function addCompile(program: Command, context: Context): void {
  withOutputOptions(program.command('compile'))
    .description('Save a model together with a technique as one ONNX file.\nIt takes `image` (float32 [N,C,H,W]) and `classes` (int64 [N]) and returns `logits` and `values`.')
    .argument('<model>', 'a model file, or the id of a bundled model')
    .requiredOption('-t, --technique <id>', 'see "fovea techniques"')
    .requiredOption('-o, --output <file>', 'the ONNX file to write')
    .option('--layer <name>', 'for techniques that explain a layer; default: the model\'s (see "fovea layers")')
    .addOption(new Option('--score <kind>', 'the explained number').choices(scoreKinds).default('logit'))
    .addOption(new Option('--set <key=value>', 'a parameter of the technique; may be given several times').argParser(collectSetting).default({}, 'their defaults'))
    .addHelpText('after', '\nExample:\n  $ fovea compile net.onnx --technique grad-cam -o net-grad-cam.onnx\n')
    .action((given: string, options: CompileOptions) => context.run(options, async ({ engine, report, signal }) => {
      const model = await resolveModel(engine, given);
      const { technique, layer, score, output, set: parameters } = options;
      const written = await engine.compile({ model, technique, layer, score, parameters, file: output }, { signal, progress: () => undefined });
      report.result({ model, technique, ...written }, `${written.file} (${Math.ceil(written.bytes / 1024)} KB)`);
    }));
}
