/** One parameter: a control of its kind, its help and unit, a way back to the default, and why a value is refused. */
import { objection, type Conflict, type ParameterControl } from '../../src/protocol/parameter-controls.ts';
import { iconButton } from './controls.ts';
import { element, newId, setAttributes } from './element.ts';
import { BooleanInput } from './boolean-input.ts';
import { ChoiceInput } from './choice-input.ts';
import { NumberInput } from './number-input.ts';
import { TextInput } from './text-input.ts';

/** What a parameter's control is made of. */
export interface ParameterInput {
  readonly root: HTMLElement;
  /** Element that messages belong to. */
  readonly described: HTMLElement;
  /** Shows a value; does not call back. */
  show(value: unknown): void;
}

export interface InputOptions {
  readonly id: string;
  /** Called with every value entered, allowed or not. */
  readonly onInput: (value: unknown) => void;
}

export class ParameterField {
  readonly root: HTMLElement;
  private readonly input: ParameterInput;
  private readonly error = element('p', { class: 'parameter-error', id: newId('error'), role: 'alert', hidden: true });
  private readonly reset;
  private readonly help: HTMLElement;
  private readonly needlessReason = element('p', { class: 'parameter-help', hidden: true });
  private refused: string | undefined;
  private conflicting: Conflict | undefined;
  private readonly remark = element('p', { class: 'choice-meaning', id: newId('remark'), role: 'status', hidden: true });

  /** @param onChange called with allowed values, undefined for the default */
  constructor(private readonly parameter: ParameterControl, onChange: (value: unknown) => void) {
    const { name, title, help, unit } = parameter;
    const id = `parameter-${name}`;
    const helpId = newId('help');
    this.input = inputFor(parameter, { id, onInput: (value) => this.entered(value, onChange) });
    this.reset = iconButton('discard', `Reset ${title}`, () => {
      this.show(undefined);
      onChange(undefined);
      this.input.described.focus();
    }, `${id}-reset`);
    this.help = element('p', { class: 'parameter-help', id: helpId }, help);
    const label = parameter.kind === 'boolean' ? [] : [element('label', { class: 'parameter-title', for: id }, title, ...(unit ? [element('span', { class: 'parameter-unit' }, ` · ${unit}`)] : []))];
    this.root = element('div', { class: `parameter parameter-${parameter.kind}`, 'data-parameter': name },
      element('div', { class: 'parameter-head' }, ...label, ...(parameter.kind === 'boolean' ? [this.input.root] : []), this.reset),
      this.help, this.needlessReason, ...(parameter.kind === 'boolean' ? [] : [this.input.root]), this.remark, this.error);
    setAttributes(this.input.described, { 'aria-describedby': `${this.error.id} ${this.remark.id} ${helpId}` });
  }

  /** @param value undefined: the default */
  show(value: unknown): void {
    this.input.show(value ?? this.parameter.default);
    this.object(undefined);
    this.offerReset(value);
  }

  /** Why the parameter means nothing at present: then it cannot be changed, and that is said. */
  set needless(reason: string | undefined) {
    const isNeedless = reason !== undefined;
    this.root.classList.toggle('needless', isNeedless);
    this.input.root.inert = isNeedless;
    if (this.parameter.kind !== 'boolean') this.input.root.hidden = isNeedless;
    this.reset.hidden = isNeedless;
    this.help.hidden = isNeedless;
    this.needlessReason.hidden = !isNeedless;
    this.needlessReason.textContent = reason ?? '';
  }

  /** What its value is beside the others. */
  set conflict(conflict: Conflict | undefined) {
    this.conflicting = conflict;
    this.explain();
  }

  private entered(value: unknown, onChange: (value: unknown) => void): void {
    const refused = objection(this.parameter, value);
    this.object(refused);
    if (refused !== undefined) return;
    this.offerReset(value);
    onChange(value === this.parameter.default ? undefined : value);
  }

  private offerReset(value: unknown): void {
    const isDefault = value === undefined || value === this.parameter.default;
    this.reset.classList.toggle('unneeded', isDefault);
    this.reset.disabled = isDefault;
  }

  private object(message: string | undefined): void {
    this.refused = message;
    this.explain();
  }

  private explain(): void {
    const { refused, conflicting } = this;
    const message = refused ?? (conflicting?.refused ? conflicting.message : undefined);
    const remark = message === undefined ? conflicting?.message : undefined;
    this.error.textContent = message ?? '';
    this.error.hidden = message === undefined;
    this.remark.textContent = remark ?? '';
    this.remark.hidden = remark === undefined;
    setAttributes(this.input.described, { 'aria-invalid': message === undefined ? undefined : 'true' });
    this.root.classList.toggle('invalid', message !== undefined);
  }
}

function inputFor(parameter: ParameterControl, options: InputOptions): ParameterInput {
  switch (parameter.kind) {
    case 'number':
      return new NumberInput(parameter, options);
    case 'boolean':
      return new BooleanInput(parameter.title, options);
    case 'choice':
      return new ChoiceInput(parameter.title, parameter.choices, options);
    case 'text':
      return new TextInput(options);
  }
}
