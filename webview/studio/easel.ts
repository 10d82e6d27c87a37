/** Pictures side by side, as large as there is room, and a contact sheet to choose one from. */
import type { Pixels } from '../../src/protocol/engine.ts';
import { element, setAttributes } from '../ui/element.ts';
import { pixelatedFrom } from '../ui/viewport.ts';

export interface Figure {
  /** Stays the same while the picture changes. */
  readonly id: string;
  readonly caption: string;
  readonly pixels: Pixels;
  /** The picture that is made; the others are there to be compared with it. */
  readonly main?: boolean;
}

interface Drawn {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly caption: HTMLElement;
}

export class Easel {
  readonly root: HTMLElement;
  private readonly row = element('div', { class: 'figures' });
  private readonly sheet = element('div', { class: 'sheet', id: 'sheet', role: 'group', 'aria-label': 'All pictures', hidden: true });
  private readonly drawn = new Map<string, Drawn>();
  private readonly thumbs: HTMLButtonElement[] = [];
  private paints = 0;

  constructor(private readonly onChoose: (index: number) => void) {
    this.root = element('div', { class: 'easel' }, this.row, this.sheet);
    new ResizeObserver(() => this.sharpen()).observe(this.row);
  }

  /** Shows figures in their order. */
  show(figures: readonly Figure[]): void {
    for (const [id, { root }] of this.drawn) {
      if (figures.some((figure) => figure.id === id)) continue;
      root.remove();
      this.drawn.delete(id);
    }
    figures.forEach((figure, index) => {
      const drawn = this.drawn.get(figure.id) ?? this.add(figure);
      if (this.row.children[index] !== drawn.root) this.row.insertBefore(drawn.root, this.row.children[index] ?? null);
      drawn.caption.textContent = figure.caption;
      drawn.root.classList.toggle('main', figure.main ?? false);
      setAttributes(drawn.canvas, { 'aria-label': figure.caption });
      drawn.canvas.style.setProperty('--ratio', String(figure.pixels.width / figure.pixels.height));
      paint(drawn.canvas, figure.pixels);
      drawn.canvas.dataset.painted = String(++this.paints);
    });
    this.row.classList.toggle('several', figures.length > 1);
    this.sharpen();
  }

  /** One button for each picture of a batch; none where there is only one. */
  showSheet(pictures: readonly Pixels[], names: readonly string[], chosen: number): void {
    this.sheet.hidden = pictures.length < 2;
    if (this.sheet.hidden) return;
    while (this.thumbs.length < pictures.length) this.thumbs.push(this.thumb(this.thumbs.length));
    for (const extra of this.thumbs.splice(pictures.length)) extra.remove();
    this.thumbs.forEach((thumb, index) => {
      paint(thumb.querySelector('canvas')!, pictures[index]);
      thumb.lastElementChild!.textContent = names[index];
      setAttributes(thumb, { 'aria-pressed': index === chosen ? 'true' : 'false', title: names[index] });
      if (!thumb.isConnected) this.sheet.append(thumb);
    });
  }

  private thumb(index: number): HTMLButtonElement {
    const thumb = element('button', { class: 'thumb', type: 'button' }, element('canvas', { 'aria-hidden': 'true' }), element('span', { class: 'thumb-name' }));
    thumb.addEventListener('click', () => this.onChoose(index));
    return thumb;
  }

  private add({ id }: Figure): Drawn {
    const canvas = element('canvas', { class: 'figure-picture', role: 'img', id: `picture-${id}` });
    const caption = element('figcaption', { class: 'figure-caption' });
    const root = element('figure', { class: 'figure' }, canvas, caption);
    const drawn = { root, canvas, caption };
    this.drawn.set(id, drawn);
    return drawn;
  }

  /** Enlarged pixels are shown as squares from a certain scale on, so that nothing is made up. */
  private sharpen(): void {
    for (const { canvas } of this.drawn.values()) {
      canvas.classList.toggle('pixelated', canvas.clientWidth / canvas.width >= pixelatedFrom);
    }
  }
}

function paint(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
}
