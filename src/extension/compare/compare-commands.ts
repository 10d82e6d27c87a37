/** Commands that put results side by side: what they ask before a compare panel opens. */
import { Uri, window } from 'vscode';
import { FoveaError } from '../../protocol/errors.ts';
import { pictureNameOf } from '../../protocol/pictures.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import { acrossModels, chooseSeveral, layerItems, likeliest, techniqueItems } from './compare-choices.ts';
import { selectModels } from '../models/model-picker.ts';
import { modelTitle, type ActiveModel } from '../models/active-model.ts';
import { activePicture, askForPictures, picturesOf } from '../pictures.ts';
import { RunItem } from '../runs/runs-view.ts';
import type { Workbench } from '../workbench.ts';

type Handler = (...args: unknown[]) => Promise<void>;

/** Of different kinds, so that a comparison says something: a region map, a gradient, a path of gradients, a perturbation. */
const defaultTechniques = ['grad-cam', 'saliency', 'integrated-gradients', 'occlusion'];
const classesCompared = 5;

export function compareCommands(models: ActiveModel, workbench: () => Promise<Workbench>): Record<string, Handler> {
  async function picturesFor(args: readonly unknown[]): Promise<readonly Uri[]> {
    const named = picturesOf(args);
    if (named.length > 0) return named;
    const focused = (await workbench()).panels.active?.session.subject.picture;
    const active = activePicture() ?? (focused === undefined ? undefined : Uri.parse(focused));
    return active ? [active] : askForPictures();
  }

  /** What is asked for of a picture: as in its result in focus, where there is one, with a technique that fits. */
  async function subjectFor(
    picture: Uri, title: string, fits: (technique: TechniqueDescription) => boolean = () => true,
  ): Promise<Subject | undefined> {
    const { engine, panels } = await workbench();
    const techniques = await engine.techniques();
    const focused = panels.focused?.session.subject;
    const known = techniques.find(({ id }) => id === focused?.technique);
    if (focused?.picture === picture.toString() && known && fits(known)) return focused;
    const choice = await window.showQuickPick(techniqueItems(engine, fits), { title, placeHolder: 'Technique', matchOnDetail: true });
    return choice && subject(picture, choice.id);
  }

  const subject = (picture: Uri, technique: string): Subject => (
    { picture: picture.toString(), model: models.reference, technique, class: 'top', score: 'logit', parameters: {}, seed: 0 }
  );

  async function show(subjects: Subject[], columns?: number): Promise<void> {
    await (await workbench()).comparisons.show({ subjects, columns });
  }

  return {
    'fovea.compareTechniques': async (...args) => {
      const pictures = await picturesFor(args);
      if (pictures.length === 0) return;
      const { engine } = await workbench();
      const items = techniqueItems(engine).then((all) => all.map((item) => ({ ...item, picked: defaultTechniques.includes(item.id) })));
      const chosen = await chooseSeveral(items, `Compare Techniques on ${named(pictures)}`, 'Techniques to compare');
      if (!chosen) return;
      const focused = (await workbench()).panels.focused?.session.subject;
      const subjectOf = (picture: Uri, technique: string): Subject => {
        if (focused?.picture !== picture.toString()) return subject(picture, technique);
        return technique === focused.technique ? focused : { ...focused, technique, parameters: {} };
      };
      await show(pictures.flatMap((picture) => chosen.map(({ id }) => subjectOf(picture, id))), pictures.length > 1 ? chosen.length : undefined);
    },
    'fovea.comparePictures': async (...args) => {
      let pictures = picturesOf(args);
      if (pictures.length < 2) pictures = await askForPictures('Compare Pictures', 'Compare');
      if (pictures.length === 0) return;
      const first = await subjectFor(pictures[0], `Compare ${named(pictures)}`);
      if (first) await show(pictures.map((picture) => ({ ...first, picture: picture.toString() })));
    },
    'fovea.compareClasses': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Classes on ${named([picture])}`, ({ needs }) => needs.class);
      if (!first) return;
      const classes = await likeliest((await workbench()).engine, first.picture, first.model, classesCompared);
      await show(classes.map((index) => ({ ...first, class: index })));
    },
    'fovea.compareLayers': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Layers on ${named([picture])}`, ({ needs }) => needs.layer);
      if (!first) return;
      const { engine } = await workbench();
      const title = `Compare Layers of ${modelTitle(first.model)}`;
      const chosen = await chooseSeveral(layerItems(engine, first.model), title, 'Layers to compare');
      if (chosen) await show(chosen.map(({ label }) => ({ ...first, layer: label })));
    },
    'fovea.compareModels': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Models on ${named([picture])}`);
      if (!first) return;
      const chosen = await selectModels(models.reference);
      if (!chosen || chosen.length === 0) return;
      await show(await acrossModels((await workbench()).engine, { ...first, model: chosen[0], class: first.model === chosen[0] ? first.class : 'top' }, chosen));
    },
    'fovea.compareRuns': async (item, selection) => {
      const items = (Array.isArray(selection) ? selection as unknown[] : [item]).filter((one) => one instanceof RunItem);
      const subjects = items.flatMap(({ run }) => (run.kind === 'explained' ? [run.subject] : []));
      if (subjects.length < 2) {
        throw new FoveaError('parameter-invalid', 'Two explained pictures or more are needed to compare them.', 'Select several with Ctrl or Shift held down.');
      }
      await show(subjects);
    },
  };
}

function named(pictures: readonly Uri[]): string {
  return pictures.length === 1 ? `"${pictureNameOf(pictures[0].path)}"` : `${pictures.length} Pictures`;
}
