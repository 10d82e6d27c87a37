/** Commands that explain, and those about model, engine and log. */
import { commands, Uri, window, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { FoveaError } from '../protocol/errors.ts';
import type { Subject } from '../protocol/result-panel.ts';
import type { ActiveModel } from './models/active-model.ts';
import { selectModel } from './models/model-picker.ts';
import { LayerItem, ModelItem } from './models/models-view.ts';
import { activePicture, askForPictures, picturesOf } from './pictures.ts';
import type { TechniqueCommand } from './technique-commands.ts';
import type { Workbench } from './workbench.ts';

/** More panels than this at a time are no use to anyone. */
const maximumPanels = 12;

/** The picture of the walkthrough. */
const samplePicture = ['media', 'samples', 'cat-and-espresso.jpg'];

/** What a command does. @throws FoveaError */
export type Handler = (...args: unknown[]) => Promise<void>;

/** Handlers by command, of those that do not stand elsewhere. */
export function commandHandlers(
  { extensionUri }: ExtensionContext,
  log: LogOutputChannel,
  models: ActiveModel,
  techniques: readonly TechniqueCommand[],
  workbench: () => Promise<Workbench>,
): Record<string, Handler> {
  const sample = Uri.joinPath(extensionUri, ...samplePicture);

  async function explain(technique: string, pictures: readonly Uri[], changes: Partial<Subject> = {}): Promise<void> {
    if (pictures.length > maximumPanels) {
      void window.showInformationMessage(`Explaining the first ${maximumPanels} of ${pictures.length} pictures.`);
    }
    const { panels } = await workbench();
    await panels.explain(pictures.slice(0, maximumPanels).map((picture) => (
      { picture: picture.toString(), model: models.reference, technique, class: 'top', score: 'logit', parameters: {}, seed: 0, ...changes }
    )));
  }

  /** The pictures a menu names, else the active one, else those that the person chooses. */
  async function picturesFor(args: readonly unknown[]): Promise<readonly Uri[]> {
    const named = picturesOf(args);
    if (named.length > 0) return named;
    const active = activePicture() ?? (await activePanelPicture());
    return active ? [active] : askForPictures();
  }

  async function activePanelPicture(): Promise<Uri | undefined> {
    const active = (await workbench()).panels.active;
    return active && Uri.parse(active.session.subject.picture);
  }

  return {
    ...Object.fromEntries(techniques.map(({ command, id }) => [command, async (...args: unknown[]) => explain(id, await picturesFor(args))])),
    'fovea.openSample': async () => {
      await commands.executeCommand('vscode.open', sample);
    },
    'fovea.explainSample': async () => {
      // The walkthrough, which asks for this, would give way to the picture.
      if (!window.tabGroups.activeTabGroup.activeTab) await commands.executeCommand('vscode.open', sample);
      await explain(techniques[0].id, [sample]);
    },
    /** Asks, unless a program names the model. */
    'fovea.selectModel': async (named) => {
      const chosen = typeof named === 'string' ? named : await selectModel(models.reference);
      if (chosen !== undefined) await models.use(chosen);
    },
    'fovea.useModel': async (item) => {
      if (item instanceof ModelItem) return models.use(item.reference);
      if (!(item instanceof Uri)) throw new FoveaError('model-missing', 'No model was named.', 'Choose this command from the menu of an *.onnx file.');
      await models.use(item.fsPath);
    },
    /** With the focused result's picture and technique, or Grad-CAM where that needs no layer. */
    'fovea.explainLayer': async (item) => {
      if (!(item instanceof LayerItem)) return;
      const focused = (await workbench()).panels.focused?.session;
      const [picture] = focused ? [Uri.parse(focused.subject.picture)] : await picturesFor([]);
      if (!picture) return;
      const technique = focused?.technique?.needs.layer ? focused.subject.technique : techniques[0].id;
      await explain(technique, [picture], { model: item.model, layer: item.layer.name });
    },
    'fovea.restartEngine': async () => {
      await (await workbench()).engine.restart();
      void window.showInformationMessage('The Fovea engine will start afresh with the next picture.');
    },
    'fovea.showLog': async () => log.show(),
  };
}
