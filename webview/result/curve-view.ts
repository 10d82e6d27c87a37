/** Deletion and insertion as curves, and what the model saw at the place of them that is pointed at. */
import { formatValue } from '../../src/protocol/display.ts';
import type { CurvePictures, Evaluation, MeasureCurve } from '../../src/protocol/measures.ts';
import { CurvePlot, nearestIndex } from '../ui/curve-plot.ts';
import { element } from '../ui/element.ts';
import { context2d, paintable } from '../ui/painted-result.ts';
import { Slider } from '../ui/slider.ts';
import { formatProbability } from '../ui/words.ts';

type Curved = Evaluation & { readonly curve: MeasureCurve };

/** What is looked at first: as a rule the curves have parted there. */
const firstShare = 0.2;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export class CurveView {
  readonly root: HTMLElement;
  private readonly plot = new CurvePlot(
    { across: 'Pixels changed', place: percent, said: percent, up: { title: 'Probability', range: [0] } }, (share) => this.point(share));
  private readonly slider = new Slider('Pixels changed', 'curve-share', (share) => this.point(share));
  private readonly pictures = element('div', { class: 'curve-pictures' });
  private readonly canvases = new Map<string, { readonly root: HTMLElement; readonly canvas: HTMLCanvasElement; readonly caption: HTMLElement }>();
  private curved: readonly Curved[] = [];
  private share = firstShare;

  constructor() {
    this.root = element('div', { class: 'measure-curves', hidden: true }, this.plot.root, this.slider.root, this.pictures);
  }

  show(evaluations: readonly Evaluation[]): void {
    this.curved = evaluations.filter((one): one is Curved => one.curve !== undefined);
    this.root.hidden = this.curved.length === 0;
    this.plot.show(this.curved.map(({ title, value, curve: { positions, values } }) => (
      { title, steps: positions, values, note: `AUC ${formatValue(value)}` }
    )), 1);
    this.point(this.share);
  }

  private point(share: number): void {
    this.share = share;
    this.slider.value = share;
    this.plot.mark(share);
    this.pictures.replaceChildren(...this.curved.flatMap((one) => (one.curve.pictures ? [this.picture(one, one.curve.pictures)] : [])));
  }

  private picture({ id, title, curve: { positions, values } }: Curved, pictures: CurvePictures): HTMLElement {
    const at = nearestIndex(positions, this.share);
    const { width, height } = pictures.from;
    let figure = this.canvases.get(id);
    if (!figure || figure.canvas.width !== width || figure.canvas.height !== height) {
      const canvas = paintable({ width, height });
      const caption = element('figcaption');
      canvas.setAttribute('role', 'img');
      figure = { canvas, caption, root: element('figure', { class: 'curve-picture', 'data-measure': id }, canvas, caption) };
      this.canvases.set(id, figure);
    }
    const { canvas, caption, root } = figure;
    context2d(canvas).putImageData(new ImageData(changed(pictures, positions[at]), width, height), 0, 0);
    caption.textContent = `${title}: ${formatProbability(values[at])}`;
    canvas.setAttribute('aria-label', `What the model saw with ${percent(positions[at])} of the pixels changed`);
    return root;
  }
}

/** RGBA of the input at a place of the curve. */
function changed({ from, to, order }: CurvePictures, position: number): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(from.data);
  const count = Math.round(position * order.length);
  for (let i = 0; i < count; i++) {
    const at = 4 * order[i];
    for (let c = at; c < at + 4; c++) data[c] = to.data[c];
  }
  return data;
}
