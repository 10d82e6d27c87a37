/** The score, or the terms of the loss, over the steps. Lines differ in colour and in dashes; the legend says the newest values. */
import type { Curve } from '../../src/protocol/studio-panel.ts';
import { element, setAttributes, type Attributes } from './element.ts';
import { axisOf, placeOf, shortNumber } from './plot-scale.ts';

const namespace = 'http://www.w3.org/2000/svg';
const height = 132;
const margin = { left: 66, right: 12, top: 8, bottom: 30 };

/** How many lines have a look of their own; see plot.css. */
const looks = 7;

/** Longer names do not fit beside the axis; the legend has them. */
const longestAxisTitle = 14;

export class CurvePlot {
  readonly root: HTMLElement;
  private readonly drawing = shape('svg', { class: 'plot', role: 'img', height });
  private readonly legend = element('ul', { class: 'legend' });
  private curves: readonly Curve[] = [];
  private total = 0;
  private losses = false;
  private width = 0;

  constructor() {
    this.root = element('section', { class: 'curves', id: 'curves', 'aria-label': 'Curves', hidden: true }, this.legend, this.drawing as unknown as HTMLElement);
    new ResizeObserver(() => {
      const { width } = this.root.getBoundingClientRect();
      if (Math.abs(width - this.width) < 1) return;
      this.width = width;
      this.draw();
    }).observe(this.root);
  }

  /** @param total steps planned: the axis is as long from the beginning. @param losses terms whose ratios matter more than their differences */
  show(curves: readonly Curve[], total: number, losses: boolean): void {
    this.losses = losses;
    this.curves = curves;
    this.total = total;
    this.root.hidden = curves.length === 0;
    this.legend.replaceChildren(...curves.map(({ title, values }, index) => element('li', { class: `look-${index % looks}` },
      sample(), element('span', {}, inWords(title)), element('strong', {}, shortNumber(values[values.length - 1])))));
    this.draw();
  }

  private draw(): void {
    const { curves, width } = this;
    if (curves.length === 0 || width === 0) return;
    const steps = axisOf([0, Math.max(this.total, ...curves.map(({ steps: of }) => of[of.length - 1] ?? 0))], false);
    const values = axisOf(curves.flatMap((curve) => curve.values), this.losses);
    const horizontal = { ...steps, high: Math.max(this.total, 1) };
    const x = (step: number): number => margin.left + Math.min(placeOf(horizontal, step), 1) * (width - margin.left - margin.right);
    const y = (value: number): number => height - margin.bottom - placeOf(values, value) * (height - margin.top - margin.bottom);
    const shown = steps.ticks.filter((tick) => tick <= horizontal.high);
    setAttributes(this.drawing, { viewBox: `0 0 ${width} ${height}`, width, 'aria-label': this.words() });
    this.drawing.replaceChildren(
      ...values.ticks.flatMap((tick) => [
        shape('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
        text(shortNumber(tick), { class: 'tick', x: margin.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }),
      ]),
      ...shown.map((tick) => text(String(tick), { class: 'tick', x: x(tick), y: height - margin.bottom + 14, 'text-anchor': 'middle' })),
      text('Steps', { class: 'axis', x: (margin.left + width - margin.right) / 2, y: height - 3, 'text-anchor': 'middle' }),
      text(`${this.axisTitle()}${values.logarithmic ? ' (log)' : ''}`, {
        class: 'axis', transform: `translate(10 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle',
      }),
      ...curves.map((curve, index) => shape('path', { class: `line look-${index % looks}`, d: pathOf(curve, x, y) })),
    );
  }

  private axisTitle(): string {
    const [{ title }] = this.curves;
    if (this.losses) return 'Loss';
    return this.curves.length === 1 && title.length <= longestAxisTitle ? inWords(title) : 'Value';
  }

  /** The plot as a sentence. */
  private words(): string {
    const range = ({ title, steps, values }: Curve): string =>
      `${inWords(title)} from ${shortNumber(values[0])} to ${shortNumber(values[values.length - 1])} at step ${steps[steps.length - 1]}`;
    return `${this.curves.map(range).join('; ')}.`;
  }
}

function pathOf({ steps, values }: Curve, x: (step: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  return steps.map((step, index) => {
    const value = values[index];
    if (!Number.isFinite(value)) {
      pen = 'M';
      return '';
    }
    const point = `${pen}${x(step).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
    return point;
  }).join('');
}

/** A piece of a line for the legend. */
function sample(): Element {
  const drawing = shape('svg', { class: 'plot-sample', width: 18, height: 8, 'aria-hidden': 'true' });
  drawing.append(shape('path', { class: 'line', d: 'M0 4L18 4' }));
  return drawing;
}

function shape(name: string, attributes: Attributes): SVGElement {
  const created = document.createElementNS(namespace, name);
  setAttributes(created, attributes);
  return created;
}

function text(words: string, attributes: Attributes): SVGElement {
  const created = shape('text', attributes);
  created.textContent = words;
  return created;
}

function inWords(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
