/** Which class a request means: an index, a name, an unambiguous part of a name, or the most likely class. */
import { FoveaError } from '../protocol/errors.ts';
import { didYouMean } from './nearest.ts';

/** Names listed in a message about an ambiguous one. */
const listed = 5;

/**
 * The class index that was asked for; 'top' is left to the caller, who knows the logits.
 * @param wanted index, name, or part of a name; ImageNet's names are lists of synonyms, each of which is a name too
 * @param count number of classes of the model
 * @param labels class names in order; may be shorter than `count`
 * @throws FoveaError `class-out-of-range`, `class-unknown` (with nearest names, or with those that match)
 */
export function resolveClass(wanted: number | string, count: number, labels: readonly string[]): number {
  if (typeof wanted === 'number') return inRange(wanted, count);
  const text = wanted.trim();
  if (/^[+-]?\d+$/.test(text)) return inRange(Number(text), count);

  const names = labels.slice(0, count).map((label) => label.toLowerCase());
  const query = text.toLowerCase();
  const whole = indices(names, (name) => name === query);
  const synonym = indices(names, (name) => name.split(',').some((part) => part.trim() === query));
  const part = query === '' ? [] : indices(names, (name) => name.includes(query));
  const matches = [whole, synonym, part].find((found) => found.length > 0) ?? [];
  if (matches.length === 1) return matches[0];
  if (matches.length === 0) {
    throw new FoveaError('class-unknown', `The model has no class "${text}".`,
      didYouMean(text, labels.slice(0, count).flatMap((label) => label.split(',').map((name) => name.trim()))));
  }
  const some = matches.slice(0, listed).map((index) => `${index} ${labels[index]}`).join('; ');
  const more = matches.length > listed ? `; and ${matches.length - listed} more` : '';
  throw new FoveaError('class-unknown', `"${text}" may mean ${matches.length} classes: ${some}${more}.`, 'Give more of the name, or the index.');
}

function indices(names: readonly string[], matches: (name: string) => boolean): number[] {
  return names.flatMap((name, index) => (matches(name) ? [index] : []));
}

function inRange(index: number, count: number): number {
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new FoveaError('class-out-of-range', `The model has no class ${index}; it has ${count} classes.`, `Classes are numbered from 0 to ${count - 1}.`);
}
