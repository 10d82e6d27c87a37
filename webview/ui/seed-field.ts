/** The seed of everything random, with a die that throws another. */
import { readNumber } from '../../src/protocol/parameter-controls.ts';
import { iconButton } from './controls.ts';
import { element, newId, setAttributes } from './element.ts';

/** Seeds that the die throws are below this: short enough to be read out. */
const sides = 10_000;

export class SeedField {
  readonly root: HTMLElement;
  private readonly input = element('input', { id: 'seed', class: 'number-input', type: 'text', inputmode: 'numeric', autocomplete: 'off' });
  private readonly error = element('p', { class: 'parameter-error', id: newId('error'), role: 'alert', hidden: true }, 'Enter a whole number from 0.');

  constructor(private readonly onChange: (seed: number) => void) {
    const help = element('p', { class: 'parameter-help', id: newId('help') }, 'The same seed gives the same result');
    this.root = element('div', { class: 'parameter parameter-seed' },
      element('div', { class: 'parameter-head' }, element('label', { class: 'parameter-title', for: 'seed' }, 'Seed')),
      help, element('div', { class: 'number' }, this.input, iconButton('refresh', 'Throw another seed', () => this.throw(), 'seed-dice')), this.error);
    setAttributes(this.input, { 'aria-describedby': `${this.error.id} ${help.id}` });
    this.input.addEventListener('input', () => this.entered());
  }

  set value(seed: number) {
    if (document.activeElement !== this.input || readNumber(this.input.value) !== seed) this.input.value = String(seed);
    this.object(false);
  }

  private throw(): void {
    const seed = Math.floor(Math.random() * sides);
    this.input.value = String(seed);
    this.object(false);
    this.onChange(seed);
  }

  private entered(): void {
    const seed = readNumber(this.input.value);
    const allowed = Number.isSafeInteger(seed) && seed >= 0;
    this.object(!allowed);
    if (allowed) this.onChange(seed);
  }

  private object(refused: boolean): void {
    this.error.hidden = !refused;
    setAttributes(this.input, { 'aria-invalid': refused ? 'true' : undefined });
  }
}
