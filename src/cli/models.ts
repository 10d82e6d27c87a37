/** `fovea models`: the models that come with Fovea. */
import type { Command } from 'commander';
import { bundledId } from '../protocol/bundled-model.ts';
import type { Context } from './context.ts';
import { withOutputOptions, type OutputOptions } from './options.ts';
import { table } from './table.ts';

export function addModels(program: Command, context: Context): void {
  withOutputOptions(program.command('models'))
    .description('List the models that come with Fovea. Any ONNX classifier can be given to --model by its path.')
    .action((options: OutputOptions) => context.run(options, async ({ engine, report }) => {
      const models = (await engine.bundledModels()).map((model) => ({ ...model, id: bundledId(model.reference)! }));
      if (options.json) for (const model of models) report.result(model, '');
      else report.result({}, table(models.map(({ id, title, description }) => [id, title, description])));
    }));
}
