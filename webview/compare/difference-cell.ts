/** The cell of a difference: which two it is of, what of them is subtracted, and what that says. */
import type { Checkbox } from '@vscode/webview-ui-toolkit';
import type { DifferenceView } from '../../src/protocol/compare-panel.ts';
import { button, iconButton, Select } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import { CellView, type CellListener } from './cell-view.ts';
import { differenceOf, type Term } from './difference.ts';

export class DifferenceCell {
  readonly view: CellView;
  /** What it is of, in words; empty while there is none. */
  sentence = '';
  private readonly from: Select<string>;
  private readonly less: Select<string>;
  private readonly magnitudes = document.createElement('vscode-checkbox') as Checkbox;
  private readonly scaled = document.createElement('vscode-checkbox') as Checkbox;
  private shown: DifferenceView | undefined;

  /** @param changed called with what a person chose */
  constructor(listener: CellListener, private readonly changed: (patch: Partial<DifferenceView>) => void) {
    this.view = new CellView('difference', 'Difference', listener);
    this.view.name = 'Difference';
    this.from = new Select('Of', 'difference-from', (at) => this.choose({ from: Number(at) }));
    this.less = new Select('Minus', 'difference-less', (at) => this.choose({ less: Number(at) }));
    const swap = iconButton('arrow-swap', 'Swap the two', () => this.shown && this.changed({ from: this.shown.less, less: this.shown.from }), 'difference-swap');
    for (const [box, id, label, title] of [
      [this.magnitudes, 'difference-magnitudes', 'Magnitudes', 'Subtract magnitudes instead of signed values'],
      [this.scaled, 'difference-scaled', 'Scale each map', 'Divide each map by its largest magnitude first'],
    ] as const) {
      box.id = id;
      box.textContent = label;
      box.title = title;
      box.addEventListener('change', () => {
        const { shown } = this; // changes made by `show` are no one's choice
        if (shown && (this.magnitudes.checked !== shown.magnitudes || this.scaled.checked !== shown.scaled)) {
          this.changed({ magnitudes: this.magnitudes.checked, scaled: this.scaled.checked });
        }
      });
    }
    this.view.tools.append(
      element('div', { class: 'difference-terms' }, this.from.root, swap, this.less.root),
      element('div', { class: 'difference-kind' }, this.magnitudes, this.scaled));
  }

  /** @param terms one for each cell; undefined where there is no result @param names of all cells */
  show(difference: DifferenceView, names: readonly string[], terms: readonly (Term | undefined)[], picture: HTMLCanvasElement | undefined): void {
    this.shown = difference;
    const choices = names.map((label, at) => ({ value: String(at), label }));
    this.from.setChoices(choices);
    this.less.setChoices(choices);
    this.from.value = String(difference.from);
    this.less.value = String(difference.less);
    this.magnitudes.checked = difference.magnitudes;
    this.scaled.checked = difference.scaled;
    this.sentence = '';
    const [from, less] = [terms[difference.from], terms[difference.less]];
    this.magnitudes.hidden = !difference.magnitudes && ![from, less].some((term) => term?.result.map.signed); // else they are the same
    this.view.name = `${names[difference.from]} − ${names[difference.less]}`;
    if (!from || !less) {
      this.view.show({ state: 'waiting' }, undefined);
      return;
    }
    const found = differenceOf(from, less, difference);
    if ('reason' in found) {
      this.view.explain(found.reason, ...(found.canScale ? [button('Scale Each Map', () => this.changed({ scaled: true }))] : []));
      return;
    }
    this.view.name = found.name;
    this.sentence = found.sentence;
    this.view.show({ state: 'done', result: found.result }, picture, found.facts, found.sentence);
  }

  /** The two are never the same: choosing the other one swaps them. */
  private choose(patch: { from: number } | { less: number }): void {
    const { shown } = this;
    if (!shown) return;
    const next = { from: shown.from, less: shown.less, ...patch };
    this.changed(next.from === next.less ? { from: shown.less, less: shown.from } : next);
  }
}
