/** Opens a saved recipe, `*.fovea-run.json`, as the result that it describes. */
import { isDeepStrictEqual } from 'node:util';
import { workspace, type CustomDocument, type WebviewPanel } from 'vscode';
import { FoveaError } from '../../protocol/errors.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import { isMade, type MadeFile, type RecipeFile } from '../../protocol/recipe.ts';
import type { PictureRole } from '../../protocol/studio-panel.ts';
import { checkModelAllowed } from '../models/active-model.ts';
import { parseRecipe } from './recipe-file.ts';
import { findModel, findPicture } from './recipe-places.ts';
import { messagePage } from '../pages/webview-html.ts';
import { workOf } from '../studio/work.ts';
import type { Workbench } from '../workbench.ts';

export class RecipeEditor {
  constructor(private readonly workbench: () => Promise<Workbench>) {}

  async resolveCustomEditor({ uri }: CustomDocument, view: WebviewPanel): Promise<void> {
    try {
      const text = Buffer.from(await workspace.fs.readFile(uri)).toString('utf8');
      const file = parseRecipe(text, uri.path.slice(uri.path.lastIndexOf('/') + 1));
      await (isMade(file) ? this.showMade(view, file, uri.fsPath) : this.showExplained(view, file, uri.fsPath));
    } catch (error) {
      const { message, help } = FoveaError.from(error);
      view.webview.html = messagePage(message, help);
    }
  }

  private async showExplained(view: WebviewPanel, saved: RecipeFile, file: string): Promise<void> {
    const { recipe, files } = saved;
    const { technique, class: target, layer, score, parameters, seed } = recipe;
    const [picture, model] = await Promise.all([findPicture(recipe.picture, files.picture, file), findModel(saved, file)]);
    const preprocessing = await this.chosenPreprocessing(model, recipe.preprocessing);
    const { panels } = await this.workbench();
    const subject = { picture: picture.toString(), model, technique, class: target, layer, score, parameters, seed, preprocessing };
    const panel = panels.adopt(view, subject, recipe);
    panel.session.trust.evaluation.recall(recipe, saved.measures ?? []);
    await panel.explain();
  }

  private async showMade(view: WebviewPanel, saved: MadeFile, file: string): Promise<void> {
    const { recipe, files } = saved;
    const find = async (role: PictureRole): Promise<string | undefined> => (
      recipe[role] && (await findPicture(recipe[role], files[role] ?? recipe[role].name, file)).toString());
    const [content, style, model] = await Promise.all([find('content'), find('style'), findModel(saved, file)]);
    const preprocessing = await this.chosenPreprocessing(model, recipe.preprocessing);
    const { studios } = await this.workbench();
    const work = workOf(recipe, { model, content, style, preprocessing });
    await studios.adopt(view, work).session.replay(recipe, work);
  }

  /** Preprocessing that is the model's own is no choice of a panel: undefined. */
  private async chosenPreprocessing(model: ModelReference, saved: Preprocessing): Promise<Preprocessing | undefined> {
    try {
      checkModelAllowed(model);
      const { engine } = await this.workbench();
      const { preprocessing: own } = await engine.describeModel(model);
      return isDeepStrictEqual(own, saved) ? undefined : saved;
    } catch {
      return undefined; // making the result meets the same failure, and shows it
    }
  }
}
