/** The side panel's page: the controls of the focused result's technique, and what becomes of a change. */
import { conflictOf, controlsOf, unmetCondition, type ParameterControl } from '../../src/protocol/parameter-controls.ts';
import type { TuneHostMessage, TuneModel, Tuned, TuneState } from '../../src/protocol/tune-panel.ts';
import { button, iconButton } from '../ui/controls.ts';
import { Combobox } from '../ui/combobox.ts';
import { element } from '../ui/element.ts';
import { formatDuration, formatShape } from '../ui/words.ts';
import { TuneHost } from './host.ts';
import { ParameterField } from '../ui/parameter-field.ts';
import { PresetBar } from './preset-bar.ts';
import { SeedField } from '../ui/seed-field.ts';

export class TunePanel {
  private readonly host = new TuneHost((message) => this.receive(message));
  private readonly empty: HTMLElement;
  private readonly content: HTMLElement;
  private readonly title = element('h1', { class: 'tune-title' });
  private readonly summary = element('p', { class: 'tune-summary' });
  private readonly target = new Combobox('Class', 'class', 'Search classes', (value) => this.change({ class: Number(value) }));
  private readonly layer = new Combobox('Layer', 'layer', 'Search layers', (layer) => this.change({ layer }));
  private readonly presets = new PresetBar((message) => this.host.post(message));
  private readonly parameters = element('div', { class: 'parameters' });
  private readonly seed = new SeedField((seed) => this.change({ seed }));
  private readonly undo = iconButton('arrow-left', 'Undo (Ctrl+Z)', () => this.host.post({ type: 'undo' }), 'undo');
  private readonly redo = iconButton('arrow-right', 'Redo (Ctrl+Y)', () => this.host.post({ type: 'redo' }), 'redo');
  private readonly resetAll = iconButton('clear-all', 'Reset all parameters', () => this.change({ parameters: {}, seed: 0 }), 'reset-all');
  private readonly run = button('Run', () => this.host.post({ type: this.state?.busy ? 'cancel' : 'run' }), { id: 'run', appearance: 'primary' });
  private readonly outcome = element('p', { class: 'tune-outcome', id: 'outcome', role: 'status' });
  private fields = new Map<string, ParameterField>();
  private controls: readonly ParameterControl[] = [];
  /** The technique that the fields belong to. */
  private built = '';
  private state: TuneState | undefined;
  /** Changes that wait for a contradiction to be resolved. */
  private held: Tuned = {};
  /** Number of the last change: a state that was sent before it says nothing of it. */
  private serial = 0;
  private model: TuneModel | undefined;

  constructor(root: HTMLElement) {
    this.empty = element('main', { class: 'tune-empty', id: 'empty', hidden: true },
      element('h1', { class: 'visually-hidden' }, 'Nothing to tune yet'),
      element('p', {}, 'The parameters of a result appear here, and the picture follows as you move them.'),
      element('p', {}, 'Right-click a picture in the Explorer and choose “Explain with Grad-CAM”, or begin with the sample.'),
      button('Explain Sample', () => this.host.post({ type: 'explain-sample' }), { id: 'explain-sample', appearance: 'primary' }));
    this.content = element('main', { class: 'tune', 'aria-label': 'Parameters', hidden: true },
      element('header', { class: 'tune-header' },
        element('div', { class: 'tune-heading' }, this.title, element('div', { class: 'tune-tools', role: 'toolbar', 'aria-label': 'Changes' }, this.undo, this.redo, this.resetAll)),
        this.summary),
      element('div', { class: 'tune-subject' }, this.target.root, this.layer.root), this.presets.root, this.parameters, this.seed.root,
      element('footer', { class: 'tune-footer' }, this.run, this.outcome));
    root.append(this.empty, this.content);
    addEventListener('keydown', (event) => this.keyDown(event));
    this.host.post({ type: 'ready' });
  }

  private receive(message: TuneHostMessage): void {
    if (message.type === 'model') this.showModel(message.model);
    else this.show(message.state);
  }

  private showModel(model: TuneModel): void {
    this.model = model;
    this.target.setOptions(model.labels.map((label, index) => ({ value: String(index), label, detail: String(index) })));
    this.layer.setOptions(model.layers.map((layer) => ({ value: layer.name, label: layer.name, detail: formatShape(layer) })));
    this.showSubject();
  }

  private show(sent: TuneState | null): void {
    const outdated = sent && this.state && sent.serial < this.serial && sent.subject.technique === this.state.subject.technique;
    const state = outdated && this.state ? { ...sent, subject: this.state.subject } : sent;
    this.state = state ?? undefined;
    this.empty.hidden = state !== null;
    this.content.hidden = state === null;
    document.body.dataset.state = state === null ? 'empty' : state.busy ? 'busy' : state.pending ? 'pending' : 'idle';
    if (!state) return;
    const { technique, subject, pictureName } = state;
    this.title.textContent = technique.title;
    this.title.title = technique.summary;
    this.summary.textContent = pictureName;
    this.build(state);
    for (const [name, field] of this.fields) field.show(subject.parameters[name]);
    this.showConditions(subject.parameters);
    this.seed.value = subject.seed;
    this.showSubject();
    this.presets.show(state.presets);
    this.undo.disabled = !state.canUndo;
    this.redo.disabled = !state.canRedo;
    this.resetAll.disabled = Object.keys(subject.parameters).length === 0 && subject.seed === 0;
    this.showOutcome(state);
  }

  /** Makes the fields of another technique. */
  private build({ technique, subject }: TuneState): void {
    const key = `${technique.id} ${JSON.stringify(technique.parameters)}`;
    if (key === this.built) return;
    this.built = key;
    this.controls = controlsOf(technique.parameters);
    this.fields = new Map(this.controls.map((parameter) => {
      const { name } = parameter;
      return [name, new ParameterField(parameter, (value) => this.changeParameter(name, value))];
    }));
    const none = element('p', { class: 'parameter-help' }, `${technique.title} has no parameters.`);
    this.parameters.replaceChildren(...(this.fields.size > 0 ? [...this.fields.values()].map(({ root }) => root) : [none]));
    this.parameters.dataset.technique = subject.technique;
  }

  /** Parameters that mean nothing beside the others, or contradict them, say so. @returns whether none contradicts another */
  private showConditions(parameters: Readonly<Record<string, unknown>>): boolean {
    return this.controls.map((control) => {
      const field = this.fields.get(control.name)!;
      const conflict = conflictOf(control, this.controls, parameters);
      field.needless = unmetCondition(control, this.controls, parameters);
      field.conflict = conflict;
      return !conflict?.refused;
    }).every(Boolean);
  }

  private showSubject(): void {
    if (!this.state) return;
    const { subject, technique, explainedClass } = this.state;
    const target = subject.class === 'top' ? explainedClass : subject.class;
    this.target.root.hidden = !technique.needs.class;
    this.layer.root.hidden = !technique.needs.layer;
    this.target.value = target === undefined ? undefined : String(target);
    this.layer.value = subject.layer ?? this.model?.defaultLayer;
  }

  private showOutcome({ live, pending, busy, milliseconds, cached, failed }: TuneState): void {
    this.run.replaceChildren(busy ? 'Cancel' : 'Run');
    this.run.appearance = busy || !pending ? 'secondary' : 'primary';
    const took = milliseconds === undefined ? '' : formatDuration(milliseconds);
    if (busy) this.outcome.textContent = 'Running…';
    else if (pending) this.outcome.textContent = `Changed: press Run (the last run took ${took}).`;
    else if (failed) this.outcome.textContent = 'It failed; the result says why.';
    else if (!live) this.outcome.textContent = `${cached ? 'Cached; a run takes' : 'The last run took'} ${took}. Changes wait for Run.`;
    else this.outcome.textContent = cached ? 'Live · cached' : took ? `Live · ${took}` : 'Changes act at once.';
  }

  private changeParameter(name: string, value: unknown): void {
    if (!this.state) return;
    const { [name]: present, ...others } = this.state.subject.parameters;
    if (present === value) return; // the toolkit's check box tells of changes that come from here, too
    this.change({ parameters: value === undefined ? others : { ...others, [name]: value } });
  }

  private change(tuned: Tuned): void {
    if (!this.state) return;
    this.state = { ...this.state, subject: { ...this.state.subject, ...tuned } }; // what comes next builds on it
    this.held = { ...this.held, ...tuned };
    if (!this.showConditions(this.state.subject.parameters)) return;
    this.host.post({ type: 'change', tuned: this.held, serial: ++this.serial });
    this.held = {};
  }

  /** Undo and redo, but not in the middle of writing: there the keys belong to the text. */
  private keyDown(event: KeyboardEvent): void {
    const writes = document.activeElement instanceof HTMLInputElement && document.activeElement.type === 'text';
    if (writes || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === 'z') this.host.post({ type: event.shiftKey ? 'redo' : 'undo' });
    else if (key === 'y') this.host.post({ type: 'redo' });
    else return;
    event.preventDefault();
  }
}
