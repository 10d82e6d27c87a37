/** A cell, larger, beside it: while the pointer rests on it, or the keyboard has brought the focus there. Escape puts it away. */
import { element } from '../ui/element.ts';
import { context2d } from '../ui/painted-result.ts';
import { pixelatedFrom } from '../ui/viewport.ts';
import type { CellView } from './cell-view.ts';

/** A pointer that only passes enlarges nothing. */
const rest = 200;
/** In CSS pixels. */
const longest = 460;
const margin = 12;
const captionHeight = 34;
/** Less than this times the cell is not worth it. */
const least = 1.25;

export class Enlargement {
  readonly root: HTMLElement;
  private readonly canvas = element('canvas', {});
  private readonly caption = element('p', { class: 'enlarged-name' });
  private timer = 0;
  private cell: CellView | undefined;

  constructor() {
    this.root = element('div', { class: 'enlarged', id: 'enlarged', 'aria-hidden': 'true', hidden: true }, this.canvas, this.caption);
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.root.hidden) this.hide();
    });
  }

  /** After a moment. */
  offer(cell: CellView): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.show(cell), rest);
  }

  show(cell: CellView): void {
    clearTimeout(this.timer);
    this.cell = cell;
    this.repaint(cell);
  }

  hide(): void {
    clearTimeout(this.timer);
    this.cell = undefined;
    this.root.hidden = true;
  }

  /** Paints a cell that has changed, where it is the one shown. */
  repaint(cell: CellView): void {
    if (cell !== this.cell) return;
    const { ratio } = cell;
    const box = cell.root.getBoundingClientRect();
    const room = Math.max(box.left, innerWidth - box.right) - 3 * margin;
    const height = Math.min(longest / Math.max(ratio ?? 1, 1), innerHeight - captionHeight - 2 * margin, room / (ratio ?? 1));
    this.root.hidden = ratio === undefined || height < box.height * least;
    if (this.root.hidden || ratio === undefined) return;
    const { canvas } = this;
    Object.assign(canvas, { width: cell.canvas.width, height: cell.canvas.height });
    context2d(canvas).drawImage(cell.canvas, 0, 0);
    canvas.style.width = `${Math.round(height * ratio)}px`;
    canvas.classList.toggle('pixelated', (height * ratio) / canvas.width >= pixelatedFrom);
    this.caption.textContent = cell.name;
    const right = innerWidth - box.right >= box.left;
    const top = Math.min(Math.max(box.top + box.height / 2 - (height + captionHeight) / 2, margin), innerHeight - height - captionHeight - margin);
    Object.assign(this.root.style, { top: `${top}px`, left: right ? `${box.right + margin}px` : '', right: right ? '' : `${innerWidth - box.left + margin}px` });
  }
}
