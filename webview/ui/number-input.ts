/** A number: a field, a slider where its range is known, and a check box where a word such as "auto" may stand in its place. */
import type { Checkbox } from '@vscode/webview-ui-toolkit';
import { fromSlider, readNumber, sliderSteps, stepFrom, toSlider, type NumberControl } from '../../src/protocol/parameter-controls.ts';
import { element, setAttributes } from './element.ts';
import type { InputOptions, ParameterInput } from './parameter-field.ts';

export class NumberInput implements ParameterInput {
  readonly root: HTMLElement;
  readonly described: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly slider: HTMLInputElement | undefined;
  private readonly word: Checkbox | undefined;

  constructor(private readonly parameter: NumberControl, { id, onInput }: InputOptions) {
    const { title, min, max, word, whole } = parameter;
    this.field = element('input', { id, class: 'number-input', type: 'text', inputmode: whole ? 'numeric' : 'decimal', autocomplete: 'off', spellcheck: 'false' });
    this.described = this.field;
    this.field.addEventListener('input', () => {
      const value = readNumber(this.field.value);
      if (this.slider && Number.isFinite(value)) this.moveSlider(value);
      onInput(value);
    });
    if (min !== undefined && max !== undefined) {
      this.slider = element('input', { type: 'range', class: 'slider', 'aria-label': title, min: 0, max: sliderSteps, step: 1 });
      this.slider.addEventListener('input', () => this.slid(fromSlider(parameter, Number(this.slider?.value) / sliderSteps), onInput));
      for (const control of [this.field, this.slider]) control.addEventListener('keydown', (event) => this.step(event, onInput));
    }
    if (word !== undefined) {
      this.word = document.createElement('vscode-checkbox') as Checkbox;
      this.word.textContent = word.charAt(0).toUpperCase() + word.slice(1);
      this.word.addEventListener('change', () => onInput(this.word?.checked ? this.named() : this.numbered()));
    }
    this.root = element('div', { class: 'number' }, ...(this.slider ? [this.slider] : []), this.field, ...(this.word ? [this.word] : []));
  }

  show(value: unknown): void {
    const named = this.word !== undefined && value === this.parameter.word;
    if (this.word) this.word.checked = named;
    this.field.disabled = named;
    if (this.slider) this.slider.disabled = named;
    if (typeof value !== 'number') {
      if (!named) this.field.value = '';
      return;
    }
    // A field that is being written in keeps its text: "0." on the way to "0.5".
    if (document.activeElement !== this.field || readNumber(this.field.value) !== value) this.field.value = String(value);
    this.moveSlider(value);
  }

  /** Arrow keys go to the next value, in the slider and in the field; left and right in the field move its caret. */
  private step(event: KeyboardEvent, onInput: (value: number) => void): void {
    const inSlider = event.target === this.slider;
    const up = event.key === 'ArrowUp' || (inSlider && event.key === 'ArrowRight');
    const down = event.key === 'ArrowDown' || (inSlider && event.key === 'ArrowLeft');
    const value = readNumber(this.field.value);
    if ((!up && !down) || !Number.isFinite(value)) return;
    event.preventDefault();
    const next = stepFrom(this.parameter, value, up ? 1 : -1);
    this.moveSlider(next);
    this.slid(next, onInput);
  }

  private slid(value: number, onInput: (value: number) => void): void {
    this.field.value = String(value);
    this.say(value);
    onInput(value);
  }

  private moveSlider(value: number): void {
    if (!this.slider) return;
    this.slider.value = String(Math.round(toSlider(this.parameter, value) * sliderSteps));
    this.say(value);
  }

  private say(value: number): void {
    const { unit } = this.parameter;
    if (this.slider) setAttributes(this.slider, { 'aria-valuetext': unit ? `${value} ${unit}` : String(value) });
    this.slider?.style.setProperty('--share', String(toSlider(this.parameter, value)));
  }

  private named(): unknown {
    this.show(this.parameter.word);
    return this.parameter.word;
  }

  private numbered(): number {
    const { min = 0, max } = this.parameter;
    const written = readNumber(this.field.value);
    const value = Number.isFinite(written) ? written : max === undefined ? min : fromSlider(this.parameter, 0.5);
    this.show(value);
    return value;
  }
}
