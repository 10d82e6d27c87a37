/** Some of the values that a parameter has: a check box for each. */
import { element } from '../ui/element.ts';
import type { ValuesInput } from './axis-form.ts';

export class ChosenValues<T> implements ValuesInput {
  readonly root: HTMLElement;
  readonly described: HTMLElement;
  private readonly boxes: { readonly value: T; readonly box: HTMLInputElement }[];

  constructor(title: string, id: string, choices: readonly { value: T; label: string; help: string }[], onValues: (values: T[]) => void) {
    this.boxes = choices.map(({ value }) => {
      const box = element('input', { type: 'checkbox', class: 'check' });
      box.addEventListener('change', () => onValues(this.boxes.filter((one) => one.box.checked).map((one) => one.value)));
      return { value, box };
    });
    this.root = element('div', { class: 'chosen-values', role: 'group', 'aria-label': `Values of ${title}`, id },
      ...choices.map(({ label, help }, index) => element('label', { class: 'check-row' }, this.boxes[index].box,
        element('span', {}, element('span', { class: 'check-label' }, label), ...(help ? [element('span', { class: 'check-help' }, help)] : [])))));
    this.described = this.root;
  }

  show(values: readonly unknown[]): void {
    for (const { value, box } of this.boxes) box.checked = values.includes(value);
  }
}
