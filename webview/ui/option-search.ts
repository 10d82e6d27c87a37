/** Finds options of a long list by what is typed. */

export interface ComboboxOption {
  readonly value: string;
  readonly label: string;
  /** Shown smaller at the end of the row, and searched too, e.g. a class index or a layer's shape. */
  readonly detail?: string;
}

const notInWord = /[^\p{L}\p{N}]+/u;

/**
 * Rank of a match, best first: the exact detail or name, a whole word, the start of the label, the start of a word, anywhere;
 * undefined where nothing matches.
 */
function rank(option: ComboboxOption, query: string): number | undefined {
  const label = option.label.toLowerCase();
  const detail = option.detail?.toLowerCase() ?? '';
  if (detail === query || label === query) return 0;
  if (label.split(notInWord).includes(query)) return 1;
  if (label.startsWith(query)) return 2;
  const at = label.indexOf(query);
  if (at > 0) return notInWord.test(label[at - 1]) ? 3 : 4;
  return detail.includes(query) ? 5 : undefined;
}

/** Options that contain the query in any case, best matches first, otherwise in their own order; all of them for an empty query. */
export function rankOptions(options: readonly ComboboxOption[], query: string): readonly ComboboxOption[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return options;
  return options
    .map((option) => ({ option, rank: rank(option, wanted) }))
    .filter((match) => match.rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!)
    .map(({ option }) => option);
}
