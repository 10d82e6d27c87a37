/** The result panel: puts its parts together, gives them what the host sends, and asks the host for what a person wants. */
import { isBundled } from '../../src/protocol/bundled-model.ts';
import type { ExplainResult, ModelDescription } from '../../src/protocol/engine.ts';
import type { PanelPlace } from '../../src/protocol/panel-place.ts';
import { panelStateSchema, viewSchema, type HostMessage, type PanelMessage, type PanelState, type Subject } from '../../src/protocol/result-panel.ts';
import type { TechniqueDescription } from '../../src/protocol/techniques.ts';
import { element } from '../ui/element.ts';
import { Announcer } from '../ui/announcer.ts';
import { copyPicture } from './copy-picture.ts';
import { Details } from './details.ts';
import { DisplayControls } from './display-controls.ts';
import { Header } from './header.ts';
import { Host } from '../ui/host.ts';
import { KeptNotice } from './kept-notice.ts';
import { LayerStrip } from './layer-strip.ts';
import { BusyNotice, EmptyNotice, ErrorCard } from '../ui/notices.ts';
import { PaintedResult, pictureCanvas } from '../ui/painted-result.ts';
import { Predictions } from './predictions.ts';
import { PreprocessingTrials } from './preprocessing-trials.ts';
import { Stage } from '../ui/stage.ts';
import { standardErrorOf } from './standard-error.ts';
import { StatusLine } from './status-line.ts';
import { Trust } from './trust.ts';
import { ViewState } from '../ui/view-state.ts';
import type { Point } from '../ui/viewport.ts';
import { describeResult } from '../ui/words.ts';

/** Longer than the messages of one moment take, in milliseconds. */
const stripDelay = 120;

/** All of a result that the maps of every layer depend on. */
function stripKeyOf({ recipe: { picture, model, preprocessing, technique, parameters, class: target, score } }: ExplainResult): string {
  return JSON.stringify([picture.hash, model.hash, preprocessing, technique, parameters, target, score]);
}

export class Panel {
  private readonly host = new Host<HostMessage, PanelMessage, PanelState>(panelStateSchema, (message) => this.receive(message));
  private readonly root: HTMLElement;
  private readonly title = element('h1', { class: 'visually-hidden' }, 'Fovea');
  private readonly view: ViewState;
  private readonly header: Header;
  private readonly stage: Stage;
  private readonly strip: LayerStrip;
  private readonly predictions: Predictions;
  private readonly display: DisplayControls;
  private readonly details: Details;
  private readonly status: StatusLine;
  private readonly trials: PreprocessingTrials;
  private readonly trust = new Trust((message) => this.host.post(message), (message) => this.announcer.say(message));
  private readonly notice = new KeptNotice({ runAgain: () => this.host.post({ type: 'run-again' }), showKept: () => this.host.post({ type: 'show-kept' }) });
  private readonly busy = new BusyNotice(() => this.cancel());
  private readonly error = new ErrorCard((id) => this.host.post({ type: 'action', id }), () => this.closeError());
  private readonly empty = new EmptyNotice(() => this.explain({}));
  private readonly announcer = new Announcer();
  private subject: Subject | undefined;
  private place: PanelPlace | undefined;
  private pictureName = '';
  private model: ModelDescription | undefined;
  private techniques: readonly TechniqueDescription[] = [];
  private shown: { subject: Subject; result: ExplainResult } | undefined;
  /** What the maps of every layer belong to, or were last asked for. */
  private stripKey: string | undefined;
  private stripTimer = 0;
  private activity: 'idle' | 'busy' | 'error' = 'idle';
  /** Whether a person has stopped what was last begun, or waved its failure away. */
  private stopped = false;
  private showsError = false;

  constructor(root: HTMLElement) {
    const state = this.host.readState();
    this.subject = state?.subject;
    this.place = state?.place;
    this.view = new ViewState(state?.view ?? viewSchema.parse({}));
    this.header = new Header(this.view, {
      chosen: (patch) => this.explain(patch),
      copy: () => void this.copy(),
      export: (what) => this.host.post({ type: 'export', what, display: this.view.value.display }),
      compare: (what) => this.host.post({ type: 'compare', what }),
      take: (what) => this.host.post({ type: 'take', what, display: this.view.value.display }),
    });
    this.stage = new Stage(this.view, { pointed: (point, spoken) => this.pointed(point, spoken), zoomed: (scale) => this.status.showScale(scale) });
    this.status = new StatusLine(this.stage);
    this.strip = new LayerStrip((layer) => this.explain({ layer }));
    this.predictions = new Predictions((index) => this.explain({ class: index }));
    this.display = new DisplayControls(this.view);
    this.details = new Details({
      scoreChosen: (score) => this.explain({ score }),
      selectModel: () => this.host.post({ type: 'select-model' }),
      correctPreprocessing: () => this.correctPreprocessing(),
    });
    this.trials = new PreprocessingTrials((preprocessing, save) => this.host.post({ type: 'use-preprocessing', preprocessing, save }));
    this.root = element('div', { class: 'panel' }, this.header.root,
      element('div', { class: 'middle' },
        element('main', { class: 'centre', 'aria-label': 'Picture and heat map' }, this.title, this.notice.root,
          element('div', { class: 'stage-box' }, this.stage.root, this.empty.root, this.busy.root, this.error.root), this.strip.root),
        element('aside', { class: 'sidebar', 'aria-label': 'Result' }, this.details.attention,
          this.trust.root, this.predictions.root, this.display.root, this.details.root)),
      this.status.root, this.announcer.root, this.trials.root, this.trust.dialog);
    root.append(this.root);
    this.view.follow(() => this.viewChanged());
    this.refresh();
    this.host.post({ type: 'ready', state });
  }

  private receive(message: HostMessage): void {
    switch (message.type) {
      case 'subject':
        this.subject = message.subject;
        this.pictureName = message.pictureName;
        this.title.textContent = `Explanation of ${message.pictureName}`;
        if (this.activity === 'busy') this.activity = 'idle'; // work on it, if any, is announced next
        this.subjectChanged();
        break;
      case 'model':
        this.model = message.model;
        this.header.showModel(message.model);
        if (this.shown) this.details.show(this.shown.result, this.model);
        break;
      case 'techniques':
        this.techniques = message.techniques;
        this.header.showTechniques(message.techniques);
        break;
      case 'busy':
        this.activity = 'busy';
        this.stopped = false;
        this.busy.show(message.message, message.fraction);
        break;
      case 'result':
        this.activity = 'idle';
        this.show(message.subject, message.result);
        break;
      case 'partial':
        this.show(message.subject, message.result, true);
        break;
      case 'badge':
      case 'checks':
      case 'evaluation':
      case 'reveal':
        this.trust.receive(message);
        break;
      case 'kept':
        this.notice.show(message.kept);
        break;
      case 'strip':
        this.activity = 'idle';
        if (this.shown?.subject.class === message.subject.class) this.stripKey = stripKeyOf(this.shown.result);
        this.strip.show(message.entries, this.layerShown(), this.view.value.display, this.stage.result, message.refused);
        this.strip.stale = false;
        break;
      case 'preprocessing-trials':
        this.activity = 'idle';
        this.trials.show(message.trials);
        break;
      case 'error':
        this.activity = 'error';
        this.trials.close();
        this.error.show(message);
        break;
      case 'place':
        this.place = message.place;
        this.save();
        break;
      case 'announce':
        this.announcer.show(message.message);
        break;
    }
    this.refresh();
  }

  /** @param partial whether more is to come: a screen reader is told of the whole result only */
  private show(subject: Subject, result: ExplainResult, partial = false): void {
    const samePicture = this.shown?.subject.picture === subject.picture;
    const picture = result.pixels ? pictureCanvas(result.pixels) : samePicture ? this.stage.result?.picture : undefined;
    if (this.shown && !samePicture) this.view.change({ zoom: null });
    this.shown = { subject, result };
    const description = this.paint(result, picture);
    this.subjectChanged();
    this.details.show(result, this.model);
    this.status.showResult(result, partial);
    this.header.enable(true);
    this.trust.available = !partial;
    if (partial) return;
    this.announcer.say(description);
    this.askForStrip();
  }

  /** The values, or how sure they are. @returns what is painted, in words */
  private paint(result: ExplainResult, picture: HTMLCanvasElement | undefined): string {
    this.showsError = this.view.value.standardError;
    const painted = new PaintedResult(this.showsError ? standardErrorOf(result) : result, picture);
    const technique = this.techniques.find(({ id }) => id === result.technique)?.title ?? result.technique;
    const description = describeResult(result, technique, painted.peak());
    this.stage.show(painted, description);
    this.display.show(painted, result.standardError !== undefined);
    return description;
  }

  private subjectChanged(): void {
    const { subject, shown } = this;
    if (!subject) return;
    this.header.showSubject(subject, shown?.result.class.index);
    this.details.showScore(subject.score);
    this.strip.select(this.layerShown());
    if (shown) this.predictions.show(shown.result, subject.class === 'top' ? shown.result.class.index : subject.class);
    this.save();
  }

  private viewChanged(): void {
    const { stripOpen, display, standardError } = this.view.value;
    if (this.shown && standardError !== this.showsError) this.paint(this.shown.result, this.stage.result?.picture);
    this.strip.open = stripOpen;
    this.strip.recolour(display);
    this.askForStrip();
    this.save();
  }

  private save(): void {
    if (this.subject) this.host.saveState({ subject: this.subject, view: this.view.value, place: this.place });
  }

  private layerShown(): string | undefined {
    return this.subject?.layer ?? this.shown?.result.layer?.name;
  }

  /** The maps of every layer are asked for while they are looked at, once for each result that they belong to. */
  private askForStrip(): void {
    clearTimeout(this.stripTimer);
    if (!this.view.value.stripOpen || !this.shown) return;
    const key = stripKeyOf(this.shown.result);
    if (this.stripKey === key) return;
    this.strip.stale = true;
    // A page that starts anew is sent the maps that the host still has, right after the result.
    this.stripTimer = window.setTimeout(() => {
      if (this.stripKey === key) return;
      this.stripKey = key;
      this.host.post({ type: 'request-strip' });
    }, stripDelay);
  }

  private explain(patch: Partial<Subject>): void {
    if (!this.subject) return;
    this.subject = { ...this.subject, ...patch };
    if (patch.technique !== undefined) this.subject.parameters = {};
    this.subjectChanged();
    this.host.post({ type: 'explain', subject: this.subject });
  }

  private cancel(): void {
    this.activity = 'idle';
    this.stopped = true;
    this.host.post({ type: 'cancel' });
    this.refresh();
  }

  private closeError(): void {
    this.activity = 'idle';
    this.stopped = true;
    this.refresh();
    if (this.shown) this.stage.canvas.focus();
  }

  private correctPreprocessing(): void {
    this.trials.open(!(this.subject && isBundled(this.subject.model)));
    this.host.post({ type: 'request-preprocessing-trials' });
  }

  private pointed(point: Point | undefined, spoken: boolean): void {
    const painted = this.stage.result;
    if (!painted) return;
    const value = point && painted.valueAt(point);
    this.display.bar.mark(value);
    const words = this.status.showProbe(painted, point, value);
    if (spoken) this.announcer.say(words);
  }

  private async copy(): Promise<void> {
    const painted = this.stage.result;
    if (!painted) return;
    try {
      await copyPicture(painted, this.view.value);
      this.announcer.show('Copied the picture.');
    } catch (error) {
      this.announcer.show(`The picture could not be copied: ${error instanceof Error ? error.message : String(error)}. Exporting it works.`);
    }
  }

  /** What lies over the stage, and the state that the page says of itself. */
  private refresh(): void {
    const { activity, shown } = this;
    if (activity !== 'busy') this.busy.hide();
    if (activity !== 'error') this.error.hide();
    if (shown || activity === 'error') this.empty.hide();
    else if (this.subject) this.empty.show(this.pictureName || 'Picture', this.stopped ? 'There is no heat map yet.' : 'The heat map appears here.', this.stopped);
    else this.empty.show('Nothing to explain yet', 'Right-click a picture in the Explorer and choose “Explain with Grad-CAM”.');
    this.root.classList.toggle('blank', !shown);
    document.body.dataset.state = activity === 'idle' ? (shown ? 'result' : 'empty') : activity;
  }
}
