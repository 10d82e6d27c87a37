/** Finds options of a long list by what is typed. */

export interface ComboboxOption {
  readonly value: string;
  readonly label: string;
  /** Shown smaller at the end of the row, and searched too, e.g. a class index or a layer's shape. */
  readonly detail?: string;
}

/** Rank of a match, best first: the exact detail, the start of the label, the start of a word, anywhere; undefined where nothing matches. */
function rank(option: ComboboxOption, query: string): number | undefined {
  const label = option.label.toLowerCase();
  const detail = option.detail?.toLowerCase() ?? '';
  if (detail === query) return 0;
  if (label.startsWith(query)) return 1;
  const at = label.indexOf(query);
  if (at > 0) return /[\p{L}\p{N}]/u.test(label[at - 1]) ? 3 : 2;
  return detail.includes(query) ? 4 : undefined;
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
