/** What made the result: model, layer, score, preprocessing, times, and what a person should know about it. */
import type { ExplainResult, ModelDescription } from '../../src/protocol/engine.ts';
import { formatValue } from '../../src/protocol/display.ts';
import { guessNote } from '../../src/protocol/preprocessing.ts';
import { scoreKinds, type ScoreKind } from '../../src/protocol/techniques.ts';
import { button, Select } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { formatPreprocessing, formatShape, formatTime, scoreNames, sourceNames } from '../ui/words.ts';

export interface DetailsListener {
  scoreChosen(score: ScoreKind): void;
  selectModel(): void;
  correctPreprocessing(): void;
}

export class Details {
  readonly root: HTMLElement;
  private readonly facts = element('dl', { class: 'facts-list' });
  private readonly notes = element('ul', { class: 'notes', id: 'notes' });
  private readonly score: Select<ScoreKind>;
  /** What a person should know before trusting the result; stands above the predictions. */
  readonly attention: HTMLElement;
  private readonly guess = element('div', { class: 'guess-notice' });
  private readonly actions: HTMLElement;
  private readonly correct = button('Correct…', () => this.listener.correctPreprocessing(), { id: 'correct-preprocessing' });

  constructor(private readonly listener: DetailsListener) {
    this.score = new Select<ScoreKind>('Explained score', 'score', (score) => listener.scoreChosen(score));
    this.score.setChoices(scoreKinds.map((value) => ({ value, label: scoreNames[value] })));
    this.actions = element('div', { class: 'details-actions' }, button('Select Model…', () => listener.selectModel(), { id: 'select-model' }));
    this.attention = element('section', { class: 'section attention', 'aria-label': 'Assumptions', hidden: true }, this.guess, this.notes);
    this.root = element('section', { class: 'section', 'aria-labelledby': 'details-title' },
      element('h2', { class: 'section-title', id: 'details-title' }, 'Details'), this.score.root, this.facts, this.actions);
  }

  showScore(score: ScoreKind): void {
    this.score.value = score;
  }

  show(result: ExplainResult, model: ModelDescription | undefined): void {
    const { picture, milliseconds, score, layer } = result;
    const ms = (step: keyof typeof milliseconds): number => Math.round(milliseconds[step]);
    const guessed = result.model.preprocessingSource === 'guess';
    const source = element('span', { class: guessed ? 'guess' : undefined, id: 'preprocessing-source' }, ...(guessed ? [icon('warning')] : []), sourceNames[result.model.preprocessingSource]);
    const facts: [string, Node | string][] = [
      ['Model', result.model.title],
      [scoreNames[score.kind], formatValue(score.value)],
      ...(layer ? [['Layer', `${layer.name} (${formatShape(layer)})`] as [string, string]] : []),
      ['Input', formatPreprocessing(result.recipe.preprocessing)],
      ['Preprocessing', source],
      ['Picture', `${picture.width} × ${picture.height} px`],
      ['Map', `${result.map.width} × ${result.map.height}${result.map.channels > 1 ? ` × ${result.map.channels}` : ''}, ${result.map.unit}`],
      ['Runtime', result.runtime],
      ['Time', result.cached ? 'cached: the answer to an earlier request' : `${formatTime(result)}: picture ${ms('picture')}, build ${ms('build')}, run ${ms('run')} ms`],
    ];
    this.facts.replaceChildren(...facts.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]));
    this.guess.replaceChildren(icon('warning'), element('span', {}, `${guessNote} Correct it if the predictions look wrong.`));
    this.guess.hidden = !guessed;
    this.correct.replaceChildren(guessed ? 'Correct…' : 'Preprocessing…');
    (guessed ? this.guess : this.actions).append(this.correct);
    const notes = new Set([...result.picture.notes, ...result.notes, ...(model?.notes ?? [])]);
    notes.delete(guessNote); // said above, where it holds, with what to do
    this.notes.hidden = notes.size === 0;
    this.attention.hidden = !guessed && notes.size === 0;
    this.notes.replaceChildren(...[...notes].map((note) => element('li', {}, icon('info'), element('span', {}, note))));
  }
}
