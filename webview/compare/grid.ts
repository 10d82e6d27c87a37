/** How many cells stand in a row. */

export interface GridRoom {
  readonly width: number;
  readonly height: number;
  /** Between cells. */
  readonly gap: number;
  /** Height of what a cell has beside its picture. */
  readonly words: number;
  /** A cell is no narrower where there is room for two. */
  readonly least: number;
}

/**
 * The number of columns at which pictures are seen largest without scrolling; of those that scroll, the least number that fills the width.
 * @param aspect width of a picture by its height
 */
export function bestColumns(count: number, aspect: number, { width, height, gap, words, least }: GridRoom): number {
  const most = Math.max(1, Math.min(count, Math.floor((width + gap) / (least + gap))));
  let best = most;
  let largest = 0;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (width - gap * (columns - 1)) / columns;
    const down = (height - gap * (rows - 1)) / rows - words;
    const seen = Math.min(across, down * aspect);
    if (seen > largest) [best, largest] = [columns, seen];
  }
  return largest < least / 2 ? most : best;
}
