/** Values that are text, one on each line. */
import { element } from '../ui/element.ts';
import type { ValuesInput } from './axis-form.ts';

export class TextValues implements ValuesInput {
  readonly root: HTMLTextAreaElement;
  readonly described: HTMLElement;

  constructor(title: string, id: string, onValues: (values: unknown[]) => void) {
    this.root = element('textarea', { id, class: 'text-input text-values', rows: 4, spellcheck: 'false', 'aria-label': `Values of ${title}, one on each line` });
    this.root.addEventListener('input', () => onValues(this.root.value.split('\n').map((line) => line.trim()).filter(Boolean)));
    this.described = this.root;
  }

  show(values: readonly unknown[]): void {
    if (document.activeElement !== this.root) this.root.value = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n');
  }
}
