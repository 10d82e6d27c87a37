/** Presets: a list to load from, saving the present values, deleting one's own. */
import type { TuneMessage, TunePreset } from '../../src/protocol/tune-panel.ts';
import { Combobox } from '../ui/combobox.ts';
import { iconButton } from '../ui/controls.ts';
import { element } from '../ui/element.ts';

export class PresetBar {
  readonly root: HTMLElement;
  private readonly list: Combobox;
  private readonly remove = iconButton('trash', 'Delete this preset', () => this.delete(), 'preset-delete');
  private presets: readonly TunePreset[] = [];
  private loaded: string | undefined;

  constructor(private readonly post: (message: TuneMessage) => void) {
    this.list = new Combobox('Preset', 'preset', 'Load a preset', (id) => {
      this.loaded = id;
      this.refresh();
      post({ type: 'load-preset', id });
    });
    this.root = element('div', { class: 'presets' }, this.list.root,
      iconButton('save', 'Save the values as a preset', () => post({ type: 'save-preset' }), 'preset-save'), this.remove);
  }

  show(presets: readonly TunePreset[]): void {
    this.presets = presets;
    this.list.setOptions(presets.map(({ id, title, description }) => ({ value: id, label: title, detail: description })));
    this.refresh();
  }

  private refresh(): void {
    const chosen = this.presets.find(({ id }) => id === this.loaded);
    if (!chosen) this.loaded = undefined;
    this.list.value = this.loaded;
    this.list.disabled = this.presets.length === 0;
    this.remove.hidden = !chosen?.own;
  }

  private delete(): void {
    if (this.loaded !== undefined) this.post({ type: 'delete-preset', id: this.loaded });
  }
}
