/** A row of icons of which one is chosen: radio buttons, so that arrow keys and screen readers know what to do. */
import { element, icon, newId } from './element.ts';

export interface Segment<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly icon: string;
}

export class Segmented<T extends string> {
  readonly root: HTMLElement;
  private readonly inputs = new Map<T, HTMLInputElement>();

  constructor(label: string, segments: readonly Segment<T>[], onChange: (value: T) => void) {
    const name = newId('segmented');
    this.root = element('div', { class: 'segmented', role: 'radiogroup', 'aria-label': label });
    for (const segment of segments) {
      const input = element('input', { type: 'radio', name, value: segment.value, 'aria-label': segment.label, class: 'segment-input' });
      input.addEventListener('change', () => onChange(segment.value));
      this.inputs.set(segment.value, input);
      this.root.append(element('label', { class: 'segment', title: segment.label, 'data-value': segment.value }, input, icon(segment.icon)));
    }
  }

  set value(value: T) {
    const input = this.inputs.get(value);
    if (input) input.checked = true;
  }
}
