/** Any other value, written as JSON; what is no JSON is text, as on the command line. */
import { element } from './element.ts';
import type { InputOptions, ParameterInput } from './parameter-field.ts';

export class TextInput implements ParameterInput {
  readonly root: HTMLInputElement;
  readonly described: HTMLElement;

  constructor({ id, onInput }: InputOptions) {
    this.root = element('input', { id, class: 'text-input', type: 'text', autocomplete: 'off', spellcheck: 'false' });
    this.described = this.root;
    this.root.addEventListener('change', () => onInput(read(this.root.value)));
  }

  show(value: unknown): void {
    this.root.value = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  }
}

function read(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
