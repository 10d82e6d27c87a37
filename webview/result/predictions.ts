/** The best predictions as bars; each is a button that explains its class. */
import type { ExplainResult, Prediction } from '../../src/protocol/engine.ts';
import { element, icon } from '../ui/element.ts';
import { formatProbability } from '../ui/words.ts';

const shown = 5;

export class Predictions {
  readonly root: HTMLElement;
  private readonly list = element('ol', { class: 'predictions', id: 'predictions' });

  constructor(private readonly onExplain: (index: number) => void) {
    this.root = element('section', { class: 'section', 'aria-labelledby': 'predictions-title' },
      element('h2', { class: 'section-title', id: 'predictions-title' }, 'Predictions'), this.list);
  }

  /** @param wanted class being explained or already explained; it is listed even if it is not among the best */
  show(result: ExplainResult, wanted: number): void {
    const best = result.predictions.slice(0, shown);
    const explained = best.some(({ index }) => index === result.class.index) ? [] : [result.class];
    const focused = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.class : undefined;
    this.list.replaceChildren(...[...best, ...explained].map((prediction) =>
      this.row(prediction, prediction.index === wanted, explained.includes(prediction))));
    if (focused !== undefined) this.list.querySelector<HTMLElement>(`[data-class="${focused}"]`)?.focus();
  }

  private row(prediction: Prediction, current: boolean, apart: boolean): HTMLElement {
    const percent = formatProbability(prediction.probability);
    const bar = element('span', { class: 'bar' }, element('span', { class: 'bar-fill' }));
    (bar.firstElementChild as HTMLElement).style.width = `${Math.max(prediction.probability * 100, 0.5)}%`;
    const row = element('button', {
      class: 'prediction', type: 'button', 'data-class': prediction.index, 'aria-current': current ? 'true' : undefined,
      title: current ? `${prediction.name}: explained` : `Explain “${prediction.name}”`,
    },
    element('span', { class: 'prediction-name' }, ...(current ? [icon('eye')] : []), prediction.name),
    element('span', { class: 'prediction-value' }, percent), bar);
    row.addEventListener('click', () => this.onExplain(prediction.index));
    return element('li', { class: apart ? 'apart' : undefined }, row);
  }
}
