/** A check box with its title. */
import type { Checkbox } from '@vscode/webview-ui-toolkit';
import { setAttributes } from './element.ts';
import type { InputOptions, ParameterInput } from './parameter-field.ts';

export class BooleanInput implements ParameterInput {
  readonly root = document.createElement('vscode-checkbox') as Checkbox;
  readonly described = this.root;
  /** The toolkit's check box also tells of changes made by `show`, which are no one's choice. */
  private shown = false;

  constructor(title: string, { id, onInput }: InputOptions) {
    setAttributes(this.root, { id });
    this.root.textContent = title;
    this.root.addEventListener('change', () => {
      if (this.root.checked === this.shown) return;
      this.shown = this.root.checked;
      onInput(this.shown);
    });
  }

  show(value: unknown): void {
    this.shown = value === true;
    if (this.root.checked !== this.shown) this.root.checked = this.shown;
  }
}
