/** Opens a saved recipe, `*.fovea-run.json`, as the result that it describes. */
import { isDeepStrictEqual } from 'node:util';
import { workspace, type CustomDocument, type WebviewPanel } from 'vscode';
import { FoveaError } from '../protocol/errors.ts';
import type { StoredRecipe } from '../protocol/recipe.ts';
import type { Subject } from '../protocol/result-panel.ts';
import { checkModelAllowed } from './models.ts';
import { parseRecipe } from './recipe-file.ts';
import { findModel, findPicture } from './recipe-places.ts';
import { messagePage } from './webview-html.ts';
import type { Workbench } from './workbench.ts';

export class RecipeEditor {
  constructor(private readonly workbench: () => Promise<Workbench>) {}

  async resolveCustomEditor({ uri }: CustomDocument, view: WebviewPanel): Promise<void> {
    try {
      const text = Buffer.from(await workspace.fs.readFile(uri)).toString('utf8');
      const file = parseRecipe(text, uri.path.slice(uri.path.lastIndexOf('/') + 1));
      const { recipe } = file;
      const [picture, model] = await Promise.all([findPicture(file, uri.fsPath), findModel(file, uri.fsPath)]);
      await this.show(view, recipe, {
        picture: picture.toString(), model, technique: recipe.technique, class: recipe.class, layer: recipe.layer, score: recipe.score,
        parameters: recipe.parameters, seed: recipe.seed,
      });
    } catch (error) {
      const { message, help } = FoveaError.from(error);
      view.webview.html = messagePage(message, help);
    }
  }

  private async show(view: WebviewPanel, recipe: StoredRecipe, subject: Subject): Promise<void> {
    const { panels, engine } = await this.workbench();
    // Preprocessing that is the model's own is no choice of this panel.
    const own = await ownPreprocessing();
    const preprocessing = own && !isDeepStrictEqual(own, recipe.preprocessing) ? recipe.preprocessing : undefined;
    await panels.adopt(view, { ...subject, preprocessing }, recipe).explain();

    async function ownPreprocessing(): Promise<unknown> {
      try {
        checkModelAllowed(subject.model);
        return (await engine.describeModel(subject.model)).preprocessing;
      } catch {
        return undefined; // explaining meets the same failure, and shows it
      }
    }
  }
}
