/** `fovea style CONTENT STYLE`: a photograph in the manner of another picture. */
import path from 'node:path';
import type { Command } from 'commander';
import type { GenerateResult } from '../protocol/generate.ts';
import type { Context } from './context.ts';
import { withGenerateOptions, type GenerateOptions } from './generate-options.ts';
import { resolveModel } from './model.ts';

interface StyleOptions extends GenerateOptions {
  readonly preset?: string;
}

const generator = 'style-transfer';

const examples = `
Examples:
  $ fovea style cat.jpg painting.jpg --out pictures
  $ fovea style cat.jpg starry-night.jpg --model squeezenet1.1.onnx --preset starry-night --out pictures
  $ fovea style cat.jpg painting.jpg --set optimiser=l-bfgs --set keepColours=true --set size=384 --out pictures
  $ fovea style cat.jpg --set mode=inversion --out pictures

--out gets <content>.style-transfer.png at the working size. The style may be left out for mode=inversion alone.
`;

export function addStyle(program: Command, context: Context): void {
  withGenerateOptions(program.command('style'))
    .description('Paint a photograph in the manner of another picture.')
    .argument('<content>', 'the photograph')
    .argument('[style]', 'the picture whose manner is taken over')
    .option('--preset <name>', 'values of parameters under one name (see "fovea techniques style-transfer")')
    .addHelpText('after', examples)
    .action((content: string, style: string | undefined, options: StyleOptions) => context.run(options, async ({ engine, report, signal }) => {
      const { preset, seed, runtime, out } = options;
      const model = await resolveModel(engine, options.model);
      const parameters = preset === undefined ? options.set : { preset, ...options.set };
      const request = { generator, model, content: { path: content }, style: style === undefined ? undefined : { path: style }, parameters, seed, runtime };
      await report.each([{ path: content }], signal, async (_, job) => {
        const result = await engine.generate(request, job);
        const files: string[] = [];
        if (out !== undefined) {
          const file = path.join(out, `${path.parse(content).name}.${generator}.png`);
          files.push((await engine.savePixels({ pixels: result.pictures[0], file })).file);
        }
        for (const note of result.notes) report.note(`${content}: ${note}`);
        const { step, ended, curves, runtime: used, milliseconds, notes, recipe } = result;
        report.result({
          image: content, style: style ?? null, model, generator, step, ended, curves, runtime: used, milliseconds, files, recipe, notes,
        }, textOf(content, result, files));
      });
      if (out === undefined) report.note('Nothing was written; --out DIR writes the picture.');
    }));
}

function textOf(content: string, { step, ended, curves, milliseconds }: GenerateResult, files: readonly string[]): string {
  const losses = Object.entries(curves.at(-1)?.values ?? {}).map(([title, value]) => `${title} ${value.toPrecision(3)}`);
  return [`${content}: ${step} steps of ${milliseconds.step.toFixed(1)} ms, ${ended}; ${losses.join(', ')}`, ...files.map((file) => `  ${file}`)].join('\n');
}
