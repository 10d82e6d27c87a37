/** What is explained, and how it is looked at: technique, class, layer, layout, and what to do with the result. */
import type { ModelDescription } from '../../src/protocol/engine.ts';
import type { Subject, View } from '../../src/protocol/result-panel.ts';
import type { TechniqueDescription } from '../../src/protocol/techniques.ts';
import type { Button } from '@vscode/webview-ui-toolkit';
import { Combobox } from '../ui/combobox.ts';
import { iconButton, Select } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import { MenuButton } from '../ui/menu.ts';
import { Segmented, type Segment } from '../ui/segmented.ts';
import type { ViewState } from '../ui/view-state.ts';
import { formatShape } from '../ui/words.ts';

export type ExportKind = 'overlay' | 'map' | 'values';
/** What makes a result again, or tells of it. */
export type TakeKind = 'command-line' | 'recipe' | 'report';

/** What stands beside the result in a comparison. */
export type CompareKind = 'techniques' | 'classes' | 'layers' | 'models';

export interface HeaderListener {
  /** A part of the subject was chosen. */
  chosen(patch: Partial<Pick<Subject, 'technique' | 'class' | 'layer'>>): void;
  copy(): void;
  export(what: ExportKind): void;
  take(what: TakeKind): void;
  compare(what: CompareKind): void;
}

const layoutSegments: Segment<View['layout']>[] = [
  { value: 'overlay', label: 'Overlay', icon: 'layers' },
  { value: 'side-by-side', label: 'Side by side', icon: 'split-horizontal' },
  { value: 'swipe', label: 'Swipe', icon: 'arrow-swap' },
  { value: 'map', label: 'Map only', icon: 'flame' },
];

export class Header {
  readonly root: HTMLElement;
  private readonly technique: Select<string>;
  private readonly target: Combobox;
  private readonly layer: Combobox;
  private readonly stripToggle: Button;
  private readonly copy: Button;
  private readonly compare: MenuButton;
  private readonly exports: MenuButton;
  private model: ModelDescription | undefined;
  private techniques: readonly TechniqueDescription[] = [];
  private subject: Subject | undefined;

  constructor(view: ViewState, listener: HeaderListener) {
    this.technique = new Select('Technique', 'technique', (technique) => listener.chosen({ technique }));
    this.target = new Combobox('Class', 'class', 'Search classes', (value) => listener.chosen({ class: Number(value) }));
    this.layer = new Combobox('Layer', 'layer', 'Search layers', (layer) => listener.chosen({ layer }));
    const layout = new Segmented('View', layoutSegments, (value) => view.change({ layout: value }));
    this.stripToggle = iconButton('layout-panel', 'Every layer', () => view.change({ stripOpen: !view.value.stripOpen }), 'strip-toggle');
    this.copy = iconButton('copy', 'Copy picture', () => listener.copy(), 'copy');
    this.compare = new MenuButton('Compare', 'compare-changes', [
      { id: 'techniques', label: 'With other techniques…', icon: 'lightbulb' },
      { id: 'classes', label: 'With the likeliest classes', icon: 'tag' },
      { id: 'layers', label: 'With other layers…', icon: 'layers' },
      { id: 'models', label: 'With other models…', icon: 'circuit-board' },
    ], (id) => listener.compare(id as CompareKind));
    this.exports = new MenuButton('Export', 'desktop-download', [
      { id: 'overlay', label: 'Picture with heat map (PNG)', icon: 'file-media' },
      { id: 'map', label: 'Heat map alone (PNG)', icon: 'flame' },
      { id: 'values', label: 'Raw values (.npy)', icon: 'symbol-array' },
      { id: 'report', label: 'Report (HTML)', icon: 'file-code' },
      { id: 'recipe', label: 'Recipe (.fovea-run.json)', icon: 'json' },
      { id: 'command-line', label: 'Copy command line', icon: 'terminal' },
    ], (id) => (isExport(id) ? listener.export(id) : listener.take(id as TakeKind)));
    this.root = element('header', { class: 'header' },
      element('div', { class: 'header-subject' }, this.technique.root, this.target.root, this.layer.root),
      element('div', { class: 'header-tools', role: 'group', 'aria-label': 'View and export' }, layout.root, this.stripToggle, this.compare.root, this.copy, this.exports.root));
    view.follow((value) => {
      layout.value = value.layout;
      this.stripToggle.setAttribute('aria-pressed', String(value.stripOpen));
    });
    this.enable(false);
    this.update();
  }

  /** Whether there is a result to copy and export. */
  enable(enabled: boolean): void {
    this.compare.disabled = !enabled;
    this.copy.disabled = !enabled;
    this.exports.disabled = !enabled;
  }

  showTechniques(techniques: readonly TechniqueDescription[]): void {
    this.techniques = techniques.filter(({ family, needs }) => family !== 'generation' && !needs.secondPicture);
    this.technique.setChoices(this.techniques.map(({ id, title }) => ({ value: id, label: title })));
    this.update();
  }

  showModel(model: ModelDescription): void {
    if (this.model?.hash !== model.hash || this.model.labels.length !== model.labels.length) {
      this.target.setOptions(model.labels.map((label, index) => ({ value: String(index), label, detail: String(index) })));
      this.layer.setOptions(model.layers.map((layer) => ({ value: layer.name, label: layer.name, detail: `${layer.op}  ${formatShape(layer)}` })));
    }
    this.model = model;
    this.update();
  }

  /** @param explained class of the result, for a subject whose class is the top one */
  showSubject(subject: Subject, explained: number | undefined): void {
    this.subject = subject;
    const target = subject.class === 'top' ? explained : subject.class;
    this.target.value = target === undefined ? undefined : String(target);
    this.layer.value = subject.layer ?? this.model?.defaultLayer;
    this.update();
  }

  private update(): void {
    const technique = this.techniques.find(({ id }) => id === this.subject?.technique);
    this.technique.root.hidden = this.techniques.length < 2;
    if (this.subject) this.technique.value = this.subject.technique;
    this.target.root.hidden = technique ? !technique.needs.class : false;
    const layered = technique ? technique.needs.layer : true;
    this.layer.root.hidden = !layered;
    this.compare.enable({ layers: layered, classes: technique?.needs.class ?? true });
    this.stripToggle.hidden = !layered;
    this.target.disabled = !this.model;
    this.layer.disabled = !this.model;
    if (this.subject && !this.subject.layer) this.layer.value = this.model?.defaultLayer;
  }
}

function isExport(id: string): id is ExportKind {
  return id === 'overlay' || id === 'map' || id === 'values';
}
