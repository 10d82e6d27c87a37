/** `fovea fool INPUT --class TARGET`: pictures that a model sees wrongly. */
import path from 'node:path';
import type { Command } from 'commander';
import type { Engine } from '../engine/engine.ts';
import { sideBySide } from '../pictures/difference.ts';
import type { Prediction } from '../protocol/engine.ts';
import type { FoolingOutcome, GenerateResult } from '../protocol/generate.ts';
import type { Context } from './context.ts';
import { addClass, idsOf, remarkUnused, withGenerateOptions, type GenerateOptions } from './generate-options.ts';
import { expandInputs } from './inputs.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing } from './options.ts';
import { UsageError } from './usage-error.ts';

interface FoolOptions extends GenerateOptions {
  readonly class: (number | string)[];
  readonly technique: string;
}

/** Pixels between the pictures of a triptych. */
const gap = 8;

const examples = `
Examples:
  $ fovea fool cat.jpg --class "espresso" --out fooled
  $ fovea fool cat.jpg --technique deep-fool --out fooled
  $ fovea fool cat.jpg --class 963 --technique pgd --set norm=l2 --set radius=2 --json
  $ fovea fool --class zebra --technique from-noise --out fooled

--out gets <stem>.<technique>.png, the picture to open again: the photograph as the model resizes it, with the changed pixels in the part
that the model looks at; <stem>.<technique>.difference.png, ten times the difference around grey; and <stem>.<technique>.triptych.png,
before, after and difference. Whether the model is fooled is judged on the first, decoded and classified again.
`;

export function addFool(program: Command, context: Context): void {
  withGenerateOptions(program.command('fool'))
    .description('Change pictures a little so that the model sees another class.')
    .argument('[input...]', 'pictures, or folders of pictures; none for from-noise')
    .option('-c, --class <class>', 'the class that the model shall see, by name or index; some techniques do without: any class but the right one', addClass, [])
    .option('-t, --technique <id>', `the attack: one of ${idsOf('fooling')} (see "fovea techniques ID")`, 'pgd')
    .addHelpText('after', examples)
    .action((paths: string[], options: FoolOptions) => context.run(options, async ({ engine, report, signal }) => {
      const { technique: generator, class: classes, set: parameters, seed, runtime, replay, out } = options;
      const attack = engine.generators().find(({ id, family }) => id === generator && family === 'fooling');
      if (!attack) throw new UsageError(`There is no attack "${generator}".`, `There are: ${idsOf('fooling')}.`);
      engine.checkGenerator(generator, parameters);
      remarkUnused(report, attack, parameters);
      if (attack.needs.content !== paths.length > 0) {
        throw new UsageError(attack.needs.content ? `${attack.title} needs a picture.` : `${attack.title} starts from noise.`,
          attack.needs.content ? 'Give one.' : 'Leave the pictures out.');
      }
      if (classes.length > 1) throw new UsageError('A picture can be turned into one class at a time.', 'Give a single --class.');
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      const inputs = attack.needs.content ? await expandInputs(paths) : [{ path: 'noise', stem: String(classes[0] ?? 'noise') }];
      await report.each(inputs, signal, async (input, job) => {
        const content = attack.needs.content ? { path: input.path } : undefined;
        const result = await engine.generate({ generator, model, content, classes, parameters, seed, runtime, preprocessing, replay }, job);
        const stem = input.stem.replaceAll(/[/\\]+/g, '-');
        const files = out === undefined ? [] : await write(engine, path.join(out, `${stem}.${generator}`), result);
        for (const note of result.notes) report.note(`${input.path}: ${note}`);
        const { fooling, step, ended, metrics, runtime: used, milliseconds, recipe, notes } = result;
        const { target, before, after, asSaved, fooled, fooledAsSaved } = fooling!;
        report.result({
          image: content ? input.path : null, model, technique: generator, target: target ?? null,
          predictions: { before, after, asSaved }, fooling: fooled, foolingAsSaved: fooledAsSaved, distances: metrics,
          step, ended, runtime: used, milliseconds, files, recipe, notes,
        }, textOf(input.path, fooling!, result, files));
      });
      if (out === undefined) report.note('Nothing was written; --out DIR writes the pictures.');
    }));
}

async function write(engine: Engine, base: string, { pictures: [after], fooling }: GenerateResult): Promise<string[]> {
  const { saved, original, difference } = fooling!;
  const written = [await engine.savePixels({ pixels: saved, file: `${base}.png` })];
  if (original && difference) {
    written.push(await engine.savePixels({ pixels: difference, file: `${base}.difference.png` }));
    written.push(await engine.savePixels({ pixels: sideBySide([original, after, difference], gap), file: `${base}.triptych.png` }));
  }
  return written.map(({ file }) => file);
}

function textOf(
  name: string, { before, asSaved, fooledAsSaved }: FoolingOutcome, { step, metrics: { l2, linf, psnr } }: GenerateResult, files: readonly string[],
): string {
  const seen = ([first]: readonly Prediction[]): string => `${first.name} (${(100 * first.probability).toFixed(1)} %)`;
  const change = psnr === undefined ? '' : `; L2 ${l2.toFixed(3)}, L∞ ${(255 * linf).toFixed(1)}/255, PSNR ${psnr.toFixed(1)} dB`;
  return [
    `${name}: ${before.length > 0 ? `${seen(before)} → ` : ''}${seen(asSaved)}, ${fooledAsSaved ? 'fooled' : 'not fooled'} after ${step} ${step === 1 ? 'step' : 'steps'}${change}`,
    ...files.map((file) => `  ${file}`),
  ].join('\n');
}
