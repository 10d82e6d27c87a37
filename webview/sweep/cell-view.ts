/** One cell of the grid: the picture or the map as far as it is there, and what it waits for or why it failed. */
import type { Display, DisplayRange } from '../../src/protocol/display.ts';
import type { Pixels } from '../../src/protocol/engine.ts';
import type { Made, SweepCell } from '../../src/protocol/sweep-panel.ts';
import { element, icon, setAttributes } from '../ui/element.ts';
import { context2d, drawResult, PaintedResult, pictureCanvas } from '../ui/painted-result.ts';

/** How maps are drawn. */
export interface MapLook {
  readonly display: Display;
  readonly layout: 'overlay' | 'map';
  /** Of all maps; undefined where each spans its own. */
  readonly range: DisplayRange | undefined;
}

/** Between the pictures of a batch, px. */
const sheetGap = 4;

/** Longer side of a map that is drawn, px. */
const mapSide = 512;

export class CellView {
  readonly root: HTMLElement;
  readonly canvas = element('canvas', { class: 'cell-picture', 'aria-hidden': 'true' });
  /** Of a cell that shows a map. */
  painted: PaintedResult | undefined;
  private readonly bar = element('div', { class: 'progress', hidden: true });
  private readonly cover = element('div', { class: 'cell-cover' });
  private shown: SweepCell = { state: 'waiting' };
  private paints = 0;

  /** @param name of its row and column */
  constructor(readonly index: number, readonly name: string) {
    this.canvas.width = this.canvas.height = 1;
    this.root = element('div', { class: 'sweep-cell', role: 'gridcell', tabindex: -1, 'aria-selected': 'false', id: `cell-${index}` }, this.canvas, this.bar, this.cover);
    this.show({ state: 'waiting' }, undefined);
  }

  get cell(): SweepCell {
    return this.shown;
  }

  get made(): Made | undefined {
    return 'made' in this.shown ? this.shown.made : undefined;
  }

  /** Width of the picture by its height; undefined where there is none. */
  get ratio(): number | undefined {
    const { made } = this;
    if (!made) return undefined;
    const { width, height } = 'pictures' in made ? sheetSize(made.pictures) : made.result.picture;
    return width / height;
  }

  /** @param picture that maps are drawn on, once it is there */
  show(cell: SweepCell, picture: HTMLCanvasElement | undefined): void {
    this.shown = cell;
    const { made } = this;
    this.painted = made && 'result' in made ? new PaintedResult(made.result, picture) : undefined;
    if (made && 'pictures' in made) this.paintPictures(made.pictures);
    this.root.dataset.state = cell.state;
    this.root.classList.toggle('pictured', made !== undefined);
    this.bar.hidden = cell.state !== 'busy';
    const fraction = cell.state === 'busy' ? cell.fraction : undefined;
    this.bar.classList.toggle('indeterminate', fraction === undefined);
    this.bar.style.setProperty('--share', String(fraction ?? 0));
    this.cover.replaceChildren(...coverOf(cell));
    setAttributes(this.root, { 'aria-label': `${this.name}, ${stateWords(cell)}`, 'aria-busy': cell.state === 'busy' ? 'true' : undefined });
  }

  /** Draws the map anew; a picture stays as it is. */
  recolour({ display, layout, range }: MapLook): void {
    const { painted, canvas } = this;
    if (!painted) return;
    painted.range = range ?? painted.ownRange;
    const scale = mapSide / Math.max(painted.size.width, painted.size.height);
    resize(canvas, Math.round(painted.size.width * scale), Math.round(painted.size.height * scale));
    drawResult(context2d(canvas), painted, display, layout, { x: 0, y: 0, width: canvas.width, height: canvas.height });
    canvas.dataset.painted = String(++this.paints);
  }

  private paintPictures(pictures: readonly Pixels[]): void {
    const { width, height, columns } = sheetSize(pictures);
    const [first] = pictures;
    resize(this.canvas, width, height);
    pictures.forEach((pixels, n) => context2d(this.canvas).drawImage(
      pictureCanvas(pixels), (n % columns) * (first.width + sheetGap), Math.floor(n / columns) * (first.height + sheetGap)));
    this.canvas.dataset.painted = String(++this.paints);
  }
}

/** All pictures of a batch, which have one size, in as many columns as rows or one more. */
function sheetSize(pictures: readonly Pixels[]): { width: number; height: number; columns: number } {
  const [{ width, height }] = pictures;
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const rows = Math.ceil(pictures.length / columns);
  return { width: columns * (width + sheetGap) - sheetGap, height: rows * (height + sheetGap) - sheetGap, columns };
}

function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  Object.assign(canvas, { width, height }); // clears it, too
}

function coverOf(cell: SweepCell): Node[] {
  switch (cell.state) {
    case 'waiting': return [];
    case 'busy': return [element('span', { class: 'cell-words' }, cell.message)];
    case 'done': return cell.outcome?.fooled === undefined ? [] : [foolingMark(cell.outcome.fooled)];
    case 'stopped': return [icon('debug-stop')];
    case 'failed': return [icon('error'), element('span', { class: 'cell-words' }, cell.error.message)];
  }
}

function foolingMark(fooled: boolean): HTMLElement {
  return element('span', { class: `cell-mark ${fooled ? 'fooled' : 'not-fooled'}` }, icon(fooled ? 'pass-filled' : 'circle-slash'), fooled ? 'Fooled' : 'Not fooled');
}

export function stateWords(cell: SweepCell): string {
  switch (cell.state) {
    case 'waiting': return 'waiting';
    case 'busy': return 'under way';
    case 'done': return cell.outcome?.fooled === undefined ? 'done' : cell.outcome.fooled ? 'done, the model is fooled' : 'done, the model is not fooled';
    case 'stopped': return cell.made ? 'stopped' : 'not made';
    case 'failed': return `failed. ${cell.error.message}`;
  }
}
