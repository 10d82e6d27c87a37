/** `fovea style CONTENT STYLE`: a photograph in the manner of another picture. */
import path from 'node:path';
import type { Command } from 'commander';
import type { GenerateRequest, GenerateResult } from '../protocol/generate.ts';
import type { SweepAxis } from '../protocol/sweep.ts';
import type { Context, Session } from './context.ts';
import { remarkUnused, withGenerateOptions, type GenerateOptions } from './generate-options.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing } from './options.ts';
import { collectAxis, drawSweep } from './sweep.ts';

interface StyleOptions extends GenerateOptions {
  readonly preset?: string;
  readonly sweep: readonly SweepAxis[];
}

const generator = 'style-transfer';

const examples = `
Examples:
  $ fovea style cat.jpg painting.jpg --out pictures
  $ fovea style cat.jpg starry-night.jpg --model squeezenet1.1.onnx --preset starry-night --out pictures
  $ fovea style cat.jpg painting.jpg --set optimiser=l-bfgs --set keepColours=true --set size=384 --out pictures
  $ fovea style cat.jpg painting.jpg --sweep contentWeight=0.01,0.1,1 --sweep styleSize=128,256,512 --out pictures
  $ fovea style cat.jpg --set mode=inversion --out pictures

--out gets <content>.style-transfer.png at the working size; with --sweep <content>.style-transfer.sweep.png, the grid, and a PNG and a JSON
file for each cell, <content>.style-transfer.<row>-<column>. The style may be left out for mode=inversion alone.
`;

export function addStyle(program: Command, context: Context): void {
  withGenerateOptions(program.command('style'))
    .description('Paint a photograph in the manner of another picture.')
    .argument('<content>', 'the photograph')
    .argument('[style]', 'the picture whose manner is taken over')
    .option('--preset <name>', 'values of parameters under one name')
    .option('--sweep <key=values>', 'draw a grid over a parameter, as in size=128,256; given twice, over two', collectAxis, [])
    .addHelpText('after', examples)
    .action((content: string, style: string | undefined, options: StyleOptions) => context.run(options, async (session) => {
      const { engine, report, signal } = session;
      const { preset, seed, runtime, replay, out } = options;
      const parameters = preset === undefined ? options.set : { preset, ...options.set };
      engine.checkGenerator(generator, parameters);
      remarkUnused(report, engine.generators().find(({ id }) => id === generator)!, parameters);
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      const pictures = { content: { path: content }, style: style === undefined ? undefined : { path: style } };
      const request: GenerateRequest = { generator, model, ...pictures, parameters, seed, runtime, preprocessing, replay };
      await (options.sweep.length > 0 ? drawGrid : draw)(session, request, content, options);
      if (out === undefined && !report.failed && !signal.aborted) report.note('Nothing was written; --out DIR writes the picture.');
    }));
}

function stemOf(content: string): string {
  return `${path.parse(content).name}.${generator}`;
}

async function draw({ engine, report, signal }: Session, request: GenerateRequest, content: string, { out }: StyleOptions): Promise<void> {
  await report.each([{ path: content }], signal, async (_, job) => {
    const result = await engine.generate(request, job);
    const files: string[] = [];
    if (out !== undefined) files.push((await engine.savePixels({ pixels: result.pictures[0], file: path.join(out, `${stemOf(content)}.png`) })).file);
    for (const note of result.notes) report.note(`${content}: ${note}`);
    const { step, ended, curves, runtime, milliseconds, notes, recipe } = result;
    const { model, style } = request;
    report.result({
      image: content, style: style?.path ?? null, model, generator, step, ended, curves, runtime, milliseconds, files, recipe, notes,
    }, textOf(content, result, files));
  });
}

async function drawGrid({ engine, report, signal }: Session, request: GenerateRequest, content: string, { out, sweep }: StyleOptions): Promise<void> {
  await report.each([{ path: content }], signal, async (_, job) => {
    const { cells, files } = await drawSweep(engine, request, sweep, stemOf(content), out, job);
    const { model, style } = request;
    report.result({
      image: content, style: style?.path ?? null, model, generator, sweep, files,
      cells: cells.map(({ recipe: { parameters }, curves, step, ended }) => ({ parameters, step, ended, losses: curves.at(-1)?.values ?? {} })),
    }, [`${content}: ${cells.length} pictures`, ...files.map((file) => `  ${file}`)].join('\n'));
  });
}

function textOf(content: string, { step, ended, curves, milliseconds }: GenerateResult, files: readonly string[]): string {
  const losses = Object.entries(curves.at(-1)?.values ?? {}).map(([title, value]) => `${title} ${value.toPrecision(3)}`);
  return [`${content}: ${step} steps of ${milliseconds.step.toFixed(1)} ms, ${ended}; ${losses.join(', ')}`, ...files.map((file) => `  ${file}`)].join('\n');
}
