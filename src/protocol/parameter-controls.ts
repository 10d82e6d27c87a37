/**
 * The controls of a technique's parameters, read from the JSON Schema that describes them: what the side panel shows, which values it takes,
 * and why it refuses the others. Pure functions; no DOM, no Node.
 */
import * as z from 'zod/mini';

interface Common {
  /** Name of the parameter. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly default: unknown;
  /** Values of other parameters without which this one means nothing; one of several where they are a list. */
  readonly when?: Readonly<Record<string, unknown>>;
}

export interface NumberControl extends Common {
  readonly kind: 'number';
  readonly whole: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Whether the ends of the range are left out. */
  readonly exclusive: { readonly min: boolean; readonly max: boolean };
  /** A word that may stand in the place of a number, e.g. `auto`. */
  readonly word: string | undefined;
  /** Name of the parameter whose value this one's may not exceed. */
  readonly atMost?: string;
  /** What the slider spans, where that is less than what is allowed. */
  readonly slider?: readonly [min: number, max: number];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly help: string;
}

export type ParameterControl =
  | NumberControl
  | (Common & { readonly kind: 'boolean' })
  | (Common & { readonly kind: 'choice'; readonly choices: readonly Choice[] })
  /** Anything else, written as JSON. */
  | (Common & { readonly kind: 'text' });

/**
 * The part of JSON Schema that parameters use; `unit`, `choices` (help by value), `when`, `atMost` and `slider` (see the controls) come from
 * their `meta`.
 */
const fieldSchema = z.object({
  type: z.optional(z.string()),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  unit: z.optional(z.string()),
  choices: z.optional(z.record(z.string(), z.string())),
  when: z.optional(z.record(z.string(), z.unknown())),
  atMost: z.optional(z.string()),
  slider: z.optional(z.array(z.number()).check(z.length(2))),
  default: z.optional(z.unknown()),
  enum: z.optional(z.array(z.unknown())),
  const: z.optional(z.unknown()),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
  exclusiveMinimum: z.optional(z.number()),
  exclusiveMaximum: z.optional(z.number()),
  get anyOf() { return z.optional(z.array(fieldSchema)); },
});
type Field = z.output<typeof fieldSchema>;

const objectSchema = z.object({ properties: z._default(z.record(z.string(), fieldSchema), {}) });

/** One control for each parameter, in the schema's order. @param schema `parameters` of a TechniqueDescription */
export function controlsOf(schema: object): ParameterControl[] {
  return Object.entries(objectSchema.parse(schema).properties).map(([name, field]) => control(name, field));
}

function control(name: string, field: Field): ParameterControl {
  const common: Common = {
    name, title: field.title ?? name, help: field.description ?? '', unit: field.unit, default: field.default, ...(field.when && { when: field.when }),
  };
  if (field.type === 'boolean') return { ...common, kind: 'boolean' };
  const words = field.enum ?? (field.const === undefined ? undefined : [field.const]);
  if (words?.every((word) => typeof word === 'string')) {
    return { ...common, kind: 'choice', choices: words.map((value) => ({ value, label: inWords(value), help: field.choices?.[value] ?? '' })) };
  }
  const number = isNumber(field) ? field : field.anyOf?.find(isNumber);
  const others = field.anyOf?.filter((one) => one !== number) ?? [];
  const [word] = others.map((one) => one.const ?? (one.enum?.length === 1 ? one.enum[0] : undefined));
  if (number && (others.length === 0 || (others.length === 1 && typeof word === 'string'))) {
    return { ...common, kind: 'number', ...rangeOf(number), word: word as string | undefined,
      ...(field.atMost && { atMost: field.atMost }), ...(field.slider && { slider: [field.slider[0], field.slider[1]] }) };
  }
  return { ...common, kind: 'text' };
}

function isNumber({ type }: Field): boolean {
  return type === 'number' || type === 'integer';
}

function rangeOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Field): Pick<NumberControl, 'whole' | 'min' | 'max' | 'exclusive'> {
  // The ends of the integers that a double holds stand for no limit.
  const limit = (value = Infinity): number | undefined => (Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value);
  return {
    whole: type === 'integer', min: limit(minimum ?? exclusiveMinimum), max: limit(maximum ?? exclusiveMaximum),
    exclusive: { min: minimum === undefined && exclusiveMinimum !== undefined, max: maximum === undefined && exclusiveMaximum !== undefined },
  };
}

/** `integrated-gradients` as "Integrated gradients". */
function inWords(value: string): string {
  const words = value.replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Why a parameter means nothing among the others, as a sentence; undefined where it means something.
 * @param parameters values that differ from the defaults
 */
export function unmetCondition(
  { when = {} }: ParameterControl, controls: readonly ParameterControl[], parameters: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, condition] of Object.entries(when)) {
    const wanted: readonly unknown[] = Array.isArray(condition) ? condition : [condition];
    const other = controls.find((control) => control.name === name);
    if (!other || wanted.includes(parameters[name] ?? other.default)) continue;
    return `Used only where “${other.title}” is ${wanted.map((value) => labelOf(other, value)).join(' or ')}.`;
  }
  return undefined;
}

function labelOf(control: ParameterControl, value: unknown): string {
  const label = control.kind === 'choice' ? control.choices.find((choice) => choice.value === value)?.label : undefined;
  return label ?? (value === true ? 'on' : value === false ? 'off' : String(value));
}

/** What a parameter's value is beside the others. refused: as it stands, nothing can be run. */
export interface Conflict {
  readonly message: string;
  readonly refused: boolean;
}

/** Of a number that exceeds its limit, or would be cut to one that is not known yet. @param parameters values that differ from the defaults */
export function conflictOf(
  parameter: ParameterControl, controls: readonly ParameterControl[], parameters: Readonly<Record<string, unknown>>,
): Conflict | undefined {
  const other = parameter.kind === 'number' ? controls.find(({ name }) => name === parameter.atMost) : undefined;
  if (!other) return undefined;
  const [value, limit] = [parameter, other].map((one) => parameters[one.name] ?? one.default);
  const title = other.title.toLowerCase();
  if (typeof value !== 'number') return undefined;
  if (typeof limit !== 'number') return { message: `Cut to the automatic ${title} where that is smaller.`, refused: false };
  return value > limit ? { message: `It is at most the ${title}, ${limit}${other.unit ? ` ${other.unit}` : ''}.`, refused: true } : undefined;
}

/** Why a value is not one of the parameter's, as a sentence; undefined where it is. */
export function objection(parameter: ParameterControl, value: unknown): string | undefined {
  switch (parameter.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'It is on or off.';
    case 'choice': {
      const values = parameter.choices.map((choice) => choice.value);
      return values.some((choice) => choice === value) ? undefined : `It is one of ${values.join(', ')}.`;
    }
    case 'text':
      return undefined;
    case 'number':
      return parameter.word !== undefined && value === parameter.word ? undefined : numberObjection(parameter, value);
  }
}

function numberObjection({ whole, min, max, exclusive }: NumberControl, value: unknown): string | undefined {
  const range = [
    min === undefined ? '' : exclusive.min ? `above ${min}` : `from ${min}`, max === undefined ? '' : exclusive.max ? `below ${max}` : `to ${max}`,
  ].filter(Boolean).join(' ');
  const expected = `Enter a ${whole ? 'whole ' : ''}number${range && ` ${range}`}.`;
  if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) return expected;
  const below = min !== undefined && (exclusive.min ? value <= min : value < min);
  const above = max !== undefined && (exclusive.max ? value >= max : value > max);
  return below || above ? expected : undefined;
}

/** The text of a number field as a value; NaN for what is no number. */
export function readNumber(text: string): number {
  const trimmed = text.trim().replace(',', '.');
  return trimmed === '' ? NaN : Number(trimmed);
}

/** Steps of a slider. */
export const sliderSteps = 200;

/** Where a value lies on a slider, 0..1. Ranges over two and more powers of ten are logarithmic, as most counts and scales are. */
export function toSlider(control: NumberControl, value: number): number {
  const [min, max] = spanOf(control);
  const share = isLogarithmic(min, max) ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(Math.max(share, 0), 1);
}

/** The value at a place of a slider, in few digits; inverse of `toSlider` up to rounding. */
export function fromSlider(control: NumberControl, share: number): number {
  const { whole, exclusive } = control;
  const [min, max] = spanOf(control);
  const exact = isLogarithmic(min, max) ? min * (max / min) ** share : min + share * (max - min);
  const step = whole ? 1 : 10 ** Math.floor(Math.log10((isLogarithmic(min, max) ? exact : max - min) / 100));
  const rounded = Number((Math.round(exact / step) * step).toPrecision(12));
  const [least, most] = [exclusive.min ? min + step : min, exclusive.max ? max - step : max];
  return Math.min(Math.max(rounded, least), most);
}

/** The next value that a slider has from a value on, up (1) or down (-1); the value itself at the end. */
export function stepFrom(control: NumberControl, value: number, direction: 1 | -1): number {
  const start = toSlider(control, value);
  for (let step = 1; step <= sliderSteps; step++) {
    const next = fromSlider(control, Math.min(Math.max(start + (direction * step) / sliderSteps, 0), 1));
    if (Math.sign(next - value) === direction) return next;
  }
  return value;
}

/** What a slider spans. */
export function spanOf({ min = 0, max = 1, slider = [min, max] }: NumberControl): readonly [min: number, max: number] {
  return slider;
}

/** Whether a range is one of ratios, as those of most counts and scales are. */
export function isLogarithmic(min: number, max: number): boolean {
  return min > 0 && max / min >= 100;
}
