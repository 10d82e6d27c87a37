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

/** The names like the mistyped one as a sentence of help; some names where none is like it, '' where there are none. */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const known = [...names];
  const alike = nearest(typed, known).filter((name) => isLike(typed.toLowerCase(), name.toLowerCase()));
  if (alike.length > 0) return `Nearest: ${quoted(alike)}.`;
  return known.length > 0 ? `For example: ${quoted([...new Set(known)].slice(0, most))}.` : '';
}

/** Whether somebody who typed the one may have meant the other: half of it or more stays. Numbers are not mistyped words. */
function isLike(typed: string, name: string): boolean {
  if (typed.trim() === '') return false;
  return name.includes(typed) || (/\p{Letter}/u.test(typed) && distance(typed, name) <= Math.max(typed.length, name.length) / 2);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
