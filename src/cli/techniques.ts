/** `fovea techniques [ID]`: the techniques and generators, or one with its parameters. */
import type { Command } from 'commander';
import type { GeneratorDescription } from '../protocol/generate.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { Context } from './context.ts';
import { withOutputOptions, type OutputOptions } from './options.ts';
import { table } from './table.ts';
import { UsageError } from './usage-error.ts';

export function addTechniques(program: Command, context: Context): void {
  withOutputOptions(program.command('techniques'))
    .description('List the techniques, also those that make pictures, or describe one with its parameters.')
    .argument('[id]', 'of the technique to describe')
    .action((id: string | undefined, options: OutputOptions) => context.run(options, ({ engine, report }) => {
      const all = [...engine.techniques(), ...engine.generators()];
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
  exclusiveMinimum?: number;
  enum?: unknown[];
  const?: unknown;
  anyOf?: ParameterSchema[];
  unit?: string;
  /** What each value means. */
  choices?: Record<string, string>;
}

function describe(technique: TechniqueDescription | GeneratorDescription): string {
  const { id, title, summary, citation, parameters, presets = [] } = technique;
  const properties = Object.entries((parameters.properties ?? {}) as Record<string, ParameterSchema>);
  return [
    `${title} (${id})`,
    `  ${summary}.`,
    `  ${citation.authors} ${citation.year}: ${citation.title}`,
    `  ${citation.url}`,
    `  Needs: ${('values' in technique ? needsOf(technique) : generatorNeeds(technique)).join(', ') || 'nothing'}`,
    ...('values' in technique ? [valuesOf(technique)] : []),
    properties.length === 0 ? '  It has no parameters.' : '  Parameters, set with --set name=value:',
    ...properties.flatMap(([name, schema]) => [
      `    ${name} (${rangeOf(schema)}; default ${JSON.stringify(schema.default)})  ${schema.description ?? ''}`,
      ...Object.entries(schema.choices ?? {}).map(([value, help]) => `      ${value}: ${help}`),
    ]),
    ...(presets.length === 0 ? [] : ['  Presets, chosen with --set preset=name:']),
    ...presets.map((preset) => `    ${preset.id}  ${preset.description}`),
  ].join('\n');
}

function needsOf({ needs }: TechniqueDescription): string[] {
  return [needs.class && 'a class', needs.layer && 'a layer', needs.secondPicture && 'a second picture'].filter((need) => need !== false);
}

const targets = { class: 'a class', 'class-or-any': 'a class if a certain one is meant', 'class-or-layer': 'a class or a layer', none: false } as const;

function generatorNeeds({ needs }: GeneratorDescription): string[] {
  return [needs.content && 'a picture', needs.style && 'a picture for its style', targets[needs.target]].filter((need) => need !== false);
}

function valuesOf({ values }: TechniqueDescription): string {
  return `  Values: ${values.signed ? 'signed' : 'not signed'}, in ${values.unit}, at the resolution of the ${values.resolution}`;
}

function rangeOf({ type, minimum, maximum, exclusiveMinimum: above, enum: choices, const: only, anyOf, unit }: ParameterSchema): string {
  if (anyOf) return `${anyOf.map(rangeOf).join(' | ')}${unit ? ` ${unit}` : ''}`;
  if (choices) return choices.join(' | ');
  if (only !== undefined) return String(only);
  const least = minimum ?? (above === undefined ? '' : `more than ${above}`);
  const range = least === '' && maximum === undefined ? '' : ` ${least}..${maximum ?? ''}`;
  return `${type ?? 'value'}${range}${unit ? ` ${unit}` : ''}`;
}
