/** Beside every map: whether it passed a sanity check, in a few words, and on demand what was found and how. */
import type { AttributionMap } from '../../src/protocol/engine.ts';
import type { BadgeState } from '../../src/protocol/result-panel.ts';
import type { CheckResult, CheckStep, VerdictLevel } from '../../src/protocol/trust.ts';
import { button } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { paintable, paintThumbnail } from '../ui/painted-result.ts';
import { similarityCurve } from './similarity-curve.ts';

/** Of the canvases; shown at half of it, so that they are sharp on dense screens. */
const thumbnailSide = 112;

const icons: Readonly<Record<VerdictLevel, string>> = { passed: 'pass', mixed: 'question', failed: 'warning' };

/** A check of that many steps has been made for the badge alone. */
const quickSteps = 3;

export class SanityBadge {
  readonly root: HTMLElement;
  private readonly summary = element('summary', { class: 'badge', id: 'sanity-badge' });
  private readonly body = element('div', { class: 'badge-body' });

  /** @param ask for a check; quick: what a badge needs, else more layers */
  constructor(private readonly ask: (quick: boolean) => void) {
    this.root = element('section', { class: 'section', 'aria-label': 'Sanity check', hidden: true }, element('details', {}, this.summary, this.body));
  }

  show(state: BadgeState | null): void {
    this.root.hidden = state === null;
    this.root.dataset.state = state?.state === 'done' ? state.result.verdict.level : state?.state ?? '';
    if (!state) return;
    const [symbol, words] = label(state);
    this.summary.replaceChildren(icon(symbol), element('span', {}, words));
    this.summary.title = state.state === 'done' ? state.result.verdict.sentence : explanation;
    this.body.replaceChildren(...this.details(state));
  }

  private details(state: BadgeState): HTMLElement[] {
    switch (state.state) {
      case 'offered':
        return [element('p', {}, explanation), element('p', {}, 'This technique takes long, so it is checked only when you ask.'), this.asking('Check Now', true)];
      case 'running':
        return [element('p', {}, explanation)];
      case 'failed':
        return [element('p', {}, state.message), this.asking('Try Again', true)];
      case 'done':
        return this.found(state.result);
    }
  }

  private found(result: CheckResult): HTMLElement[] {
    const { verdict, map, steps, edges, caveats, notes, picture, class: { name }, layers } = result;
    const frames = [
      frame(map, 'The map', 'as it is'),
      ...steps.map((step) => frame(step.map, step.title, likenessOf(step), `${step.layers} of ${layers} layers shuffled`)),
      frame(edges.map, 'Edges', 'control', 'An edge detector, which knows nothing of the model'),
    ];
    return [
      element('p', {}, verdict.sentence),
      element('div', { class: 'film', role: 'group', 'aria-label': 'Maps at each step', tabindex: 0 }, ...frames),
      ...(steps.length > quickSteps ? [similarityCurve(steps)] : []),
      element('p', { class: 'badge-rule' }, verdict.rule),
      element('ul', { class: 'badge-caveats' }, ...[`Checked on ${picture}, ${name}.`, ...notes, ...caveats].map((text) => element('li', {}, text))),
      ...(steps.length > quickSteps || layers <= quickSteps ? [] : [this.asking('Check More Layers', false)]),
    ];
  }

  private asking(words: string, quick: boolean): HTMLElement {
    return button(words, () => this.ask(quick));
  }
}

const explanation = 'The sanity check makes the upper layers meaningless and looks whether the map changes.';

function label(state: BadgeState): [icon: string, words: string] {
  switch (state.state) {
    case 'offered': return ['beaker', 'Sanity not checked'];
    case 'running': return ['sync', state.fraction === undefined ? 'Checking sanity…' : `Checking sanity… ${Math.round(state.fraction * 100)} %`];
    case 'failed': return ['error', 'Sanity check not possible'];
    case 'done': return [icons[state.result.verdict.level], state.result.verdict.label];
  }
}

function likenessOf({ similarity: { absoluteSpearman, ssim, hog } }: CheckStep): string {
  return [absoluteSpearman, ssim, hog].map((value) => value.toFixed(2)).join(' · ');
}

/** @param values a line of words beneath; from a step: rank correlation of magnitudes, SSIM and HOG correlation */
function frame(map: AttributionMap, title: string, values: string, about = title): HTMLElement {
  const canvas = paintable({ width: thumbnailSide, height: thumbnailSide });
  paintThumbnail(canvas, map, { opacity: 1, threshold: 0 }, undefined);
  return element('figure', { class: 'film-frame', title: `${title}\n${about}` }, canvas,
    element('figcaption', {}, element('span', { class: 'film-title' }, element('bdi', { dir: 'ltr' }, title)), element('span', { class: 'film-values' }, values)));
}
