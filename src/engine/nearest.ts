/** The known names nearest to a mistyped one, for error messages. */
import { distance } from 'fastest-levenshtein';

/** Enough to choose from, few enough to read. */
const most = 3;

/**
 * Names by edit distance, nearest first; those that contain what was typed come before all others.
 * @returns at most three
 */
export function nearest(typed: string, names: Iterable<string>): string[] {
  const wanted = typed.toLowerCase();
  return [...new Set(names)]
    .map((name) => {
      const known = name.toLowerCase();
      return { name, rank: known.includes(wanted) ? known.length - wanted.length - 1e6 : distance(wanted, known) };
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ name }) => name);
}

/** The nearest names as a sentence of help, or '' where there are none. */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const near = nearest(typed, names).map((name) => `"${name}"`);
  if (near.length === 0) return '';
  return `Nearest: ${near.join(', ')}.`;
}
