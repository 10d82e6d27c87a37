/** `fovea visualize`: pictures that a class, a layer, a channel or a neuron responds to most. */
import path from 'node:path';
import type { Command } from 'commander';
import { contactSheet } from '../pictures/contact-sheet.ts';
import type { Pixels } from '../protocol/engine.ts';
import type { GenerateResult } from '../protocol/generate.ts';
import type { Context } from './context.ts';
import { addClass, idsOf, remarkUnused, withGenerateOptions, type GenerateOptions } from './generate-options.ts';
import { resolveModel } from './model.ts';
import { changedPreprocessing, wholeNumber } from './options.ts';
import { UsageError } from './usage-error.ts';

interface VisualizeOptions extends GenerateOptions {
  readonly class: (number | string)[];
  readonly layer?: string;
  readonly channel?: number;
  readonly technique: string;
}

const examples = `
Examples:
  $ fovea visualize --class zebra --out pictures
  $ fovea visualize --class 88,340,985 --set recipe=modern --out pictures
  $ fovea visualize --layer head/relu6 --channel 17 --out pictures
  $ fovea visualize photo.jpg --technique deep-dream --out pictures

--out gets <name>.<technique>.png at the model's input size, one for each class (and seed); the name is that of the class or layer. Several are
on one contact sheet too, contact-sheet.<technique>.png.
`;

export function addVisualize(program: Command, context: Context): void {
  withGenerateOptions(program.command('visualize'))
    .description('Paint what a class, a layer, a channel or a neuron responds to most.')
    .argument('[photo]', 'for generators that start from a photograph')
    .option('-c, --class <class>', 'a class by name or index, or indices as in 88,340; may be given several times', addClass, [])
    .option('--layer <name>', 'instead of a class (see "fovea layers"); default for dreams: the one that draws most')
    .option('--channel <k>', 'of the layer; default: the layer as a whole', wholeNumber(0))
    .option('-t, --technique <id>', `one of ${idsOf('visualization')} (see "fovea techniques ID")`, 'class-visualization')
    .addHelpText('after', examples)
    .action((photo: string | undefined, options: VisualizeOptions) => context.run(options, async ({ engine, report, signal }) => {
      const { class: classes, channel, technique: generator, seed, runtime, replay, out } = options;
      if (classes.length > 0 && options.layer !== undefined) throw new UsageError('The target is either a class or a layer.', 'Leave --class or --layer out.');
      if (channel !== undefined && options.layer === undefined) throw new UsageError('A channel belongs to a layer.', 'Give --layer.');
      const painter = engine.generators().find(({ id, family }) => id === generator && family === 'visualization');
      if (!painter) throw new UsageError(`"${generator}" visualizes nothing.`, `There are: ${idsOf('visualization')}.`);
      if (!painter.needs.content && classes.length === 0 && options.layer === undefined) {
        throw new UsageError('Something must be visualized.', 'Give --class or --layer.');
      }
      if (painter.needs.content !== (photo !== undefined)) {
        throw new UsageError(painter.needs.content ? `${painter.title} needs a photograph.` : `${painter.title} starts from noise.`,
          painter.needs.content ? 'Give one.' : 'Leave the photograph out, or choose --technique deep-dream.');
      }
      const parameters = channel === undefined ? options.set : { ...options.set, channel };
      engine.checkGenerator(generator, parameters);
      remarkUnused(report, painter, parameters);
      const model = await resolveModel(engine, options.model);
      const preprocessing = await changedPreprocessing(engine, model, options);
      // A dream is of what the model sees, where nothing in particular is named.
      const layer = classes.length > 0 ? undefined : options.layer ?? (await engine.describeModel({ model })).drawnLayer;
      const name = photo ?? layer ?? classes.join(', ');
      await report.each([{ path: name }], signal, async (_, job) => {
        const content = photo === undefined ? undefined : { path: photo };
        const request = { generator, model, content, classes, layer, parameters, seed, runtime, preprocessing, replay };
        const result = await engine.generate(request, job);
        const files: string[] = [];
        const save = async (pixels: Pixels, stem: string): Promise<void> => {
          if (out !== undefined) files.push((await engine.savePixels({ pixels, file: path.join(out, `${stem}.${generator}.png`) })).file);
        };
        const stems = stemsOf(result, photo, channel);
        for (const [n, pixels] of result.pictures.entries()) await save(pixels, stems[n]);
        if (result.pictures.length > 1) await save(contactSheet(result.pictures, Math.ceil(Math.sqrt(result.pictures.length))), 'contact-sheet');
        for (const note of result.notes) report.note(`${name}: ${note}`);
        const { predictions, step, ended, metrics, runtime: used, milliseconds, curves, recipe } = result;
        report.result({
          model, generator, classes: result.classes, layer: result.layer?.name ?? null, predictions, step, ended, metrics,
          scores: curves.at(-1)?.values ?? {}, runtime: used, milliseconds, files, recipe, notes: result.notes,
        }, textOf(name, result, files));
      });
      if (out === undefined) report.note('Nothing was written; --out DIR writes the pictures.');
    }));
}

/** Begin the file names: what each picture shows, and which of several it is. Classes of one name are told apart by their index. */
function stemsOf({ classes, layer, pictures }: GenerateResult, photo: string | undefined, channel: number | undefined): string[] {
  const each = Math.max(1, pictures.length / Math.max(1, classes.length));
  const names = classes.map(({ name }) => name.split(',')[0]);
  const subject = (n: number): string => {
    const one = Math.floor(n / each);
    const name = names.indexOf(names[one]) === names.lastIndexOf(names[one]) ? names[one] : `${names[one]}-${classes[one].index}`;
    if (photo !== undefined) return [path.parse(photo).name, ...(classes.length > 1 ? [name] : [])].join('-');
    return layer ? `${layer.name}${channel === undefined ? '' : `-${channel}`}` : name;
  };
  return pictures.map((_, n) => {
    const safe = subject(n).replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '') || 'picture';
    return each > 1 ? `${safe}-${(n % each) + 1}` : safe;
  });
}

function textOf(name: string, { pictures, predictions, step, ended, milliseconds }: GenerateResult, files: readonly string[]): string {
  const seen = predictions.map(([first]) => `${first.name} (${(100 * first.probability).toFixed(1)} %)`);
  return [
    `${name}: ${pictures.length === 1 ? 'one picture' : `${pictures.length} pictures`}, ${step} steps of ${milliseconds.step.toFixed(1)} ms, ${ended}; seen as ${seen.join('; ')}`,
    ...files.map((file) => `  ${file}`),
  ].join('\n');
}
