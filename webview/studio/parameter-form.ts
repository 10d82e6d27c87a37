/** The parameters of a generator: those that act on the run that is going on, and those that it starts with. */
import type { GeneratorDescription } from '../../src/protocol/generate.ts';
import { controlsOf, unmetCondition, type ParameterControl } from '../../src/protocol/parameter-controls.ts';
import type { Work, WorkChange } from '../../src/protocol/studio-panel.ts';
import { Combobox } from '../ui/combobox.ts';
import { element } from '../ui/element.ts';
import { ParameterField } from '../ui/parameter-field.ts';
import { SeedField } from '../ui/seed-field.ts';

export class ParameterForm {
  readonly root: HTMLElement;
  private readonly live: Group;
  private readonly fixed: Group;
  private readonly presets: Combobox;
  private readonly seed: SeedField;
  private fields = new Map<string, ParameterField>();
  private controls: readonly ParameterControl[] = [];
  private generator: GeneratorDescription | undefined;
  private parameters: Record<string, unknown> = {};

  constructor(private readonly onChange: (change: WorkChange) => void) {
    this.presets = new Combobox('Preset', 'preset', 'Load a preset', (id) => this.load(id));
    this.seed = new SeedField((seed) => onChange({ seed }));
    this.live = new Group('live', 'Live parameters', 'Changes act on the run under way.');
    this.fixed = new Group('fixed', 'Start parameters', 'Fixed while it runs.');
    this.root = element('div', { class: 'parameter-form' }, this.live.root, this.fixed.root);
  }

  showGenerator(generator: GeneratorDescription): void {
    if (JSON.stringify(generator) === JSON.stringify(this.generator)) return;
    this.generator = generator;
    const isLive = (name: string): boolean => (generator.parameters.properties?.[name] as { live?: boolean } | undefined)?.live === true;
    const controls = controlsOf(generator.parameters);
    this.controls = controls;
    this.fields = new Map(controls.map((parameter) => (
      [parameter.name, new ParameterField(parameter, (value) => this.changed(parameter.name, value))]
    )));
    const roots = (live: boolean) => controls.filter(({ name }) => isLive(name) === live).map(({ name }) => this.fields.get(name)!.root);
    this.presets.setOptions((generator.presets ?? []).map(({ id, title, description }) => ({ value: id, label: title, detail: description })));
    this.live.show(roots(true));
    this.fixed.show([...(generator.presets?.length ? [this.presets.root] : []), ...roots(false), this.seed.root]);
  }

  show({ parameters, seed }: Work, running: boolean): void {
    this.parameters = parameters;
    for (const [name, field] of this.fields) field.show(parameters[name]);
    this.hideMeaningless();
    this.seed.value = seed;
    this.fixed.content.inert = running;
  }

  private changed(name: string, value: unknown): void {
    const { [name]: present, ...others } = this.parameters;
    if (present === value) return; // the toolkit's check box tells of changes that come from here, too
    this.parameters = value === undefined ? others : { ...others, [name]: value };
    this.hideMeaningless();
    this.onChange({ parameters: this.parameters });
  }

  /** Fields that belong to another choice than the one that is taken are not shown. */
  private hideMeaningless(): void {
    for (const control of this.controls) {
      const field = this.fields.get(control.name);
      if (field) field.root.hidden = unmetCondition(control, this.controls, this.parameters) !== undefined;
    }
  }

  private load(id: string): void {
    const preset = this.generator?.presets?.find((one) => one.id === id);
    if (preset) this.onChange({ parameters: { ...preset.parameters } });
  }
}

/** A titled group of fields. */
class Group {
  readonly root: HTMLElement;
  readonly content = element('div', { class: 'parameter-group' });

  constructor(id: string, title: string, help: string) {
    this.root = element('section', { class: 'section', 'aria-labelledby': `${id}-title`, id },
      element('div', { class: 'section-head' }, element('h2', { class: 'section-title', id: `${id}-title` }, title)),
      element('p', { class: 'parameter-help' }, help), this.content);
  }

  show(fields: readonly Node[]): void {
    this.content.replaceChildren(...fields);
    this.root.hidden = fields.length === 0;
  }
}
