/** `fovea techniques [ID]`: the techniques, or one with its parameters. */
import type { Command } from 'commander';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { Context } from './context.ts';
import { withOutputOptions, type OutputOptions } from './options.ts';
import { table } from './table.ts';
import { UsageError } from './usage-error.ts';

export function addTechniques(program: Command, context: Context): void {
  withOutputOptions(program.command('techniques'))
    .description('List the techniques, or describe one with its parameters.')
    .argument('[id]', 'of the technique to describe')
    .action((id: string | undefined, options: OutputOptions) => context.run(options, ({ engine, report }) => {
      const all = engine.techniques();
      if (id === undefined) {
        if (options.json) for (const one of all) report.result(one, '');
        else report.result({}, table(all.map((one) => [one.id, one.title, one.summary])));
        return;
      }
      const technique = all.find((one) => one.id === id);
      if (!technique) throw new UsageError(`There is no technique "${id}".`, `There are: ${all.map((one) => one.id).join(', ')}.`);
      report.result(technique, describe(technique));
    }));
}

interface ParameterSchema {
  type?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
  const?: unknown;
  anyOf?: ParameterSchema[];
  unit?: string;
}

function describe({ id, title, summary, citation, needs, values, parameters, presets = [] }: TechniqueDescription): string {
  const properties = Object.entries((parameters.properties ?? {}) as Record<string, ParameterSchema>);
  return [
    `${title} (${id})`,
    `  ${summary}.`,
    `  ${citation.authors} ${citation.year}: ${citation.title}`,
    `  ${citation.url}`,
    `  Needs: ${[needs.class && 'a class', needs.layer && 'a layer', needs.secondPicture && 'a second picture'].filter(Boolean).join(', ') || 'nothing'}`,
    `  Values: ${values.signed ? 'signed' : 'not signed'}, in ${values.unit}, at the resolution of the ${values.resolution}`,
    properties.length === 0 ? '  It has no parameters.' : '  Parameters, set with --set name=value:',
    ...properties.map(([name, schema]) => `    ${name} (${rangeOf(schema)}; default ${JSON.stringify(schema.default)})  ${schema.description ?? ''}`),
    ...(presets.length === 0 ? [] : ['  Presets, chosen with --set preset=name:']),
    ...presets.map((preset) => `    ${preset.id}  ${preset.description}`),
  ].join('\n');
}

function rangeOf({ type, minimum, maximum, enum: choices, const: only, anyOf, unit }: ParameterSchema): string {
  if (anyOf) return `${anyOf.map(rangeOf).join(' | ')}${unit ? ` ${unit}` : ''}`;
  if (choices) return choices.join(' | ');
  if (only !== undefined) return String(only);
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}..${maximum ?? ''}`;
  return `${type ?? 'value'}${range}${unit ? ` ${unit}` : ''}`;
}
