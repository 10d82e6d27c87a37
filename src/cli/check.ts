/** `fovea check INPUT... --technique ID`: does a technique's map depend on the model at all? */
import path from 'node:path';
import { Option, type Command } from 'commander';
import { writeWhole } from '../engine/write-file.ts';
import { filmStrip } from '../pictures/film-strip.ts';
import { checkModes, type CheckMode } from '../protocol/checks.ts';
import type { CheckResult, Similarity } from '../protocol/trust.ts';
import type { Context } from './context.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing } from './options.ts';
import { table } from './table.ts';
import { checkTechnique, expandPictures, requestOf, withTechniqueOptions, type TechniqueOptions } from './technique-options.ts';

interface CheckOptions extends TechniqueOptions {
  readonly mode: CheckMode;
  readonly quick?: boolean;
}

const examples = `
Examples:
  $ fovea check cat.jpg --technique grad-cam --out checks
  $ fovea check cat.jpg --technique guided-backprop --mode random-logit
  $ fovea check photos/ --technique saliency --quick --json

Weights are shuffled in memory alone; the model's file is not touched.
--out gets <stem>.<technique>.<mode>.png, a film strip (the map, the map at each step, the edge detector's), and .json with the numbers.
`;

export function addCheck(program: Command, context: Context): void {
  withTechniqueOptions(program.command('check'))
    .description('Check whether a map depends on what the model learned: sanity checks (Adebayo et al. 2018).')
    .argument('<input...>', 'pictures, or folders of pictures')
    .addOption(new Option('--mode <mode>', 'cascading: weights are shuffled from the logits down; independent: one layer at a time; random-logit: other classes')
      .choices(checkModes).default('cascading'))
    .option('--quick', 'only the few steps that a verdict needs')
    .addHelpText('after', examples)
    .action((paths: string[], options: CheckOptions) => context.run(options, async ({ engine, report, signal }) => {
      const { technique, mode, quick, out } = options;
      checkTechnique(engine, options);
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      const caveats = new Set<string>();
      await report.each(await expandPictures(paths, options), signal, async (input, job) => {
        const result = await engine.check({ ...requestOf(input, model, options, preprocessing), mode, quick }, job);
        const numbers = numbersOf(result);
        const files: string[] = [];
        if (out !== undefined) {
          const stem = path.join(out, `${input.stem}.${technique}.${mode}`);
          const pixels = filmStrip([result.map, ...result.steps.map(({ map }) => map), result.edges.map]);
          files.push((await engine.savePixels({ pixels, file: `${stem}.png` })).file, `${stem}.json`);
          await writeWhole(`${stem}.json`, Buffer.from(JSON.stringify({ ...numbers, recipe: result.recipe }, null, 2)));
        }
        for (const note of result.notes) report.note(`${input.path}: ${note}`);
        for (const caveat of result.caveats) caveats.add(caveat);
        report.result({ image: input.path, model, ...numbers, files, recipe: result.recipe }, textOf(input.path, result, files));
      });
      for (const caveat of caveats) report.note(caveat);
      if (out === undefined) report.note('Nothing was written; --out DIR writes the film strip and the numbers.');
    }));
}

function numbersOf(result: CheckResult) {
  const { technique, mode, class: { index, name }, layer, layers, verdict, steps, edges, caveats, notes, runtime, milliseconds } = result;
  return {
    technique, mode, class: index, className: name, layer: layer ?? null, layers, verdict,
    steps: steps.map((step) => ({ title: step.title, layers: step.layers, ...step.similarity })),
    edges: edges.similarity, caveats, notes, runtime, milliseconds,
  };
}

function textOf(input: string, { verdict, steps, edges, class: { index, name }, mode }: CheckResult, files: readonly string[]): string {
  const row = (title: string, { spearman, absoluteSpearman, ssim, hog }: Similarity): string[] => {
    return [title, ...[spearman, absoluteSpearman, ssim, hog].map((value) => value.toFixed(2))];
  };
  const changed = { cascading: 'shuffled down to', independent: 'shuffled', 'random-logit': 'class' }[mode];
  return [
    `${input}: ${name} (${index})`,
    table([
      [changed, 'Spearman', 'magnitudes', 'SSIM', 'HOG'],
      ...steps.map(({ title, similarity }) => row(title, similarity)), row('(edge detector)', edges.similarity),
    ]),
    `${verdict.label}. ${verdict.sentence}`, verdict.rule,
    ...files.map((file) => `  ${file}`),
  ].join('\n');
}
