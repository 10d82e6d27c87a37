/** What one sanity check found: verdict, curves, film strip, caveats. A step that is pointed at in the plot is marked in the strip, and back. */
import { checkWords } from '../../src/protocol/checks.ts';
import type { CheckResult, CheckStep } from '../../src/protocol/trust.ts';
import { CurvePlot, nearestIndex } from '../ui/curve-plot.ts';
import { element, icon } from '../ui/element.ts';
import { filmFrame, similarities, similarityList } from './film-frame.ts';
import { verdictIcons } from './sanity-badge.ts';

export class CheckReport {
  readonly root = element('div', { class: 'check-report' });
  private shown: CheckResult | undefined;
  private frames: readonly HTMLElement[] = [];

  show(result: CheckResult | undefined): void {
    if (result === this.shown) return;
    this.shown = result;
    this.root.replaceChildren(...(result ? this.parts(result) : []));
  }

  private parts(result: CheckResult): HTMLElement[] {
    const { mode, verdict, map, steps, edges, caveats, notes, picture, class: { name }, layers } = result;
    const places = placesOf(result);
    const plot = new CurvePlot({
      across: checkWords[mode].step, place: String, said: (step) => `${checkWords[mode].step.toLowerCase()}: ${step}`, up: { title: 'Similarity', range: [0, 1] },
    }, (place) => this.point(plot, places, nearestIndex(places, place)));
    plot.show(similarities.map(({ key, title }) => ({ title, steps: places, values: steps.map(({ similarity }) => similarity[key]), note: '' })), places[places.length - 1]);
    this.frames = steps.map((step, index) => {
      const frame = filmFrame(step.map, step.title, [similarityList(step.similarity)], aboutOf(step, result));
      frame.addEventListener('pointerenter', () => this.point(plot, places, index));
      return frame;
    });
    const about = 'An edge detector, which knows nothing of the model: a map that is like it shows the picture';
    return [
      element('p', { class: 'check-verdict', 'data-level': verdict.level }, icon(verdictIcons[verdict.level]), element('span', {}, verdict.sentence)),
      element('p', { class: 'badge-rule' }, verdict.rule), plot.root,
      element('div', { class: 'film film-wrapped', 'data-mode': mode, role: 'group', 'aria-label': 'Maps at each step' },
        filmFrame(map, 'The map', [`of ${name}`], `${picture}, ${name}, with the model as it is`), ...this.frames,
        filmFrame(edges.map, 'Edges', [similarityList(edges.similarity)], about)),
      element('h3', { class: 'section-title' }, 'What to keep in mind'),
      element('ul', { class: 'badge-caveats' }, ...[
        `Checked on ${picture}, ${name}${mode === 'random-logit' ? '' : `; the model has ${layers} layers with weights`}. Each map has colours of its own.`, ...notes, ...caveats,
      ].map((text) => element('li', {}, text))),
    ];
  }

  private point(plot: CurvePlot, places: readonly number[], index: number): void {
    plot.mark(places[index]);
    this.frames.forEach((frame, at) => frame.classList.toggle('current', at === index));
  }
}

/** Where the steps lie along the axis. */
function placesOf({ mode, steps, layers }: CheckResult): number[] {
  if (mode === 'cascading') return steps.map((step) => step.layers);
  if (mode === 'random-logit' || steps.length === layers) return steps.map((_, index) => index + 1);
  return steps.map((_, index) => 1 + Math.round((index * (layers - 1)) / Math.max(1, steps.length - 1)));
}

function aboutOf(step: CheckStep, { mode, layers }: CheckResult): string {
  if (mode === 'cascading') return `${step.layers} of ${layers} layers shuffled, down to this one`;
  return mode === 'independent' ? 'This layer alone is shuffled' : 'The map of this class';
}
