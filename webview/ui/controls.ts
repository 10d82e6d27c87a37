/** The controls of the Webview UI Toolkit, registered and wrapped in this one place. */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeDropdown, vsCodeOption, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import type { Button, Dropdown } from '@vscode/webview-ui-toolkit';
import { element, icon, newId, setAttributes } from './element.ts';

/** Makes the toolkit's elements known to the page; once, before anything is built. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodeProgressRing());
}

export interface ButtonOptions {
  readonly id?: string;
  readonly appearance?: 'primary' | 'secondary';
  readonly icon?: string;
  readonly title?: string;
}

/** A button with words. */
export function button(label: string, onClick: () => void, options: ButtonOptions = {}): Button {
  const created = document.createElement('vscode-button') as Button;
  setAttributes(created, { id: options.id, appearance: options.appearance ?? 'secondary', title: options.title });
  if (options.icon) {
    const start = icon(options.icon);
    start.slot = 'start';
    created.append(start);
  }
  created.append(label);
  created.addEventListener('click', onClick);
  return created;
}

/** A button that is an icon; its label is its tooltip and its name. */
export function iconButton(iconName: string, label: string, onClick: () => void, id?: string): Button {
  const created = document.createElement('vscode-button') as Button;
  setAttributes(created, { id, appearance: 'icon', 'aria-label': label, title: label });
  created.append(icon(iconName));
  created.addEventListener('click', onClick);
  return created;
}

export function progressRing(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring');
  ring.setAttribute('aria-hidden', 'true'); // its message is said beside it
  return ring;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A labelled drop-down list for a few choices. */
export class Select<T extends string> {
  readonly root: HTMLElement;
  /** The list without its label. */
  readonly control: HTMLElement;
  private readonly dropdown = document.createElement('vscode-dropdown') as Dropdown;
  private choices: readonly Choice<T>[] = [];

  constructor(label: string, id: string, onChange: (value: T) => void) {
    const labelId = newId('label');
    this.control = this.dropdown;
    setAttributes(this.dropdown, { id, 'aria-label': label });
    this.root = element('div', { class: 'field' }, element('span', { class: 'field-label', id: labelId }, label), this.dropdown);
    this.dropdown.addEventListener('change', () => onChange(this.dropdown.value as T));
  }

  setChoices(choices: readonly Choice<T>[]): void {
    if (JSON.stringify(choices) === JSON.stringify(this.choices)) return;
    this.choices = choices;
    this.dropdown.replaceChildren(...choices.map(({ value, label }) => {
      const option = document.createElement('vscode-option');
      option.setAttribute('value', value);
      option.textContent = label;
      return option;
    }));
  }

  /** Shows a choice as taken; does not call back. */
  set value(value: T) {
    if (this.dropdown.value !== value) this.dropdown.value = value;
  }
}
