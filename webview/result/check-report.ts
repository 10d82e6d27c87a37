/** What one sanity check found: verdict, curves, film strip, caveats. A step that is pointed at in the plot is marked in the strip, and back. */
import { checkWords } from '../../src/protocol/checks.ts';
import type { CheckResult, CheckStep } from '../../src/protocol/trust.ts';
import { CurvePlot, nearestIndex } from '../ui/curve-plot.ts';
import { element, icon } from '../ui/element.ts';
import { edgesWords, filmFrame, likenessWords, similarities, similarityList, similarityWords } from './film-frame.ts';
import { verdictIcons } from './sanity-badge.ts';

export class CheckReport {
  readonly root = element('div', { class: 'check-report' });
  private shown: CheckResult | undefined;

  show(result: CheckResult | undefined): void {
    if (result === this.shown) return;
    this.shown = result;
    this.root.replaceChildren(...(result ? parts(result) : []));
  }
}

function parts(result: CheckResult): HTMLElement[] {
  const { mode, verdict, map, steps, edges, caveats, notes, picture, class: { name }, layers } = result;
  const isOrdered = mode !== 'random-logit';
  const values = (one: Pick<CheckStep, 'similarity'>): (Node | string)[] => [isOrdered ? likenessWords(one.similarity) : similarityList(one.similarity)];
  const frames = steps.map((step) => filmFrame(step.map, step.title, values(step), `${aboutOf(step, result)}\n${similarityWords(step.similarity)}`));
  return [
    element('p', { class: 'check-verdict', 'data-level': verdict.level }, icon(verdictIcons[verdict.level]), element('span', {}, verdict.sentence)),
    element('p', { class: 'badge-rule' }, verdict.rule), ...(isOrdered ? [plotOf(result, frames)] : []),
    element('div', { class: 'film film-wrapped', 'data-mode': mode, role: 'group', 'aria-label': 'Maps at each step, with their likeness to the map' },
      filmFrame(map, 'The map', [`of ${name}`], `${picture}, ${name}, with the model as it is`), ...frames,
      filmFrame(edges.map, 'Edges', values(edges), `${edgesWords}\n${similarityWords(edges.similarity)}`)),
    element('h3', { class: 'section-title' }, 'Caveats'),
    element('ul', { class: 'badge-caveats' }, ...[
      `Checked on ${picture}, ${name}${isOrdered ? `; the model has ${layers} layers with weights` : ''}. Each map has colours of its own.`, ...notes, ...caveats,
    ].map((text) => element('li', {}, text))),
  ];
}

/** The similarities over the steps; of a map without a sign, the two rank correlations are one. */
function plotOf(result: CheckResult, frames: readonly HTMLElement[]): HTMLElement {
  const { mode, map, steps } = result;
  const { step: across } = checkWords[mode];
  const places = placesOf(result);
  const plot = new CurvePlot({
    across, place: String, said: (step) => `${across.toLowerCase()}: ${step}`, up: { title: 'Similarity', range: [0, 1] },
  }, (place) => point(nearestIndex(places, place)));
  const point = (index: number): void => {
    plot.mark(places[index]);
    frames.forEach((frame, at) => frame.classList.toggle('current', at === index));
  };
  const curves = similarities.filter(({ key }) => map.signed || key !== 'spearman');
  const plotted = curves.map(({ key, title }) => ({ title, steps: places, values: steps.map(({ similarity }) => similarity[key]) }));
  plot.show(plotted, places[places.length - 1]);
  frames.forEach((frame, index) => frame.addEventListener('pointerenter', () => point(index)));
  point(0);
  return plot.root;
}

/** Where the steps lie along the axis. */
function placesOf({ mode, steps, layers }: CheckResult): number[] {
  if (mode === 'cascading') return steps.map((step) => step.layers);
  if (steps.length === layers) return steps.map((_, index) => index + 1);
  return steps.map((_, index) => 1 + Math.round((index * (layers - 1)) / Math.max(1, steps.length - 1)));
}

function aboutOf(step: CheckStep, { mode, layers }: CheckResult): string {
  if (mode === 'cascading') return `${step.layers} of ${layers} layers shuffled, down to this one`;
  return mode === 'independent' ? 'This layer alone is shuffled' : 'The map of this class';
}
