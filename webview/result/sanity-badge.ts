/** Beside every map: whether it passed a sanity check, in a few words, and on demand what was found and how. */
import type { BadgeState } from '../../src/protocol/result-panel.ts';
import type { CheckResult, VerdictLevel } from '../../src/protocol/trust.ts';
import { button } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { edgesWords, filmFrame, likenessWords, similarityWords } from './film-frame.ts';

export const verdictIcons: Readonly<Record<VerdictLevel, string>> = { passed: 'pass', mixed: 'question', failed: 'warning' };

export interface BadgeListener {
  /** Asks for the check behind the badge. */
  check(): void;
  /** Wants to see the checks with many steps. */
  openChecks(): void;
}

export class SanityBadge {
  readonly root: HTMLElement;
  private readonly summary = element('summary', { class: 'badge', id: 'sanity-badge' });
  private readonly body = element('div', { class: 'badge-body' });

  constructor(private readonly listener: BadgeListener) {
    this.root = element('section', { class: 'section', 'aria-label': 'Sanity check', hidden: true }, element('details', {}, this.summary, this.body));
  }

  show(state: BadgeState | null): void {
    this.root.hidden = state === null;
    this.root.dataset.state = state?.state === 'done' ? state.result.verdict.level : state?.state ?? '';
    if (!state) return;
    const [symbol, words] = label(state);
    this.summary.replaceChildren(...badgeParts(symbol, words));
    this.summary.title = state.state === 'done' ? state.result.verdict.sentence : explanation;
    this.body.replaceChildren(...this.details(state), button('All Sanity Checks…', () => this.listener.openChecks(), { id: 'open-checks' }));
  }

  private details(state: BadgeState): HTMLElement[] {
    switch (state.state) {
      case 'offered':
        return [element('p', {}, explanation), element('p', {}, 'This technique takes long, so it is checked only when you ask.'), this.asking('Check Now')];
      case 'running':
        return [element('p', {}, explanation)];
      case 'failed':
        return [element('p', {}, state.message), this.asking('Try Again')];
      case 'done':
        return found(state.result);
    }
  }

  private asking(words: string): HTMLElement {
    return button(words, () => this.listener.check());
  }
}

/** A row that opens: a sign, words, an arrow. */
export function badgeParts(symbol: string, words: string): HTMLElement[] {
  const [sign, arrow] = [icon(symbol), icon('chevron-right')];
  sign.classList.add('badge-sign');
  arrow.classList.add('badge-arrow');
  return [sign, element('span', {}, words), arrow];
}

const explanation = 'The sanity check makes the upper layers meaningless and looks whether the map changes.';

function found({ verdict, map, steps, edges, notes, picture, class: { name }, layers }: CheckResult): HTMLElement[] {
  const frames = [
    filmFrame(map, 'The map', [`of ${name}`]),
    ...steps.map(({ map: one, title, layers: shuffled, similarity }) => (
      filmFrame(one, title, [likenessWords(similarity)], `${shuffled} of ${layers} layers shuffled\n${similarityWords(similarity)}`)
    )),
    filmFrame(edges.map, 'Edges', [likenessWords(edges.similarity)], edgesWords),
  ];
  return [
    element('p', {}, verdict.sentence),
    element('div', { class: 'film', role: 'group', 'aria-label': 'Maps at each step, with their likeness to the map' }, ...frames),
    element('p', { class: 'badge-rule' }, verdict.rule),
    element('p', { class: 'badge-rule' }, [`Checked on ${picture}, ${name}.`, ...notes].join(' ')),
  ];
}

function label(state: BadgeState): [icon: string, words: string] {
  switch (state.state) {
    case 'offered': return ['beaker', 'Sanity not checked'];
    case 'running': return ['sync', state.fraction === undefined ? 'Checking sanity…' : `Checking sanity… ${Math.round(state.fraction * 100)} %`];
    case 'failed': return ['error', 'Sanity check not possible'];
    case 'done': return [verdictIcons[state.result.verdict.level], state.result.verdict.label];
  }
}
