/** How the cells stand in the window. Pure functions on numbers; lengths are CSS pixels. */

export interface GridRoom {
  readonly width: number;
  readonly height: number;
  /** Between cells. */
  readonly gap: number;
  /** Width and height of what a cell has beside its picture. */
  readonly frame: number;
  readonly words: number;
  /** Width of a cell, at least, where there is room for two. */
  readonly least: number;
}

export interface GridLayout {
  readonly columns: number;
  /** Height of a cell's picture. */
  readonly picture: number;
}

/**
 * The columns at which pictures are seen largest without scrolling; where they would be small, as many as have room, and the page scrolls.
 * @param aspect width of a picture by its height
 */
export function arrangeCells(count: number, aspect: number, room: GridRoom, mostColumns = Infinity): GridLayout {
  const { width, height, gap, frame, words, least } = room;
  const most = Math.max(1, Math.min(count, mostColumns, Math.floor((width + gap) / (least + gap))));
  const across = (columns: number): number => (width - gap * (columns - 1)) / columns - frame;
  let best = { columns: most, picture: across(most) / aspect };
  let largest = 0;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const down = (height - gap * (rows - 1)) / rows - words;
    const picture = Math.min(across(columns) / aspect, down);
    if (picture > largest && picture * aspect >= least / 2) {
      best = { columns, picture };
      largest = picture;
    }
  }
  return best;
}
