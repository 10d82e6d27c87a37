/**
 * What a sweep draws: which parameters may be its sides, which values are worth a look, and what all of it costs. Pure functions; no DOM, no Node.
 */
import { isLogarithmic, objection, spanOf, unmetCondition, type NumberControl, type ParameterControl } from './parameter-controls.ts';
import { cellsOf, mostCells, type SweepAxis } from './sweep.ts';

export interface SweepPlan {
  columns: SweepAxis;
  rows?: SweepAxis;
}

/** Values from one number to another. */
export interface Spread {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Whether neighbours have equal ratios; otherwise equal differences. */
  readonly byRatio: boolean;
}

/** Those that a run has; others have their defaults. */
type Parameters = Readonly<Record<string, unknown>>;

/** Values of a side at first: enough to see a tendency, few enough to wait for. */
const usualCount = 3;

/** Sides take at most so many values, so that cells stay large enough to be looked at. */
export const mostValues = 16;

/** Names of parameters that say how long a run is. */
const lengths: readonly string[] = ['steps', 'samples', 'masks'];

/** The values, ascending or descending, in three digits, without repetitions. A number of ratios that meets zero is one of differences. */
export function spreadValues({ from, to, count, byRatio }: Spread, whole: boolean): number[] {
  const ratios = byRatio && from > 0 && to > 0;
  const values = Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0 : index / (count - 1);
    if (share === 0 || share === 1) return share === 0 ? from : to;
    const exact = ratios ? from * (to / from) ** share : from + share * (to - from);
    return whole ? Math.round(exact) : Number(exact.toPrecision(3));
  });
  return [...new Set(values)];
}

/** Around a value that is there, within what is allowed: from a tenth to ten times where ratios matter, from half to twice where not. */
export function spreadAround(control: NumberControl, present: unknown): Spread {
  const [low, high] = spanOf(control);
  const byRatio = isLogarithmic(low, high);
  const known = [present, control.default].find((value) => typeof value === 'number');
  const middle = known ?? (byRatio ? Math.sqrt(low * high) : (low + high) / 2);
  if (control.name === seedName) return { from: middle, to: middle + usualCount - 1, count: usualCount, byRatio: false };
  const factor = byRatio && !control.whole ? 10 : 2;
  const inside = (value: number): number => Math.min(Math.max(value, control.min ?? -Infinity), control.max ?? Infinity);
  const [from, to] = middle === 0 ? [0, low < 0 ? -low / 4 : high / 4] : [middle / factor, middle * factor].map(inside);
  const rounded = (value: number): number => (control.whole ? Math.round(value) : Number(value.toPrecision(3)));
  return { from: rounded(from), to: rounded(to), count: usualCount, byRatio };
}

/** Values of a parameter that are worth a look. @param present the parameter's present value, undefined for its default */
export function usualValues(control: ParameterControl, present: unknown): unknown[] {
  switch (control.kind) {
    case 'boolean': return [false, true];
    case 'choice': return evenly(control.choices.map(({ value }) => value), 4);
    case 'number': return spreadValues(spreadAround(control, present), control.whole).filter((value) => objection(control, value) === undefined);
    case 'text': return [present ?? control.default ?? ''];
  }
}

function evenly<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))]);
}

/** Parameters that mean something with the present values of the others; the other side's parameter may take any. */
export function meaningful(controls: readonly ParameterControl[], parameters: Parameters, other?: string): ParameterControl[] {
  const varies = ({ when = {} }: ParameterControl): boolean => other !== undefined && other in when;
  return controls.filter((control) => varies(control) || unmetCondition(control, controls, parameters) === undefined);
}

/** Two sides that are likely to show a difference: weights and rates first, numbers but a run's length next, then lists of values. */
export function usualPlan(controls: readonly ParameterControl[], parameters: Parameters): SweepPlan | undefined {
  const rank = (control: ParameterControl): number => {
    if (control.name === seedName) return 4;
    if (control.kind === 'number') return control.slider ? 0 : isLength(control) ? 3 : 1;
    return { choice: 2, boolean: 2.5, text: 5 }[control.kind];
  };
  const candidates = meaningful(controls, parameters);
  const [columns, rows] = [...candidates].sort((a, b) => rank(a) - rank(b));
  if (!columns) return undefined;
  const axis = (control: ParameterControl): SweepAxis => ({ parameter: control.name, values: usualValues(control, parameters[control.name]) });
  return { columns: axis(columns), ...(rows && { rows: axis(rows) }) };
}

/** The run's seed as if it were a parameter; no technique has one of this name. */
export const seedName = 'seed';

export const seedControl = (present: number): ParameterControl => ({
  kind: 'number', name: seedName, title: 'Seed', help: 'Of everything random', unit: undefined, default: present, whole: true, min: 0, max: undefined,
  exclusive: { min: false, max: false }, word: undefined,
});

function isLength({ name }: ParameterControl): boolean {
  return lengths.includes(name);
}

/** Why the values of a side are refused, as a sentence; undefined where they are not. */
export function axisObjection(control: ParameterControl, { values }: SweepAxis): string | undefined {
  if (values.length === 0) return control.kind === 'choice' || control.kind === 'boolean' ? 'Choose one or more.' : 'Enter one or more values.';
  if (values.length > mostValues) return `A side takes ${mostValues} values at most; these are ${values.length}.`;
  if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) return 'A value is there twice.';
  for (const value of values) {
    const refused = objection(control, value);
    if (refused !== undefined) return values.length > 1 ? `${String(value)}: ${refused}` : refused;
  }
  return undefined;
}

/** Why the whole grid is refused although its sides are not. */
export function planObjection({ columns, rows }: SweepPlan): string | undefined {
  const count = columns.values.length * (rows?.values.length ?? 1);
  if (rows?.parameter === columns.parameter) return 'Both sides have the same parameter.';
  return count > mostCells ? `These are ${count} pictures; at most ${mostCells} are made.` : undefined;
}

/** What each cell takes, row by row: steps, samples or masks; undefined where that is not known beforehand. */
export function lengthsOf(
  plan: SweepPlan, controls: readonly ParameterControl[], parameters: Parameters,
): { unit: string; each: number[] } | undefined {
  const control = meaningful(controls, parameters).find(isLength);
  if (!control) return undefined;
  const each = cellsOf(plan).map((cell) => cell[control.name] ?? parameters[control.name] ?? control.default);
  const unit = control.unit ?? control.name;
  return each.every((one) => typeof one === 'number') ? { unit, each } : undefined;
}

/** A side's name with its unit, e.g. "Size (px)". @param name where the technique does not know it */
export function sideTitle(control: ParameterControl | undefined, name: string): string {
  return control ? `${control.title}${control.unit === undefined ? '' : ` (${control.unit})`}` : name;
}

/** A value as it stands beside its row or above its column. */
export function valueWords(control: ParameterControl | undefined, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (control?.kind === 'choice') return control.choices.find((choice) => choice.value === value)?.label ?? String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
