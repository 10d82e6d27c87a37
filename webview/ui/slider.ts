/** A themed range input with its value in words; the toolkit has none. */
import { element, newId } from './element.ts';

export class Slider {
  readonly root: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly output = element('output', { class: 'slider-value' });

  /** For a share from 0 to 1, shown in per cent. */
  constructor(label: string, id: string, onInput: (value: number) => void) {
    this.input = element('input', { type: 'range', class: 'slider', id, min: 0, max: 100, step: 1 });
    const outputId = newId('value');
    this.output.id = outputId;
    this.output.htmlFor.add(id);
    this.root = element('div', { class: 'field slider-field' }, element('label', { class: 'field-label', for: id }, label), this.output, this.input);
    this.input.addEventListener('input', () => {
      const value = Number(this.input.value) / 100;
      this.show(value);
      onInput(value);
    });
  }

  set value(value: number) {
    const text = String(Math.round(value * 100));
    if (this.input.value !== text) this.input.value = text;
    this.show(value);
  }

  set disabled(disabled: boolean) {
    this.input.disabled = disabled;
  }

  private show(value: number): void {
    const text = `${Math.round(value * 100)} %`;
    this.output.value = text;
    this.input.setAttribute('aria-valuetext', text);
    this.input.style.setProperty('--share', String(value));
  }
}
