/** A list of a few values, with what the chosen one means beneath. */
import type { Choice } from '../../src/protocol/parameter-controls.ts';
import { Select } from './controls.ts';
import { element } from './element.ts';
import type { InputOptions, ParameterInput } from './parameter-field.ts';

export class ChoiceInput implements ParameterInput {
  readonly root: HTMLElement;
  readonly described: HTMLElement;
  private readonly select: Select<string>;
  private readonly meaning = element('p', { class: 'choice-meaning' });

  constructor(title: string, private readonly choices: readonly Choice[], { id, onInput }: InputOptions) {
    this.select = new Select(title, id, (value) => {
      this.explain(value);
      onInput(value);
    });
    this.select.setChoices(choices);
    this.root = element('div', { class: 'choice' }, this.select.control, this.meaning);
    this.described = this.select.control;
  }

  show(value: unknown): void {
    this.select.value = String(value);
    this.explain(String(value));
  }

  private explain(value: string): void {
    const help = this.choices.find((choice) => choice.value === value)?.help ?? '';
    this.meaning.textContent = help;
    this.meaning.hidden = help === '';
  }
}
