/** Numbers: from one to another in so many steps, or as a list, which can be edited by itself. */
import { isLogarithmic, readNumber, spanOf, type NumberControl } from '../../src/protocol/parameter-controls.ts';
import { mostValues, spreadAround, spreadValues } from '../../src/protocol/sweep-plan.ts';
import { Select } from '../ui/controls.ts';
import { element, setAttributes } from '../ui/element.ts';
import type { ValuesInput } from './axis-form.ts';

const spacings = [{ value: 'linear', label: 'Linear' }, { value: 'logarithmic', label: 'Logarithmic' }] as const;

export class NumberValues implements ValuesInput {
  readonly root: HTMLElement;
  readonly described: HTMLInputElement;
  private readonly from: HTMLInputElement;
  private readonly to: HTMLInputElement;
  private readonly count: HTMLInputElement;
  private readonly spacing: Select<'linear' | 'logarithmic'>;
  private byRatio: boolean;

  constructor(private readonly control: NumberControl, id: string, private readonly onValues: (values: unknown[]) => void) {
    this.byRatio = isLogarithmic(...spanOf(control)) && !control.whole;
    const field = (name: string): HTMLInputElement => {
      const created = element('input', { id: `${id}-${name.toLowerCase()}`, class: 'number-input', type: 'text', inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false' });
      created.addEventListener('input', () => this.spread());
      return created;
    };
    [this.from, this.to, this.count] = ['From', 'To', 'Count'].map(field);
    this.spacing = new Select('Spacing', `${id}-spacing`, (spacing) => {
      this.byRatio = spacing === 'logarithmic';
      this.spread();
    });
    this.spacing.setChoices(spacings);
    this.described = element('input', { id, class: 'text-input', type: 'text', autocomplete: 'off', spellcheck: 'false' });
    this.described.addEventListener('input', () => this.listed());
    const labelled = (label: string, input: HTMLInputElement): HTMLElement => (
      element('div', { class: 'field' }, element('label', { class: 'field-label', for: input.id }, label), input));
    this.root = element('div', { class: 'number-values' },
      element('div', { class: 'spread' }, labelled('From', this.from), labelled('To', this.to), labelled('Count', this.count), this.spacing.root),
      labelled(`Values${control.unit === undefined ? '' : ` · ${control.unit}`}`, this.described));
  }

  show(values: readonly unknown[]): void {
    if (!this.root.contains(document.activeElement)) this.showSpread(values);
    if (document.activeElement !== this.described) this.described.value = values.join(', ');
  }

  /** The spread that the values come from, as far as they tell. */
  private showSpread(values: readonly unknown[]): void {
    const numbers = values.filter((value) => typeof value === 'number');
    const { from, to } = numbers.length > 0 ? { from: numbers[0], to: numbers[numbers.length - 1] } : spreadAround(this.control, undefined);
    const spread = (byRatio: boolean): number[] => spreadValues({ from, to, count: numbers.length, byRatio }, this.control.whole);
    const comesFrom = (byRatio: boolean): boolean => String(spread(byRatio)) === String(numbers);
    if (numbers.length > 2 && !comesFrom(this.byRatio) && comesFrom(!this.byRatio)) this.byRatio = !this.byRatio;
    this.from.value = String(from);
    this.to.value = String(to);
    this.count.value = String(Math.max(numbers.length, 1));
    this.spacing.value = this.byRatio ? 'logarithmic' : 'linear';
  }

  private spread(): void {
    const [from, to, count] = [this.from, this.to, this.count].map((field) => readNumber(field.value));
    const { byRatio } = this;
    const isEnd = (value: number): boolean => Number.isFinite(value) && (value > 0 || !byRatio);
    const allowed = [isEnd(from), isEnd(to), Number.isInteger(count) && count >= 1 && count <= mostValues];
    [this.from, this.to, this.count].forEach((field, index) => setAttributes(field, { 'aria-invalid': allowed[index] ? undefined : 'true' }));
    if (allowed.includes(false)) return;
    const values = spreadValues({ from, to, count, byRatio }, this.control.whole);
    this.described.value = values.join(', ');
    this.onValues(values);
  }

  private listed(): void {
    const parts = this.described.value.split(/[\s,;]+/).filter(Boolean);
    this.onValues(parts.map((part) => (Number.isNaN(readNumber(part)) ? part : readNumber(part)))); // words are judged with the numbers
  }
}
