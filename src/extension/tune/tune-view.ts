/** The side panel *Tune*: shows the parameters of the focused result and passes changes on. */
import { commands, window, type Disposable, type WebviewView } from 'vscode';
import { tuneMessageSchema, type TuneHostMessage, type TuneMessage, type TuneState } from '../../protocol/tune-panel.ts';
import { notifyError } from '../notifications.ts';
import { PageLink, type PageServices } from '../pages/page-link.ts';
import type { Panels } from '../result/panels.ts';
import { Presets, type PresetState } from './presets.ts';
import type { ResultPanel } from '../result/result-panel.ts';

export class TuneView implements Disposable {
  private page: PageLink<TuneHostMessage, TuneMessage> | undefined;
  private panels: Panels | undefined;
  private readonly disposables: Disposable[] = [];
  /** Hash and size of the model that the page knows. */
  private modelSent = '';
  private updating = false;
  private serial = 0;

  /** @param panels made when the view is first seen */
  private readonly presets: Presets;

  constructor(private readonly services: PageServices, kept: PresetState, private readonly whenReady: () => Promise<Panels>) {
    this.presets = new Presets(kept);
  }

  /** Fills the view; a later one takes the place of one that was disposed of. */
  async showIn(view: WebviewView): Promise<void> {
    const page = new PageLink<TuneHostMessage, TuneMessage>(view, 'tune', this.services, {
      schema: tuneMessageSchema, handle: (message) => this.handle(message), failed: (error) => void notifyError(error),
    });
    this.page = page;
    view.onDidDispose(() => {
      page.dispose();
      if (this.page === page) this.page = undefined;
    });
    if (this.panels) return;
    this.panels = await this.whenReady();
    this.disposables.push(this.panels.onDidChange(() => this.update()));
    this.update();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Several changes of one moment are shown as one. */
  private update(): void {
    if (this.updating || !this.page?.isListening) return;
    this.updating = true;
    setImmediate(() => {
      this.updating = false;
      this.show();
    });
  }

  private show(): void {
    const panel = this.panels?.focused;
    if (!panel) {
      this.page?.post({ type: 'state', state: null });
      return;
    }
    const { model } = panel.session;
    const sent = model && `${model.hash} ${model.labels.length}`;
    if (model && sent !== this.modelSent) {
      const { hash, labels, layers, defaultLayer } = model;
      this.page?.post({ type: 'model', model: { hash, labels, layers, defaultLayer } });
      this.modelSent = sent ?? '';
    }
    const state = this.stateOf(panel);
    if (state) this.page?.post({ type: 'state', state });
  }

  /** undefined until the engine has described the technique. */
  private stateOf({ session, tuning }: ResultPanel): TuneState | undefined {
    const { technique, pictureName } = session;
    if (!technique) return undefined;
    const { busy, error } = session.summary();
    return {
      subject: tuning.subject, pictureName, technique, explainedClass: session.explainedClass, presets: this.presets.list(technique),
      canUndo: tuning.canUndo, canRedo: tuning.canRedo, live: tuning.live, pending: tuning.pending, busy,
      serial: this.serial, milliseconds: tuning.milliseconds, cached: session.result?.cached === true, failed: error !== undefined,
    };
  }

  private async handle(message: TuneMessage): Promise<void> {
    if (message.type === 'ready') {
      this.modelSent = '';
      this.serial = 0;
      if (this.panels) this.show();
      return;
    }
    if (message.type === 'explain-sample') {
      await commands.executeCommand('fovea.explainSample');
      return;
    }
    const panel = this.panels?.focused;
    if (!panel) return;
    switch (message.type) {
      case 'change':
        this.serial = message.serial;
        panel.tuning.change(message.tuned);
        break;
      case 'run':
        panel.tuning.run();
        break;
      case 'cancel':
        panel.session.cancel();
        break;
      case 'undo':
        panel.tuning.undo();
        break;
      case 'redo':
        panel.tuning.redo();
        break;
      default:
        await this.handlePreset(panel, message);
    }
  }

  private async handlePreset({ session, tuning }: ResultPanel, message: Extract<TuneMessage, { type: `${string}-preset` }>): Promise<void> {
    const { technique } = session;
    if (!technique) return;
    if (message.type === 'save-preset') {
      const name = await window.showInputBox({
        title: `Save Preset of ${technique.title}`, prompt: 'A preset of the same name is replaced.', placeHolder: 'Name', validateInput: (text) => (text.trim() ? undefined : 'Enter a name.'),
      });
      if (name) await this.presets.save(technique.id, name.trim(), tuning.subject);
    } else if (message.type === 'delete-preset') {
      await this.presets.delete(technique.id, message.id);
    } else {
      const found = this.presets.find(technique, message.id);
      if (found) tuning.change({ parameters: found.parameters, seed: found.seed ?? tuning.subject.seed });
    }
    this.update();
  }
}
