/** What is made: the way, the target, the pictures it starts from. */
import type { Button } from '@vscode/webview-ui-toolkit';
import type { GeneratorDescription } from '../../src/protocol/generate.ts';
import type { PictureRole, StudioModel, Work, WorkChange } from '../../src/protocol/studio-panel.ts';
import { Combobox } from '../ui/combobox.ts';
import { iconButton, Select } from '../ui/controls.ts';
import { element, icon } from '../ui/element.ts';
import { formatShape } from '../ui/words.ts';
import { PictureField } from './picture-field.ts';

export interface ChooserListener {
  changed(change: WorkChange): void;
  choosePicture(role: PictureRole): void;
  dropped(role: PictureRole, uri: string): void;
}

/** Value of the option that stands for no class in particular. */
const anyClass = 'any';

export class Chooser {
  readonly root: HTMLElement;
  private readonly generator: Select<string>;
  private readonly kind: Select<'class' | 'layer'>;
  private readonly target: Combobox;
  private readonly layer: Combobox;
  private readonly add: Button;
  private readonly targetField: HTMLElement;
  private readonly chips = element('ul', { class: 'chips', id: 'classes', 'aria-label': 'Classes', hidden: true });
  private readonly pictures: Record<PictureRole, PictureField>;
  private generators: readonly GeneratorDescription[] = [];
  private model: StudioModel | undefined;
  private work: Work | undefined;
  /** Whether the next class is added to those that are there. */
  private adding = false;

  constructor(private readonly listener: ChooserListener) {
    this.generator = new Select('Technique', 'generator', (generator) => this.chooseGenerator(generator));
    this.kind = new Select('Target', 'target-kind', (kind) => this.chooseKind(kind));
    this.kind.setChoices([{ value: 'class', label: 'Class' }, { value: 'layer', label: 'Layer' }]);
    this.kind.root.classList.add('kind-field');
    this.target = new Combobox('Class', 'class', 'Search classes', (value) => this.chooseClass(value));
    this.layer = new Combobox('Layer', 'layer', 'Search layers', (layer) => listener.changed({ layer, classes: [] }));
    this.add = iconButton('add', 'Add another class', () => this.startAdding(), 'add-class');
    this.targetField = element('div', { class: 'layer-field field' }, this.target.root, this.add);
    this.pictures = {
      content: new PictureField('Photograph', 'content', () => listener.choosePicture('content'), (uri) => listener.dropped('content', uri)),
      style: new PictureField('Style', 'style', () => listener.choosePicture('style'), (uri) => listener.dropped('style', uri)),
    };
    this.root = element('div', { class: 'chooser' },
      element('div', { class: 'header-subject' }, this.generator.root, this.pictures.content.root, this.pictures.style.root, this.kind.root, this.targetField, this.layer.root),
      this.chips);
    this.refresh();
  }

  showGenerators(generators: readonly GeneratorDescription[]): void {
    this.generators = generators;
    this.refresh();
  }

  showModel(model: StudioModel): void {
    this.model = model;
    this.layer.setOptions(model.layers.map((layer) => ({ value: layer.name, label: layer.name, detail: formatShape(layer) })));
    this.refresh();
  }

  show(work: Work, names: Partial<Record<PictureRole, string>>, missing: readonly PictureRole[], running: boolean): void {
    this.work = work;
    for (const role of ['content', 'style'] as const) this.pictures[role].show(names[role], missing.includes(role));
    this.root.inert = running;
    this.refresh();
  }

  private refresh(): void {
    const { work } = this;
    const chosen = this.generators.find(({ id }) => id === work?.generator);
    const needs = chosen?.needs ?? { content: false, style: false, target: 'none' as const };
    this.generator.setChoices(this.generators.map(({ id, title }) => ({ value: id, label: title })));
    if (chosen) this.generator.value = chosen.id;
    const ofLayer = needs.target === 'class-or-layer' && work?.layer !== undefined;
    this.pictures.content.root.hidden = !needs.content;
    this.pictures.style.root.hidden = !needs.style;
    this.kind.root.hidden = needs.target !== 'class-or-layer';
    this.kind.value = ofLayer ? 'layer' : 'class';
    this.targetField.hidden = needs.target === 'none' || ofLayer;
    this.layer.root.hidden = !ofLayer;
    this.layer.value = work?.layer;
    const labels = this.model?.labels ?? [];
    this.target.setOptions([
      ...(needs.target === 'class-or-any' ? [{ value: anyClass, label: 'Any other class' }] : []),
      ...labels.map((label, index) => ({ value: String(index), label, detail: String(index) })),
    ]);
    const classes = work?.classes ?? [];
    const several = needs.target === 'class' || needs.target === 'class-or-layer';
    this.add.hidden = !several || classes.length === 0;
    if (!this.adding) this.target.value = classes.length > 0 ? String(classes[0]) : needs.target === 'class-or-any' ? anyClass : undefined;
    this.chips.hidden = this.targetField.hidden || classes.length < 2;
    this.chips.replaceChildren(...classes.map((index, place) => this.chip(labels[index] ?? `class ${index}`, place)));
  }

  private chip(label: string, place: number): HTMLElement {
    const remove = element('button', { class: 'chip-remove', type: 'button', 'aria-label': `Remove ${label}`, title: `Remove ${label}` }, icon('close'));
    remove.addEventListener('click', () => this.listener.changed({ classes: (this.work?.classes ?? []).filter((_, other) => other !== place) }));
    return element('li', { class: 'chip' }, element('span', { class: 'chip-label' }, label), remove);
  }

  private chooseGenerator(generator: string): void {
    const needs = this.generators.find(({ id }) => id === generator)?.needs;
    const { classes = [], layer } = this.work ?? {};
    this.listener.changed({
      generator, parameters: {},
      classes: needs?.target === 'none' ? [] : needs?.target === 'class-or-any' ? classes.slice(0, 1) : classes,
      layer: needs?.target === 'class-or-layer' ? layer ?? null : null,
    });
  }

  private chooseKind(kind: 'class' | 'layer'): void {
    if ((this.work?.layer === undefined ? 'class' : 'layer') === kind) return;
    if (kind === 'class') this.listener.changed({ layer: null, classes: [0] });
    else this.listener.changed({ layer: this.model?.drawnLayer ?? this.model?.layers[0]?.name ?? null, classes: [] });
  }

  private chooseClass(value: string): void {
    const classes = this.work?.classes ?? [];
    const { adding } = this;
    this.adding = false;
    if (value === anyClass) this.listener.changed({ classes: [], layer: null });
    else if (adding) this.listener.changed({ classes: [...classes, Number(value)], layer: null });
    else this.listener.changed({ classes: [Number(value), ...classes.slice(1)], layer: null });
  }

  private startAdding(): void {
    this.adding = true;
    this.target.value = undefined;
    this.target.focus();
  }
}
