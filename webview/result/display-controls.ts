/** Colour map, opacity and threshold, with the colour bar that says what the colours mean. All of it acts in the page alone. */
import type { Checkbox } from '@vscode/webview-ui-toolkit';
import { colorMapOf, colorMaps, type ColorMap } from '../../src/protocol/display.ts';
import { Select } from '../ui/controls.ts';
import { element, setAttributes } from '../ui/element.ts';
import { Slider } from '../ui/slider.ts';
import { ColourBar } from '../ui/colour-bar.ts';
import type { PaintedResult } from '../ui/painted-result.ts';
import type { ViewState } from '../ui/view-state.ts';
import { colorMapNames } from '../ui/words.ts';

export class DisplayControls {
  readonly root: HTMLElement;
  readonly bar = new ColourBar('colour-bar');
  private readonly colorMap: Select<ColorMap>;
  private readonly unit = element('span', { class: 'unit', id: 'unit', title: 'Unit of the values' });
  private readonly error = document.createElement('vscode-checkbox') as Checkbox;
  private painted: PaintedResult | undefined;

  constructor(private readonly view: ViewState) {
    this.colorMap = new Select<ColorMap>('Colour map', 'color-map', (colorMap) => view.changeDisplay({ colorMap }));
    this.colorMap.setChoices(colorMaps.map((value) => ({ value, label: colorMapNames[value] })));
    const opacity = new Slider('Opacity', 'opacity', (value) => view.changeDisplay({ opacity: value }));
    const threshold = new Slider('Threshold', 'threshold', (value) => view.changeDisplay({ threshold: value }));
    setAttributes(this.error, { id: 'standard-error', title: 'How sure each value is, in its own unit; it halves with four times as many samples' });
    this.error.textContent = 'Show the standard error';
    this.error.addEventListener('change', () => {
      if (this.error.checked !== view.value.standardError) view.change({ standardError: this.error.checked });
    });
    this.error.hidden = true;
    this.root = element('section', { class: 'section', 'aria-labelledby': 'display-title' },
      element('div', { class: 'section-head' }, element('h2', { class: 'section-title', id: 'display-title' }, 'Heat map'), this.unit), this.bar.root, opacity.root, threshold.root,
      this.colorMap.root, this.error);
    view.follow(({ display, layout, standardError }) => {
      if (this.error.checked !== standardError) this.error.checked = standardError;
      opacity.disabled = layout === 'map'; // nothing lies beneath the map there
      opacity.value = display.opacity;
      threshold.value = display.threshold;
      this.refresh();
    });
  }

  /** @param hasError whether the result has standard errors */
  show(painted: PaintedResult, hasError: boolean): void {
    this.painted = painted;
    this.error.hidden = !hasError;
    this.unit.textContent = painted.result.map.unit;
    this.refresh();
  }

  private refresh(): void {
    const { display } = this.view.value;
    this.colorMap.value = colorMapOf(display, this.painted?.plane.signed ?? false);
    if (this.painted) this.bar.show(this.painted, display);
  }
}
