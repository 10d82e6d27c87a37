/** The colours of the map with their values in its own unit; what the threshold hides is hidden here too, and the value pointed at is marked. */
import { colorMapOf, colorTable, formatValue, ticks, type Display, type DisplayRange, type Tick } from '../../src/protocol/display.ts';
import { element } from './element.ts';
import { context2d, paintable, type PaintedResult } from './painted-result.ts';

export class ColourBar {
  readonly root: HTMLElement;
  private readonly canvas = paintable({ width: 256, height: 1 });
  private readonly marker = element('span', { class: 'colour-bar-marker', hidden: true });
  private readonly ticks = element('div', { class: 'colour-bar-ticks', 'aria-hidden': 'true' });
  private painted: PaintedResult | undefined;

  constructor(id?: string) {
    this.canvas.className = 'colour-bar-canvas';
    this.root = element('div', { class: 'colour-bar', role: 'img', id },
      element('div', { class: 'colour-bar-track' }, this.canvas, this.marker), this.ticks);
  }

  show(painted: PaintedResult, display: Display): void {
    this.painted = painted;
    const { range, plane, result } = painted;
    this.paintTrack(display);
    const marks = withEnds(ticks(range, 4), range, plane.signed);
    this.ticks.replaceChildren(...marks.map(({ position, label }) => {
      const edge = position < 0.02 ? ' start' : position > 0.98 ? ' end' : ''; // labels stay within the bar
      const mark = element('span', { class: `colour-bar-tick${edge}` }, label.replace('-', '−'));
      mark.style.left = `${position * 100}%`;
      return mark;
    }));
    this.root.setAttribute('aria-label',
      `Colour bar, ${colorMapOf(display, plane.signed)}, from ${marks[0].label} to ${marks[marks.length - 1].label}, ${result.map.unit}`);
  }

  /** Marks a value of the map; undefined takes the mark away. */
  mark(value: number | undefined): void {
    const range = this.painted?.range;
    this.marker.hidden = value === undefined || !range || !(range.max > range.min);
    if (this.marker.hidden || !range) return;
    const share = (value! - range.min) / (range.max - range.min);
    this.marker.style.left = `${Math.min(Math.max(share, 0), 1) * 100}%`;
  }

  private paintTrack(display: Display): void {
    const { range, plane } = this.painted!;
    const table = colorTable(colorMapOf(display, plane.signed));
    const image = new ImageData(256, 1);
    const least = display.threshold * Math.max(Math.abs(range.min), Math.abs(range.max));
    for (let i = 0; i < 256; i++) {
      const value = range.min + ((range.max - range.min) * i) / 255;
      image.data.set(table.subarray(i * 3, i * 3 + 3), i * 4);
      image.data[i * 4 + 3] = Math.abs(value) < least ? 0 : 255;
    }
    context2d(this.canvas).putImageData(image, 0, 0);
  }
}

/** Room that a label needs, as a share of the bar. */
const labelShare = 0.25;

/** The marks and the ends of the range themselves, in place of marks that would lie under their labels. */
function withEnds(marks: readonly Tick[], { min, max }: DisplayRange, signed: boolean): Tick[] {
  if (!(max > min)) return marks.map((mark) => ({ ...mark, position: signed ? 0.5 : 0 }));
  const end = (value: number, position: number): Tick => ({ value, position, label: formatValue(value) });
  return [end(min, 0), ...marks.filter(({ position }) => position >= labelShare && position <= 1 - labelShare), end(max, 1)];
}
