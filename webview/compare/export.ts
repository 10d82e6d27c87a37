/** Cells as pictures: one of all of them, or one of each for a page. */
import { colorMapOf, colorTable, formatValue, type ColorMap, type DisplayRange } from '../../src/protocol/display.ts';
import { context2d, drawResult, paintable, type PaintedResult } from '../ui/painted-result.ts';
import { encode, faint, font, ink, write } from '../ui/sheet.ts';
import type { CellView } from './cell-view.ts';

/** In pixels. */
const side = 360;
const gap = 24;
const margin = 32;
const headHeight = 40;
const barHeight = 12;
const lineHeight = 19;
/** Longer side of a picture in a page. */
const pageSide = 720;

type Layout = 'overlay' | 'map';

/** All cells with names, scales and facts on white: a PNG file. */
export async function exportPicture(title: string, cells: readonly CellView[], layout: Layout): Promise<Uint8Array<ArrayBuffer>> {
  const painted = cells.map((cell) => ({ name: cell.name, painted: cell.painted!, colorMap: cell.view.value.display.colorMap }));
  const heights = painted.map(({ painted: { size } }) => Math.round((side * size.height) / Math.max(size.width, size.height)));
  const tallest = Math.max(...heights);
  const lines = Math.max(...cells.map(({ said }) => said.length));
  const columns = Math.min(cells.length, cells.length <= 4 ? cells.length : Math.ceil(Math.sqrt(cells.length * 1.5)));
  const rows = Math.ceil(cells.length / columns);
  const cellHeight = lineHeight + 8 + tallest + 10 + barHeight + lineHeight + 8 + lines * lineHeight;
  const scale = 2; // for print and dense screens
  const canvas = paintable({
    width: (2 * margin + columns * side + (columns - 1) * gap) * scale,
    height: (2 * margin + headHeight + rows * cellHeight + (rows - 1) * gap) * scale,
  });
  const context = context2d(canvas);
  context.scale(scale, scale);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'top';
  write(context, title, margin, margin, canvas.width / scale - 2 * margin, `600 20px ${font}`, ink);
  painted.forEach((cell, index) => {
    const x = margin + (index % columns) * (side + gap);
    const y = margin + headHeight + Math.floor(index / columns) * (cellHeight + gap);
    drawCell(context, cell.name, cell.painted, cells[index], layout, x, y, tallest);
  });
  return encode(canvas);
}

/** A cell's picture as a PNG file; `note` says what a cell without a subject shows. */
export interface PageCell {
  readonly index?: number;
  readonly note?: string;
  readonly label: string;
  readonly png: Uint8Array<ArrayBuffer>;
  /** What its colours mean. */
  readonly scale: DisplayRange & { readonly colorMap: ColorMap; readonly unit: string };
}

/** @param what a cell is */
export async function exportPage(
  cells: readonly CellView[], layout: Layout, what: (cell: CellView) => Pick<PageCell, 'index' | 'note'>,
): Promise<PageCell[]> {
  return Promise.all(cells.map(async (cell) => {
    const { size: { width, height }, range, plane, result } = cell.painted!;
    const factor = pageSide / Math.max(width, height);
    const canvas = paintable({ width: width * factor, height: height * factor });
    drawPicture(context2d(canvas), cell, layout, 0, 0, canvas.width, canvas.height);
    return {
      ...what(cell), label: cell.name, png: await encode(canvas),
      scale: { ...range, colorMap: colorMapOf(cell.view.value.display, plane.signed), unit: result.map.unit },
    };
  }));
}

function drawCell(
  context: CanvasRenderingContext2D, name: string, painted: PaintedResult, cell: CellView, layout: Layout, x: number, top: number, tallest: number,
): void {
  write(context, name, x, top, side, `600 14px ${font}`, ink);
  const { size, result, range } = painted;
  const fit = side / Math.max(size.width, size.height);
  const [width, height] = [size.width * fit, size.height * fit];
  let y = top + lineHeight + 8;
  drawPicture(context, cell, layout, x + (side - width) / 2, y + (tallest - height) / 2, width, height);
  y += tallest + 10;
  const colours = colorTable(colorMapOf(cell.view.value.display, painted.plane.signed));
  for (let step = 0; step < 256; step++) {
    context.fillStyle = `rgb(${colours[step * 3]}, ${colours[step * 3 + 1]}, ${colours[step * 3 + 2]})`;
    context.fillRect(x + (step * side) / 256, y, side / 256 + 0.5, barHeight);
  }
  y += barHeight + 3;
  write(context, formatValue(range.min), x, y, side / 3, `12px ${font}`, faint);
  context.textAlign = 'center';
  write(context, result.map.unit, x + side / 2, y, side / 2, `12px ${font}`, faint);
  context.textAlign = 'right';
  write(context, formatValue(range.max), x + side, y, side / 3, `12px ${font}`, faint);
  context.textAlign = 'left';
  y += lineHeight + 8;
  for (const { term, value } of cell.said) {
    context.textAlign = 'right';
    const taken = write(context, value, x + side, y, side * 0.75, `12px ${font}`, ink);
    context.textAlign = 'left';
    write(context, term, x, y, side - taken - 12, `12px ${font}`, faint);
    y += lineHeight;
  }
}

/** As the cell shows it. */
function drawPicture(context: CanvasRenderingContext2D, cell: CellView, layout: Layout, x: number, y: number, width: number, height: number): void {
  drawResult(context, cell.painted!, cell.view.value.display, layout, { x, y, width, height });
}
