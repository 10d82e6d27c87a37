/** `fovea layers M`: what --layer can name. */
import type { Command } from 'commander';
import type { LayerDescription } from '../protocol/engine.ts';
import type { Context } from './context.ts';
import { resolveModel } from './model.ts';
import { withOutputOptions, type OutputOptions } from './options.ts';
import { table } from './table.ts';

export function addLayers(program: Command, context: Context): void {
  withOutputOptions(program.command('layers'))
    .description('List the layers of a model that can be explained, named by the tensors that they produce. The default one has a star.')
    .argument('[model]', 'a model file, or the id of a bundled model; default: the first bundled model')
    .action((given: string | undefined, options: OutputOptions) => context.run(options, async ({ engine, report, signal }) => {
      const model = await resolveModel(engine, given);
      const { title, layers, defaultLayer, notes } = await engine.describeModel({ model }, { signal, progress: () => undefined });
      for (const note of notes) report.note(note);
      const mark = (layer: LayerDescription): string => (layer.name === defaultLayer ? '*' : ' ');
      const rows = layers.map((layer) => [`${mark(layer)} ${layer.name}`, layer.op, `[${layer.shape.map((dim) => (dim === -1 ? 'N' : dim)).join(', ')}]`, layer.kind]);
      report.result({ model, title, defaultLayer, layers }, rows.length === 0 ? `${title} has no layer with positions.` : table(rows));
    }));
}
