/** A technique's parameters as they come from outside, parsed by its schema; and techniques described to menus and help. */
import * as z from 'zod';
import { FoveaError } from '../protocol/errors.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { Technique } from '../techniques/technique.ts';
import { didYouMean } from './nearest.ts';

/** A technique or a generator, as far as its parameters go. */
type Parametrised = Pick<Technique, 'id' | 'title' | 'parameters' | 'presets'>;

/** @throws FoveaError `technique-unknown` with the nearest names */
export function findTechnique(techniques: readonly Technique[], id: string): Technique {
  const technique = techniques.find((candidate) => candidate.id === id);
  if (technique) return technique;
  throw new FoveaError('technique-unknown', `There is no technique "${id}".`, didYouMean(id, techniques.map((candidate) => candidate.id)));
}

/**
 * All parameters of the technique: those given, those of the preset that the parameter `preset` names, and defaults for the others.
 * @throws FoveaError `parameter-invalid`: a sentence that names the parameter
 */
export function parseParameters(technique: Parametrised, given: Record<string, unknown> = {}): Record<string, unknown> {
  const names = Object.keys(technique.parameters.shape);
  const { preset, ...own } = given;
  const chosen = preset === undefined ? own : { ...findPreset(technique, preset), ...own };
  for (const name of Object.keys(chosen)) {
    if (names.includes(name)) continue;
    throw new FoveaError('parameter-invalid', `${technique.title} has no parameter "${name}".`,
      names.length === 0 ? 'It has no parameters.' : didYouMean(name, names));
  }
  const parsed = technique.parameters.safeParse(chosen);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FoveaError('parameter-invalid', `The parameter "${issue.path.join('.')}" of ${technique.title} is not valid: ${issue.message}.`,
    `\`fovea techniques ${technique.id}\` lists the parameters with their ranges.`);
}

function findPreset({ title, presets = [] }: Parametrised, id: unknown): Record<string, unknown> {
  const preset = presets.find((one) => one.id === id);
  if (preset) return preset.parameters;
  throw new FoveaError('parameter-invalid', `${title} has no preset "${String(id)}".`,
    presets.length === 0 ? 'It has no presets.' : `Its presets: ${presets.map((one) => one.id).join(', ')}.`);
}

/** The technique as menus and help see it. */
export function describeTechnique(technique: Technique): TechniqueDescription {
  const { id, title, family, summary, citation, needs, values, parameters, presets } = technique;
  return {
    id, title, family, summary, citation, needs, values,
    // Seen from outside: fields with a default may be left out.
    parameters: z.toJSONSchema(parameters, { io: 'input' }),
    ...(presets && { presets: presets.map((preset) => ({ ...preset })) }),
  };
}
