/** The grid as pictures: one of all of it, or one of each cell for a page. */
import type { ParameterControl } from '../../src/protocol/parameter-controls.ts';
import type { PlanState } from '../../src/protocol/sweep-panel.ts';
import { sideTitle, valueWords } from '../../src/protocol/sweep-plan.ts';
import { context2d, paintable } from '../ui/painted-result.ts';
import { encode, faint, font, ink, write } from '../ui/sheet.ts';
import type { CellView } from './cell-view.ts';

/** In pixels of the file. */
const gap = 12;
const margin = 48;
const headHeight = 64;
const lineHeight = 34;
const rowHead = 150;
/** Longer side of a cell, and of the whole as far as that leaves cells worth a look. */
const side = { least: 160, most: 512 };
const longest = 6000;

export interface ExportedGrid {
  readonly title: string;
  readonly plan: PlanState;
  readonly controls: readonly ParameterControl[];
  readonly cells: readonly CellView[];
}

/** All cells with the values along their sides on white: a PNG file. */
export async function exportPicture({ title, plan: { columns, rows }, controls, cells }: ExportedGrid): Promise<Uint8Array<ArrayBuffer>> {
  const [across, down] = [columns.values.length, rows?.values.length ?? 1];
  const ratio = cells.find((cell) => cell.ratio !== undefined)?.ratio ?? 1;
  const room = (longest - 2 * margin - rowHead) / Math.max(across, down) - gap;
  const longer = Math.min(Math.max(room, side.least), side.most);
  const [width, height] = ratio >= 1 ? [longer, longer / ratio] : [longer * ratio, longer];
  const left = margin + (rows ? rowHead : 0);
  const top = margin + headHeight + 2 * lineHeight;
  const canvas = paintable({ width: left + across * (width + gap) + margin, height: top + down * (height + gap) + margin });
  const context = context2d(canvas);
  const control = (name: string) => controls.find((one) => one.name === name);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'top';
  context.imageSmoothingQuality = 'high';
  write(context, title, margin, margin, canvas.width - 2 * margin, `600 32px ${font}`, ink);
  context.textAlign = 'center';
  const wide = across * (width + gap) - gap;
  write(context, sideTitle(control(columns.parameter), columns.parameter), left + wide / 2, margin + headHeight, wide, `22px ${font}`, faint);
  columns.values.forEach((value, column) => write(
    context, valueWords(control(columns.parameter), value), left + column * (width + gap) + width / 2, margin + headHeight + lineHeight, width, `600 22px ${font}`, ink));
  rows?.values.forEach((value, row) => write(
    context, valueWords(control(rows.parameter), value), margin + 34 + (rowHead - 50) / 2, top + row * (height + gap) + height / 2 - 11, rowHead - 50, `600 22px ${font}`, ink));
  if (rows) {
    const tall = down * (height + gap) - gap;
    context.save();
    context.translate(margin, top + tall / 2);
    context.rotate(-Math.PI / 2);
    write(context, sideTitle(control(rows.parameter), rows.parameter), 0, 0, tall, `22px ${font}`, faint);
    context.restore();
  }
  cells.forEach((cell, index) => {
    const [x, y] = [left + (index % across) * (width + gap), top + Math.floor(index / across) * (height + gap)];
    if (cell.ratio !== undefined) context.drawImage(cell.canvas, x, y, width, height);
    else {
      context.strokeStyle = '#d0d7de';
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
  });
  return encode(canvas);
}

/** The picture of each cell that is done. */
export async function exportPage(cells: readonly CellView[]): Promise<{ index: number; png: Uint8Array<ArrayBuffer> }[]> {
  return Promise.all(cells.filter(({ cell }) => cell.state === 'done').map(async ({ index, canvas }) => ({ index, png: await encode(canvas) })));
}
