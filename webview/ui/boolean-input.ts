/** A check box with its title. */
import type { Checkbox } from '@vscode/webview-ui-toolkit';
import { setAttributes } from './element.ts';
import type { InputOptions, ParameterInput } from './parameter-field.ts';

export class BooleanInput implements ParameterInput {
  readonly root = document.createElement('vscode-checkbox') as Checkbox;
  readonly described = this.root;

  constructor(title: string, { id, onInput }: InputOptions) {
    setAttributes(this.root, { id });
    this.root.textContent = title;
    this.root.addEventListener('change', () => onInput(this.root.checked));
  }

  show(value: unknown): void {
    if (this.root.checked !== (value === true)) this.root.checked = value === true;
  }
}
