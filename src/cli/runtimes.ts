/** `fovea runtimes`: what can run models on this machine. */
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { withOutputOptions, type OutputOptions } from './options.ts';
import { table } from './table.ts';

export function addRuntimes(program: Command, context: Context): void {
  withOutputOptions(program.command('runtimes'))
    .description('List what can run models on this machine.')
    .action((options: OutputOptions) => context.run(options, async ({ engine, report }) => {
      const runtimes = await engine.runtimes();
      if (options.json) for (const runtime of runtimes) report.result(runtime, '');
      else report.result({}, table(runtimes.map(({ id, title, available, reason }) => [id, title, available ? 'available' : `not available: ${reason}`])));
    }));
}
