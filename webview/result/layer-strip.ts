/** Every layer at a glance: a small map for each, in the order of the network; choosing one explains at it. */
import type { Display } from '../../src/protocol/display.ts';
import type { LayerStripEntry } from '../../src/protocol/engine.ts';
import { breakable } from '../ui/breakable.ts';
import { element } from '../ui/element.ts';
import { paintable, paintThumbnail, type PaintedResult } from '../ui/painted-result.ts';
import { formatShape } from '../ui/words.ts';
import { isZero, thumbnail } from './thumbnail.ts';

/** Of the canvas; shown at half of it, so that it is sharp on dense screens. */
const thumbnailSide = 152;

/** Characters of a name that three lines beneath a map hold. */
const nameLength = 24;

export class LayerStrip {
  readonly root: HTMLElement;
  private readonly row = element('div', { class: 'strip-row', role: 'group', 'aria-label': 'Layers' });
  private entries: readonly LayerStripEntry[] = [];
  private canvases: HTMLCanvasElement[] = [];
  private colorMap: Display['colorMap'];
  private beneath: PaintedResult | undefined;

  constructor(private readonly onPick: (layer: string) => void) {
    this.root = element('section', { class: 'strip', id: 'strip', 'aria-label': 'Every layer', hidden: true }, this.row);
    this.row.addEventListener('keydown', (event) => this.keyDown(event));
  }

  set open(open: boolean) {
    this.root.hidden = !open;
  }

  /** Entries of another subject stay, dimmed, until the new ones come. */
  set stale(stale: boolean) {
    this.row.classList.toggle('stale', stale && this.entries.length > 0);
    if (stale && this.entries.length === 0) this.row.replaceChildren(element('p', { class: 'strip-empty' }, 'The maps of every layer come here.'));
  }

  /** @param beneath the result whose picture is seen beneath the maps @param refused why there are none */
  show(
    entries: readonly LayerStripEntry[], selected: string | undefined, display: Display, beneath: PaintedResult | undefined,
    refused = 'No spatial layer of this model leads to the score.',
  ): void {
    this.entries = entries;
    this.beneath = beneath;
    this.canvases = entries.map(() => paintable({ width: thumbnailSide, height: thumbnailSide }));
    this.row.replaceChildren(...entries.map((entry, index) => this.item(entry, this.canvases[index])));
    this.paint(display);
    this.select(selected);
    if (entries.length === 0) this.row.append(element('p', { class: 'strip-empty' }, refused));
  }

  select(layer: string | undefined): void {
    for (const item of this.row.querySelectorAll<HTMLElement>('.strip-item')) {
      const selected = item.dataset.layer === layer;
      item.setAttribute('aria-pressed', String(selected));
      item.tabIndex = selected ? 0 : -1;
      if (selected) item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    const first = this.row.querySelector<HTMLElement>('.strip-item');
    if (first && !this.row.querySelector('.strip-item[tabindex="0"]')) first.tabIndex = 0;
  }

  recolour(display: Display): void {
    if (display.colorMap !== this.colorMap) this.paint(display);
  }

  private paint(display: Display): void {
    this.colorMap = display.colorMap;
    this.entries.forEach(({ map }, index) => paintThumbnail(this.canvases[index], map, display, this.beneath));
  }

  private item({ layer, map }: LayerStripEntry, canvas: HTMLCanvasElement): HTMLElement {
    const facts = `${layer.op}, ${formatShape(layer)}${isZero(map) ? ', no evidence: the map is zero everywhere' : ''}`;
    const item = element('button', {
      class: 'strip-item', type: 'button', 'data-layer': layer.name, title: `${layer.name}\n${facts}`, 'aria-label': `${layer.name}, ${facts}`,
    }, thumbnail(canvas, map, 'no evidence'),
    element('span', { class: 'strip-shape' }, formatShape(layer)), element('span', { class: 'strip-name' }, ...breakable(nameEnd(layer.name))));
    item.addEventListener('click', () => this.onPick(layer.name));
    return item;
  }

  private keyDown(event: KeyboardEvent): void {
    const items = [...this.row.querySelectorAll<HTMLElement>('.strip-item')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const targets: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 };
    if (at < 0 || !(event.key in targets)) return;
    event.preventDefault();
    items[Math.max(0, Math.min(targets[event.key], items.length - 1))].focus();
  }
}

/**
 * The end of a layer's name, as much as three lines hold, cut between its parts. Exporters end every tensor's name alike; what tells layers
 * apart comes before that.
 */
function nameEnd(name: string): string {
  const parts = name.replace(/_output_0$/, '').replace(/^\//, '').split(/(?<=[/.])/);
  let from = parts.length - 1;
  while (from > 0 && parts.slice(from - 1).join('').length <= nameLength) from--;
  return `${from > 0 ? '…' : ''}${parts.slice(from).join('')}`;
}
