/** Above the cells: what is compared, how all of it is looked at, what is under way, and what to do with it. */
import type { Button, Checkbox } from '@vscode/webview-ui-toolkit';
import { colorMaps, type ColorMap, type Display } from '../../src/protocol/display.ts';
import type { CompareView } from '../../src/protocol/compare-panel.ts';
import { changeableParts, type ChangeablePart } from '../../src/protocol/comparison.ts';
import { button, iconButton, Select } from '../ui/controls.ts';
import { element, setAttributes } from '../ui/element.ts';
import { MenuButton } from '../ui/menu.ts';
import { Segmented } from '../ui/segmented.ts';
import { Slider } from '../ui/slider.ts';
import { colorMapNames } from '../ui/words.ts';
import { partIcons, partNames } from './cell-list.ts';

export interface ToolbarListener {
  changed(patch: Partial<Pick<CompareView, 'layout' | 'shared'>>): void;
  display(patch: Partial<Display>): void;
  fit(): void;
  cancel(): void;
  run(): void;
  export(what: 'picture' | 'page'): void;
  add(part: ChangeablePart): void;
  undo(): void;
  redo(): void;
  /** Shows the difference of two cells, or hides it. */
  difference(): void;
}

export class Toolbar {
  readonly root: HTMLElement;
  private readonly title = element('h1', { class: 'compare-title' });
  private readonly status = element('span', { class: 'compare-status', role: 'status' });
  private readonly layout: Segmented<CompareView['layout']>;
  private readonly shared = document.createElement('vscode-checkbox') as Checkbox;
  private readonly reason = element('span', { class: 'compare-reason', id: 'shared-reason' });
  private readonly colorMap: Select<ColorMap | 'auto'>;
  private readonly opacity: Slider;
  private readonly threshold: Slider;
  private readonly cancel: Button;
  private readonly run: Button;
  private readonly exports: MenuButton;
  private readonly add: MenuButton;
  private readonly undo: Button;
  private readonly redo: Button;
  private readonly difference: Button;
  /** Changes made by `showView` are no one's choice. */
  private isShared = false;

  constructor(listener: ToolbarListener) {
    this.layout = new Segmented('View', [
      { value: 'overlay', label: 'Overlay', icon: 'layers' }, { value: 'map', label: 'Map only', icon: 'flame' },
    ], (layout) => listener.changed({ layout }));
    setAttributes(this.shared, { id: 'shared', 'aria-describedby': 'shared-reason' });
    this.shared.textContent = 'One colour scale';
    this.shared.addEventListener('change', () => {
      if (this.shared.checked !== this.isShared) listener.changed({ shared: this.shared.checked });
    });
    this.colorMap = new Select<ColorMap | 'auto'>('Colour map', 'color-map', (chosen) => listener.display({ colorMap: chosen === 'auto' ? undefined : chosen }));
    this.colorMap.setChoices([{ value: 'auto', label: 'Automatic' }, ...colorMaps.map((value) => ({ value, label: colorMapNames[value] }))]);
    this.opacity = new Slider('Opacity', 'opacity', (opacity) => listener.display({ opacity }));
    this.threshold = new Slider('Threshold', 'threshold', (threshold) => listener.display({ threshold }));
    this.cancel = button('Cancel', () => listener.cancel(), { id: 'cancel' });
    this.run = button('Continue', () => listener.run(), { id: 'run', icon: 'play' });
    this.exports = new MenuButton('Export', 'desktop-download', [
      { id: 'picture', label: 'Picture of all cells (PNG)', icon: 'file-media' }, { id: 'page', label: 'Page with all cells (HTML)', icon: 'file-code' },
    ], (what) => listener.export(what as 'picture' | 'page'));
    this.add = new MenuButton('Add cells', 'add', changeableParts.map((part) => (
      { id: part, label: `Another ${partNames[part]}…`, icon: partIcons[part] }
    )), (part) => listener.add(part as ChangeablePart));
    this.undo = iconButton('discard', 'Undo (Ctrl+Z)', () => listener.undo(), 'undo');
    this.redo = iconButton('redo', 'Redo (Ctrl+Y)', () => listener.redo(), 'redo');
    this.difference = iconButton('diff', 'Difference of two cells', () => listener.difference(), 'difference-toggle');
    const edit = element('div', { class: 'compare-edit', role: 'group', 'aria-label': 'Cells' }, this.add.root, this.undo, this.redo, this.difference);
    this.root = element('header', { class: 'compare-header' },
      element('div', { class: 'compare-head' }, this.title, this.status, this.run, this.cancel,
        element('div', { class: 'compare-tools' }, edit, this.layout.root, iconButton('screen-full', 'Fit all (0)', () => listener.fit(), 'zoom-fit'), this.exports.root)),
      element('div', { class: 'compare-controls' }, element('div', { class: 'compare-scale' }, this.shared, this.reason),
        this.opacity.root, this.threshold.root, this.colorMap.root));
  }

  showTitle(title: string): void {
    this.title.textContent = title;
    this.title.title = title;
  }

  /** What can be changed of the cells. */
  showEdits({ canUndo, canRedo, canAdd }: { canUndo: boolean; canRedo: boolean; canAdd: boolean }): void {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
    this.add.disabled = !canAdd;
  }

  /** @param possible whether there are two cells */
  showDifference(shown: boolean, possible: boolean): void {
    this.difference.disabled = !possible;
    this.difference.setAttribute('aria-pressed', String(shown));
  }

  /** @param reason why one scale makes no sense here */
  showView({ layout, display }: CompareView, shared: boolean, reason: string | undefined): void {
    this.layout.value = layout;
    this.opacity.value = display.opacity;
    this.opacity.disabled = layout === 'map'; // nothing lies beneath the map there
    this.threshold.value = display.threshold;
    this.colorMap.value = display.colorMap ?? 'auto';
    this.isShared = shared && reason === undefined;
    if (this.shared.checked !== this.isShared) this.shared.checked = this.isShared;
    this.shared.disabled = reason !== undefined;
    this.reason.textContent = reason ?? (shared ? 'The same colour is the same value everywhere.' : 'Each map spans its own values.');
  }

  /** @param left cells that have not been explained */
  showProgress(done: number, total: number, busy: boolean, left: number): void {
    this.status.textContent = busy ? `${done} of ${total}` : left > 0 ? `${total - left} of ${total}` : '';
    this.cancel.hidden = !busy;
    this.run.hidden = busy || left === 0;
    this.exports.disabled = done === 0;
  }
}
