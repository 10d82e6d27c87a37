/** One side of the grid: its parameter, the values it takes, and why they are refused. */
import type { ParameterControl } from '../../src/protocol/parameter-controls.ts';
import type { SweepAxis } from '../../src/protocol/sweep.ts';
import { axisObjection } from '../../src/protocol/sweep-plan.ts';
import { Select } from '../ui/controls.ts';
import { element, newId, setAttributes } from '../ui/element.ts';
import { ChosenValues } from './chosen-values.ts';
import { NumberValues } from './number-values.ts';
import { TextValues } from './text-values.ts';

/** Fields for the values of one parameter. */
export interface ValuesInput {
  readonly root: HTMLElement;
  /** Element that a message belongs to. */
  readonly described: HTMLElement;
  /** Shows values; does not call back. */
  show(values: readonly unknown[]): void;
}

/** Value of the option that stands for no parameter. */
const nothing = '';

export class AxisForm {
  readonly root: HTMLElement;
  private readonly select: Select<string>;
  private readonly help = element('p', { class: 'parameter-help' });
  private readonly error = element('p', { class: 'parameter-error', id: newId('error'), role: 'alert', hidden: true });
  private readonly place = element('div', { class: 'axis-values' });
  private input: ValuesInput | undefined;
  private control: ParameterControl | undefined;

  /**
   * @param side `columns` or `rows` @param optional whether there may be no parameter
   * @param onParameter called with the parameter chosen @param onValues called with all values entered, allowed or not
   */
  constructor(
    side: string, title: string, private readonly optional: boolean,
    onParameter: (name: string | undefined) => void, private readonly onValues: (values: unknown[]) => void,
  ) {
    this.select = new Select(`${title}: parameter`, side, (name) => onParameter(name === nothing ? undefined : name));
    this.root = element('section', { class: 'section axis', 'aria-labelledby': `${side}-title`, id: `${side}-section` },
      element('h2', { class: 'section-title', id: `${side}-title` }, title), this.select.control, this.help, this.place, this.error);
  }

  /** @param choices parameters that may be taken here */
  show(choices: readonly ParameterControl[], axis: SweepAxis | undefined): void {
    this.select.setChoices([...(this.optional ? [{ value: nothing, label: 'None: a single row' }] : []), ...choices.map(({ name, title }) => ({ value: name, label: title }))]);
    this.select.value = axis?.parameter ?? nothing;
    const control = choices.find(({ name }) => name === axis?.parameter);
    if (control?.name !== this.control?.name || control?.kind !== this.control?.kind) {
      this.input = control && inputFor(control, `${this.select.control.id}-values`, (values) => this.onValues(values));
      this.place.replaceChildren(...(this.input ? [this.input.root] : []));
      if (this.input) setAttributes(this.input.described, { 'aria-describedby': this.error.id });
    }
    this.control = control;
    this.help.textContent = control ? `${control.help}.` : '';
    this.help.hidden = control === undefined;
    if (axis) this.input?.show(axis.values);
    this.object(control && axis && axisObjection(control, axis));
  }

  private object(message: string | undefined): void {
    this.error.textContent = message ?? '';
    this.error.hidden = message === undefined;
    if (this.input) setAttributes(this.input.described, { 'aria-invalid': message === undefined ? undefined : 'true' });
  }
}

function inputFor(control: ParameterControl, id: string, onValues: (values: unknown[]) => void): ValuesInput {
  switch (control.kind) {
    case 'number': return new NumberValues(control, id, onValues);
    case 'boolean': return new ChosenValues(control.title, id, [{ value: false, label: 'Off', help: '' }, { value: true, label: 'On', help: '' }], onValues);
    case 'choice': return new ChosenValues(control.title, id, control.choices, onValues);
    case 'text': return new TextValues(control.title, id, onValues);
  }
}
