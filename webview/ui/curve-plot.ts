/** Curves over one scale. Lines differ in colour and in dashes; the legend says the newest values, those at the mark, or something better. */
import { element, setAttributes, type Attributes } from './element.ts';
import { axisOf, placeOf, shortNumber } from './plot-scale.ts';

const namespace = 'http://www.w3.org/2000/svg';
const height = 132;
const margin = { right: 18, top: 8, bottom: 30 };

/** Left of the drawing: the axis's title, and so much for each character of the longest mark. */
const [titleRoom, characterWidth] = [28, 6.5];

export interface PlottedCurve {
  readonly title: string;
  /** Along the horizontal axis, ascending. */
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** In the legend, in the place of a value. */
  readonly note?: string;
}

/** What the axes say. */
export interface PlotAxes {
  readonly across: string;
  /** How a place along the horizontal axis is written, and said. */
  readonly place: (step: number) => string;
  readonly said: (step: number) => string;
  /** Of the vertical axis, with values that it holds besides the curves'; absent where the title follows from the curves. */
  readonly up?: { readonly title: string; readonly range: readonly number[] };
}

const overSteps: PlotAxes = { across: 'Steps', place: String, said: (step) => `step ${step}` };

/** How many lines have a look of their own; see plot.css. */
const looks = 7;

/** Longer names do not fit beside the axis; the legend has them. */
const longestAxisTitle = 14;

export class CurvePlot {
  readonly root: HTMLElement;
  private readonly drawing = shape('svg', { class: 'plot', role: 'img', height });
  private readonly legend = element('ul', { class: 'legend' });
  private curves: readonly PlottedCurve[] = [];
  /** In the legend, of each curve. */
  private readings: readonly HTMLElement[] = [];
  private total = 0;
  private losses = false;
  private width = 0;
  private left = titleRoom;
  private marked: number | undefined;

  /** @param onPoint called with the place along the horizontal axis that the pointer is at */
  constructor(private readonly axes: PlotAxes = overSteps, onPoint?: (step: number) => void) {
    this.root = element('section', { class: 'curves', id: 'curves', 'aria-label': 'Curves', hidden: true }, this.legend, this.drawing as unknown as HTMLElement);
    new ResizeObserver(() => {
      const { width } = this.drawing.getBoundingClientRect();
      if (Math.abs(width - this.width) < 1) return;
      this.width = width;
      this.draw();
    }).observe(this.root);
    if (!onPoint) return;
    this.drawing.classList.add('pointed');
    this.drawing.addEventListener('pointermove', (event) => {
      const share = (event.clientX - this.drawing.getBoundingClientRect().left - this.left) / (this.width - this.left - margin.right);
      onPoint(Math.min(Math.max(share, 0), 1) * Math.max(this.total, 1));
    });
  }

  /** @param total where the horizontal axis ends, from the beginning. @param losses terms whose ratios matter more than their differences */
  show(curves: readonly PlottedCurve[], total: number, losses = false): void {
    this.losses = losses;
    this.curves = curves;
    this.total = total;
    this.root.hidden = curves.length === 0;
    this.readings = curves.map(() => element('strong'));
    this.legend.replaceChildren(...curves.map(({ title }, index) => (
      element('li', { class: `look-${index % looks}` }, sample(), element('span', {}, inWords(title)), this.readings[index])
    )));
    this.read();
    this.draw();
  }

  /** Marks a place along the horizontal axis. */
  mark(step: number): void {
    this.marked = step;
    this.read();
    this.draw();
  }

  private read(): void {
    const { curves, marked } = this;
    curves.forEach(({ steps, values, note }, index) => {
      this.readings[index].textContent = note ?? shortNumber(values[marked === undefined ? values.length - 1 : nearestIndex(steps, marked)]);
    });
  }

  private draw(): void {
    const { curves, width, axes: { across, place, up } } = this;
    if (curves.length === 0 || width === 0) return;
    const steps = axisOf([0, Math.max(this.total, ...curves.map(({ steps: of }) => of[of.length - 1] ?? 0))], false);
    const values = axisOf([...(up?.range ?? []), ...curves.flatMap((curve) => curve.values)], this.losses);
    const left = titleRoom + characterWidth * Math.max(...values.ticks.map((tick) => shortNumber(tick).length));
    this.left = left;
    const horizontal = { ...steps, high: Math.max(this.total, 1) };
    const x = (step: number): number => left + Math.min(placeOf(horizontal, step), 1) * (width - left - margin.right);
    const y = (value: number): number => height - margin.bottom - placeOf(values, value) * (height - margin.top - margin.bottom);
    const shown = steps.ticks.filter((tick) => tick <= horizontal.high);
    setAttributes(this.drawing, { viewBox: `0 0 ${width} ${height}`, width, 'aria-label': this.words() });
    this.drawing.replaceChildren(
      ...values.ticks.flatMap((tick) => [
        shape('line', { class: 'grid', x1: left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
        text(shortNumber(tick).replace('-', '−'), { class: 'tick', x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }),
      ]),
      ...shown.map((tick) => text(place(tick), { class: 'tick', x: x(tick), y: height - margin.bottom + 14, 'text-anchor': 'middle' })),
      text(across, { class: 'axis', x: (left + width - margin.right) / 2, y: height - 3, 'text-anchor': 'middle' }),
      text(`${this.axisTitle()}${values.logarithmic ? ' (log)' : ''}`, {
        class: 'axis', transform: `translate(10 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle',
      }),
      ...curves.map((curve, index) => shape('path', { class: `line look-${index % looks}`, d: pathOf(curve, x, y) })),
      ...this.markOf(x, y),
    );
  }

  private markOf(x: (step: number) => number, y: (value: number) => number): SVGElement[] {
    const { marked, curves } = this;
    if (marked === undefined) return [];
    const line = shape('line', { class: 'mark', x1: x(marked), x2: x(marked), y1: margin.top, y2: height - margin.bottom });
    return [line, ...curves.map((curve, index) => {
      const at = nearestIndex(curve.steps, marked);
      return shape('circle', { class: `mark-point look-${index % looks}`, cx: x(curve.steps[at]), cy: y(curve.values[at]), r: 3 });
    })];
  }

  private axisTitle(): string {
    if (this.axes.up) return this.axes.up.title;
    if (this.losses) return 'Loss';
    // "Score 1", "Score 2", …; "Probability of the most likely class"
    const [first, ...others] = new Set(this.curves.map(({ title }) => title.split(' ', 1)[0]));
    return others.length === 0 && first.length <= longestAxisTitle ? inWords(first) : 'Value';
  }

  /** The plot as a sentence. */
  private words(): string {
    const { said } = this.axes;
    const range = ({ title, steps, values }: PlottedCurve): string =>
      `${inWords(title)} from ${shortNumber(values[0])} to ${shortNumber(values[values.length - 1])} at ${said(steps[steps.length - 1])}`;
    return `${this.curves.map(range).join('; ')}.`;
  }
}

/** Index of the step nearest to a place. @param steps ascending, at least one */
export function nearestIndex(steps: readonly number[], place: number): number {
  return steps.reduce((best, step, index) => (Math.abs(step - place) < Math.abs(steps[best] - place) ? index : best), 0);
}

function pathOf({ steps, values }: PlottedCurve, x: (step: number) => number, y: (value: number) => number): string {
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
