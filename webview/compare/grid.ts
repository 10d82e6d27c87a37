/** How the cells stand in the window. Pure functions on numbers; lengths are CSS pixels. */

export interface GridRoom {
  readonly width: number;
  readonly height: number;
  /** Between cells. */
  readonly gap: number;
  /** What a cell has around its picture, without words. */
  readonly frame: { readonly width: number; readonly height: number };
  /** Height of the words where they stand beneath the picture; width where they stand beside it. */
  readonly words: { readonly beneath: number; readonly beside: number };
  /** Width of a cell, at least, where there is room for two. */
  readonly least: number;
}

export interface GridLayout {
  readonly columns: number;
  /** Height of a cell's picture. */
  readonly picture: number;
  /** Whether the words stand beside the picture. */
  readonly beside: boolean;
}

/**
 * The layout in which pictures are seen largest without scrolling; where they would be small, the one with as many columns as have room,
 * and the page scrolls.
 * @param aspect width of a picture by its height
 */
export function arrangeCells(count: number, aspect: number, room: GridRoom, mostColumns = Infinity): GridLayout {
  const { width, height, gap, frame, words, least } = room;
  const most = Math.max(1, Math.min(count, mostColumns, Math.floor((width + gap) / (least + gap))));
  const across = (columns: number): number => (width - gap * (columns - 1)) / columns - frame.width;
  let best: GridLayout = { columns: most, picture: across(most) / aspect, beside: false };
  let largest = least / 2 / aspect;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const down = (height - gap * (rows - 1)) / rows - frame.height;
    for (const beside of [false, true]) {
      const picture = beside
        ? Math.min((across(columns) - words.beside) / aspect, Math.max(down, 0))
        : Math.min(across(columns) / aspect, down - words.beneath);
      if (picture <= largest || (beside && picture < words.beneath)) continue;
      best = { columns, picture, beside };
      largest = picture;
    }
  }
  return best;
}
