/** Similarities along the steps of a sanity check, as lines that differ in colour and dashes. */
import type { CheckStep, Similarity } from '../../src/protocol/trust.ts';
import { element, setAttributes } from '../ui/element.ts';

const lines: readonly { readonly key: keyof Similarity; readonly label: string }[] = [
  { key: 'absoluteSpearman', label: 'Rank correlation of magnitudes' },
  { key: 'spearman', label: 'Rank correlation' },
  { key: 'ssim', label: 'SSIM' },
  { key: 'hog', label: 'HOG correlation' },
];

/** Of the drawing, and its margin, in its own units. */
const [width, height, margin] = [240, 96, 4];

/** From the first step on the left to the last; 1 at the top, the line of 0, −1 at the bottom. */
export function similarityCurve(steps: readonly CheckStep[]): HTMLElement {
  const across = (index: number): number => margin + (index * (width - 2 * margin)) / Math.max(1, steps.length - 1);
  const down = (value: number): number => margin + ((1 - value) * (height - 2 * margin)) / 2;
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'curve', 'aria-hidden': 'true' },
    svg('line', { class: 'curve-zero', x1: margin, x2: width - margin, y1: down(0), y2: down(0) }),
    ...lines.map(({ key }, line) => svg('polyline', {
      class: `curve-line curve-line-${line}`, points: steps.map(({ similarity }, index) => `${across(index)},${down(similarity[key])}`).join(' '),
    })));
  const legend = element('ul', { class: 'curve-legend' }, ...lines.map(({ label }, line) => {
    const sample = svg('svg', { viewBox: '0 0 24 4', class: 'curve-sample', 'aria-hidden': 'true' },
      svg('line', { class: `curve-line curve-line-${line}`, x1: 0, x2: 24, y1: 2, y2: 2 }));
    return element('li', {}, sample, label);
  }));
  return element('div', { class: 'curve-box' }, drawing, legend);
}

function svg(tag: string, attributes: Readonly<Record<string, string | number>>, ...children: Node[]): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(created, attributes);
  created.append(...children);
  return created;
}
