/** `fovea evaluate INPUT... --technique ID`: how good is a technique's map? */
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { writeWhole } from '../engine/write-file.ts';
import { formatValue } from '../protocol/display.ts';
import { directions, metricIds, type MetricId } from '../protocol/measures.ts';
import type { EvaluateResult } from '../protocol/trust.ts';
import type { Context } from './context.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing } from './options.ts';
import { table } from './table.ts';
import { checkTechnique, expandPictures, requestOf, withTechniqueOptions, type TechniqueOptions } from './technique-options.ts';

interface EvaluateOptions extends TechniqueOptions {
  readonly metrics: MetricId[];
}

const examples = `
Examples:
  $ fovea evaluate cat.jpg --technique grad-cam
  $ fovea evaluate cat.jpg --technique integrated-gradients --metrics deletion,insertion --out measures

--out gets <stem>.<technique>.measures.json: the numbers, and the curves of deletion and insertion.
`;

export function addEvaluate(program: Command, context: Context): void {
  withTechniqueOptions(program.command('evaluate'))
    .description('Measure how good a map is: deletion, insertion, completeness, max-sensitivity, infidelity, sparseness.')
    .argument('<input...>', 'pictures, or folders of pictures')
    .addOption(new Option('--metrics <ids>', `of ${metricIds.join(', ')}; with commas between them`).argParser(parseMetrics).default([...metricIds], 'all'))
    .addHelpText('after', examples)
    .action((paths: string[], options: EvaluateOptions) => context.run(options, async ({ engine, report, signal }) => {
      const { technique, metrics, out } = options;
      checkTechnique(engine, options);
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      await report.each(await expandPictures(paths, options), signal, async (input, job) => {
        const { class: { index, name }, layer, evaluations, notes, runtime, milliseconds, recipe } = await engine.evaluate({
          ...requestOf(input, model, options, preprocessing), metrics,
        }, job);
        const answer = {
          image: input.path, model, technique, class: index, className: name, layer: layer ?? null,
          evaluations: evaluations.map(({ id, value, better, milliseconds: took }) => ({ id, value, better, milliseconds: took })),
          notes, runtime, milliseconds,
        };
        const files: string[] = [];
        if (out !== undefined) {
          files.push(path.join(out, `${input.stem}.${technique}.measures.json`));
          await writeWhole(files[0], Buffer.from(JSON.stringify({ ...answer, evaluations, recipe }, null, 2)));
        }
        for (const note of notes) report.note(`${input.path}: ${note}`);
        report.result({ ...answer, files, recipe }, textOf(`${input.path}: ${name} (${index})`, evaluations, files));
      });
    }));
}

function parseMetrics(text: string): MetricId[] {
  return text.split(',').map((name) => {
    const id = metricIds.find((known) => known === name.trim());
    if (!id) throw new InvalidArgumentError(`There is no measure "${name.trim()}"; there are ${metricIds.join(', ')}.`);
    return id;
  });
}

function textOf(title: string, evaluations: EvaluateResult['evaluations'], files: readonly string[]): string {
  return [
    title,
    table(evaluations.map(({ title: measure, value, better, description, caveat, cost }) => {
      return [measure, formatValue(value), directions[better].words, `${description} ${caveat} Cost: ${cost}.`];
    })),
    ...files.map((file) => `  ${file}`),
  ].join('\n');
}
