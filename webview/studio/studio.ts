/** The studio's page: puts its parts together, gives them what the host sends, and asks the host for what a person wants. */
import type { Pixels } from '../../src/protocol/engine.ts';
import type { GeneratorDescription } from '../../src/protocol/generate.ts';
import type { PanelPlace } from '../../src/protocol/panel-place.ts';
import {
  studioStateSchema, type StudioHostMessage, type StudioMessage, type StudioModel, type StudioState, type Work, type WorkChange,
} from '../../src/protocol/studio-panel.ts';
import { ErrorCard, EmptyNotice } from '../ui/notices.ts';
import { Announcer } from '../ui/announcer.ts';
import { button } from '../ui/controls.ts';
import { element } from '../ui/element.ts';
import { Host } from '../ui/host.ts';
import { MenuButton } from '../ui/menu.ts';
import { Chooser } from './chooser.ts';
import { CurvePlot } from '../ui/curve-plot.ts';
import { Easel, type Figure } from './easel.ts';
import { Outcome } from './outcome.ts';
import { ParameterForm } from './parameter-form.ts';
import { Transport } from './transport.ts';

type Message<T extends StudioHostMessage['type']> = Extract<StudioHostMessage, { type: T }>;

/** What must be chosen before anything can be made, as a sentence. */
function lackingOf({ needs }: GeneratorDescription, { content, style, classes, layer }: Work): string | undefined {
  if (needs.content && content === undefined) return 'Choose a photograph first.';
  if (needs.style && style === undefined) return 'Choose a style first.';
  return needs.target.startsWith('class') && needs.target !== 'class-or-any' && classes.length === 0 && layer === undefined ? 'Choose a class first.' : undefined;
}

type ExportKind = Extract<StudioMessage, { type: 'export' }>['what'];
type TakeKind = Extract<StudioMessage, { type: 'take' }>['what'];

/** Seeds that are thrown are below this: short enough to be read out. */
const seeds = 10_000;

export class Studio {
  private readonly host = new Host<StudioHostMessage, StudioMessage, StudioState>(studioStateSchema, (message) => this.receive(message));
  private readonly title = element('h1', { class: 'visually-hidden' }, 'Studio');
  private readonly chooser = new Chooser({
    changed: (change) => this.change(change),
    choosePicture: (role) => this.host.post({ type: 'choose-picture', role }),
    dropped: (role, uri) => this.host.post({ type: 'drop-picture', role, uri }),
  });
  private readonly transport = new Transport({
    run: () => this.host.post({ type: 'run' }),
    pause: () => this.host.post({ type: 'pause' }),
    resume: () => this.host.post({ type: 'resume' }),
    stop: () => this.host.post({ type: 'stop' }),
    cancel: () => this.host.post({ type: 'cancel' }),
    more: (steps) => this.host.post({ type: 'continue', steps }),
    reseed: () => {
      this.change({ seed: Math.floor(Math.random() * seeds) });
      this.host.post({ type: 'run' });
    },
    sweep: () => this.host.post({ type: 'sweep' }),
  });
  private readonly easel = new Easel((index) => this.choose(index));
  private readonly plot = new CurvePlot();
  private readonly outcome = new Outcome();
  private readonly form = new ParameterForm((change) => this.change(change));
  private readonly error = new ErrorCard((id) => this.host.post({ type: 'action', id }), () => this.closeError());
  private readonly empty = new EmptyNotice();
  private readonly announcer = new Announcer();
  private readonly exports = new MenuButton('Export', 'desktop-download', [
    { id: 'picture', label: 'Picture (PNG)', icon: 'file-media' },
    { id: 'difference', label: 'Difference × 10 (PNG)', icon: 'diff' },
    { id: 'report', label: 'Report (HTML)', icon: 'file-code' },
    { id: 'recipe', label: 'Recipe (.fovea-run.json)', icon: 'json' },
    { id: 'command-line', label: 'Copy command line', icon: 'terminal' },
  ], (id) => this.take(id as ExportKind | TakeKind));
  private readonly modelName = element('span', { class: 'facts', id: 'model' });
  private generators: readonly GeneratorDescription[] = [];
  private model: StudioModel | undefined;
  private state: Message<'state'> | undefined;
  private sources: Message<'sources'>['pictures'] = {};
  private frame: Message<'frame'> | undefined;
  private result: Message<'result'> | undefined;
  private failed = false;
  private place: PanelPlace | undefined;
  private chosen: number;
  private serial = 0;
  private painting = 0;

  constructor(root: HTMLElement) {
    const before = this.host.readState();
    this.chosen = before?.chosen ?? 0;
    this.place = before?.place;
    root.append(element('div', { class: 'panel studio' },
      element('header', { class: 'header' }, this.chooser.root, element('div', { class: 'header-tools' }, this.exports.root)),
      element('div', { class: 'middle' },
        element('main', { class: 'centre', 'aria-label': 'Picture' }, this.title, element('div', { class: 'stage-box' }, this.easel.root, this.empty.root, this.error.root), this.plot.root),
        element('aside', { class: 'sidebar', 'aria-label': 'Controls' }, this.transport.root, this.outcome.root, this.form.root, this.outcome.details)),
      element('footer', { class: 'status-line' }, this.modelName, button('Select Model…', () => this.host.post({ type: 'select-model' }), { id: 'select-model' })),
      this.announcer.root));
    this.refresh();
    this.host.post({ type: 'ready' });
  }

  private get generator(): GeneratorDescription | undefined {
    return this.generators.find(({ id }) => id === this.state?.work.generator);
  }

  private receive(message: StudioHostMessage): void {
    switch (message.type) {
      case 'generators':
        this.generators = message.generators;
        this.chooser.showGenerators(message.generators);
        break;
      case 'model':
        this.model = message.model;
        this.modelName.textContent = message.model.title;
        this.chooser.showModel(message.model);
        break;
      case 'state':
        this.showState(message);
        break;
      case 'sources':
        this.sources = message.pictures;
        break;
      case 'frame':
        this.frame = message;
        this.result = undefined;
        break;
      case 'result':
        this.result = message;
        this.frame = undefined;
        this.announcer.say(this.summary(message));
        break;
      case 'error':
        this.failed = true;
        this.error.show(message);
        break;
      case 'place':
        this.place = message.place;
        this.keep();
        break;
      case 'announce':
        this.announcer.show(message.message);
        break;
    }
    this.refresh();
    this.schedule();
  }

  /** A state that was sent before the last change of this page says nothing of it. */
  private showState(sent: Message<'state'>): void {
    const outdated = this.state !== undefined && sent.serial < this.serial;
    this.state = outdated ? { ...sent, work: this.state!.work } : sent;
    if (sent.phase !== 'idle') this.failed = false;
    this.keep();
  }

  private closeError(): void {
    this.failed = false;
    this.refresh();
  }

  private change(change: WorkChange): void {
    if (!this.state) return;
    const { layer = this.state.work.layer, ...others } = change;
    this.state = { ...this.state, work: { ...this.state.work, ...others, layer: layer ?? undefined } };
    this.host.post({ type: 'change', change, serial: ++this.serial });
    this.keep();
    this.refresh();
  }

  private take(what: ExportKind | TakeKind): void {
    if (what === 'picture') this.host.post({ type: 'export', what, index: this.chosen });
    else if (what === 'difference') this.host.post({ type: 'export', what, index: 0 });
    else this.host.post({ type: 'take', what });
  }

  private choose(index: number): void {
    this.chosen = index;
    this.keep();
    this.refresh();
    this.schedule();
  }

  /** For the next page. Not with every frame: those come so fast that the state would never rest. */
  private keep(): void {
    if (this.state) this.host.saveState({ work: this.state.work, chosen: this.chosen, place: this.place });
  }

  /** Pictures are painted when the screen is; a frame is confirmed then, so that a slow or hidden page is not sent more than it can show. */
  private schedule(): void {
    if (!this.painting) this.painting = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    this.painting = 0;
    const { frame, result } = this;
    const pictures = result?.result.pictures ?? frame?.pictures ?? [];
    const chosen = Math.min(this.chosen, Math.max(pictures.length - 1, 0));
    this.easel.root.dataset.family = this.generator?.family ?? '';
    this.easel.show(this.figures(pictures, chosen));
    this.easel.showSheet(pictures, pictures.map((_, index) => this.nameOf(index, pictures.length)), chosen);
    if (frame) this.host.post({ type: 'shown', frame: frame.frame });
  }

  private figures(pictures: readonly Pixels[], chosen: number): Figure[] {
    const picture = pictures[chosen];
    const { generator } = this;
    const { fooling } = this.result?.result ?? {};
    const content = fooling?.original ?? (generator?.needs.content ? this.sources.content : undefined);
    const style = generator?.needs.style ? this.sources.style : undefined;
    const main = picture && { id: 'made', caption: this.captionOf(chosen, pictures.length), pixels: picture, main: true };
    return [
      ...(content ? [{ id: 'content', caption: generator?.family === 'fooling' ? 'Before' : 'Photograph', pixels: content }] : []),
      ...(main ? [main] : []),
      ...(style ? [{ id: 'style', caption: 'Style', pixels: style }] : []),
      ...(fooling?.difference ? [{ id: 'difference', caption: 'Difference × 10', pixels: fooling.difference }] : []),
    ];
  }

  private captionOf(index: number, count: number): string {
    const family = this.generator?.family;
    return family === 'fooling' ? 'After' : family === 'style' ? 'Result' : this.nameOf(index, count);
  }

  /** What a picture of a batch shows: each class has as many pictures as every other. */
  private nameOf(index: number, count: number): string {
    const { classes = [], layer } = this.state?.work ?? {};
    const each = classes.length > 0 ? Math.max(count / classes.length, 1) : count;
    const name = classes.length > 0 ? this.model?.labels[classes[Math.floor(index / each)]] ?? 'Picture' : layer ?? 'Picture';
    return each > 1 ? `${name}, ${(index % each) + 1}` : name;
  }

  private summary({ result: { ended, step, fooling } }: Message<'result'>): string {
    const how = { done: 'Done', reached: 'Goal reached', stopped: 'Stopped', dead: 'The target does not respond' }[ended];
    return `${how} after ${step} steps.${fooling ? ` The model is ${fooling.fooledAsSaved ? '' : 'not '}fooled by the saved picture.` : ''}`;
  }

  private refresh(): void {
    const { state, frame, result } = this;
    const shown = result?.result ?? frame;
    if (state) {
      const { work, phase, names, missing, canContinue, fromPictures, message } = state;
      const { generator } = this;
      this.title.textContent = generator?.title ?? 'Studio';
      this.chooser.show(work, names, missing, phase !== 'idle');
      if (generator) this.form.showGenerator(generator);
      this.form.show(work, phase !== 'idle');
      this.transport.show({ phase, canContinue, fromPictures, message, optimises: generator?.family !== 'fooling', lacking: generator && lackingOf(generator, work) });
    }
    this.transport.showProgress(shown);
    this.plot.show(result?.curves ?? frame?.curves ?? [], shown?.total ?? 0, this.generator?.family === 'style');
    if (result) this.outcome.show(result.result, Math.min(this.chosen, result.result.pictures.length - 1));
    else this.outcome.clear();
    if (!this.failed) this.error.hide();
    const isMade = result !== undefined;
    this.exports.disabled = shown === undefined;
    this.exports.enable({ difference: result?.result.fooling?.difference !== undefined, report: isMade, recipe: isMade, 'command-line': isMade });
    const nothing = shown === undefined && Object.keys(this.sources).length === 0;
    if (nothing && !this.failed) this.empty.show(state?.phase === 'preparing' ? 'Getting ready' : 'Nothing made yet', state?.phase === 'preparing' ? 'The first picture appears in a moment.' : 'Choose what to make, and press Run.');
    else this.empty.hide();
    document.body.dataset.state = this.failed ? 'error' : state?.phase ?? 'empty';
    document.body.dataset.shown = result ? 'result' : frame ? 'frame' : 'nothing';
  }
}
