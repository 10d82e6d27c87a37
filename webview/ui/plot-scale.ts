/** Axes of a plot: how values become places, and which of them are marked. Pure functions. */

export interface Axis {
  /** Whether equal distances are equal ratios. */
  readonly logarithmic: boolean;
  readonly low: number;
  readonly high: number;
  /** Marked values, ascending. */
  readonly ticks: readonly number[];
}

/** Ranges over so many times their least value are shown logarithmically: otherwise all but the largest term lie on the floor. */
const wide = 100;

/** Steps between ticks, as parts of a power of ten. */
const niceSteps = [1, 2, 5, 10];

/** Decades that are shown at most: what is smaller lies on the floor. */
const mostDecades = 6;

/** An axis that holds all values. @param allowLog whether ratios may matter more than differences, as those of losses do */
export function axisOf(values: readonly number[], allowLog: boolean): Axis {
  const finite = values.filter(Number.isFinite);
  const [least, most] = finite.length === 0 ? [0, 1] : [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const smallest = finite.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
  return allowLog && least >= 0 && most / smallest >= wide ? logarithmic(Math.max(smallest, most / 10 ** mostDecades), most) : linear(least, most);
}

function linear(least: number, most: number): Axis {
  const size = Math.max(Math.abs(least), Math.abs(most));
  // Beside differences below a millionth of the values, their own rounding would be seen. Its logarithm is needed.
  const span = Math.max(most - least || size || 1, size * 1e-6, Number.MIN_VALUE * 1e20);
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = power * (niceSteps.find((nice) => span / (nice * power) <= 4) ?? 10);
  const [first, last] = [Math.floor(least / step + 1e-9), Math.max(Math.ceil(most / step - 1e-9), Math.floor(least / step + 1e-9) + 1)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
  return { logarithmic: false, low: ticks[0], high: ticks[ticks.length - 1], ticks };
}

function logarithmic(least: number, most: number): Axis {
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const stride = Math.ceil((last - first) / 5);
  const ticks = Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => 10 ** (first + index * stride));
  return { logarithmic: true, low: 10 ** first, high: 10 ** last, ticks };
}

/** Where a value lies on the axis, 0 to 1; of a logarithmic one, all that is below its end lies at it. */
export function placeOf({ logarithmic: byRatio, low, high }: Axis, value: number): number {
  return byRatio ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** A value in few characters: 0.0012, 3.4, 1.2e6. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
  return String(Number(value.toPrecision(3)));
}
