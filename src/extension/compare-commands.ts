/** Commands that put results side by side: what they ask before a compare panel opens. */
import { Uri, window, type QuickPickItem } from 'vscode';
import type { ModelReference } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { pictureNameOf } from '../protocol/pictures.ts';
import type { Subject } from '../protocol/result-panel.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import { selectModels } from './model-picker.ts';
import { checkModelAllowed, modelTitle, type ActiveModel } from './models.ts';
import { picturePath } from './picture-files.ts';
import { activePicture, askForPictures, picturesOf } from './pictures.ts';
import { RunItem } from './runs-view.ts';
import type { Workbench } from './workbench.ts';

type Handler = (...args: unknown[]) => Promise<void>;

/** Of different kinds, so that a comparison says something: a region map, a gradient, a path of gradients, a perturbation. */
const defaultTechniques = ['grad-cam', 'saliency', 'integrated-gradients', 'occlusion'];
const classesCompared = 5;
/** Layers chosen beforehand, evenly through the network. */
const layersChosen = 6;

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
    const items = techniques.filter(fits).map(({ id, title: label, summary }) => ({ id, label, detail: summary }));
    const choice = await window.showQuickPick(items, { title, placeHolder: 'Technique', matchOnDetail: true });
    return choice && subject(picture, choice.id);
  }

  const subject = (picture: Uri, technique: string): Subject => (
    { picture: picture.toString(), model: models.reference, technique, class: 'top', score: 'logit', parameters: {}, seed: 0 }
  );

  async function show(subjects: Subject[], columns?: number): Promise<void> {
    await (await workbench()).comparisons.show({ subjects, columns });
  }

  async function likeliest(picture: Uri, model: ModelReference, top: number): Promise<number[]> {
    checkModelAllowed(model);
    const { predictions } = await (await workbench()).engine.predict({ picture: { path: picturePath(picture.toString()) }, model, top });
    return predictions.slice(0, top).map(({ index }) => index);
  }

  return {
    'fovea.compareTechniques': async (...args) => {
      const pictures = await picturesFor(args);
      if (pictures.length === 0) return;
      const { engine } = await workbench();
      const items = engine.techniques().then((techniques) => techniques.map(({ id, title, summary }) => (
        { id, label: title, detail: summary, picked: defaultTechniques.includes(id) }
      )));
      const chosen = await choose(items, `Compare Techniques on ${named(pictures)}`, 'Techniques to compare');
      if (!chosen) return;
      await show(pictures.flatMap((picture) => chosen.map(({ id }) => subject(picture, id))), pictures.length > 1 ? chosen.length : undefined);
    },
    'fovea.comparePictures': async (...args) => {
      let pictures = picturesOf(args);
      if (pictures.length < 2) pictures = await askForPictures();
      if (pictures.length === 0) return;
      const first = await subjectFor(pictures[0], `Compare ${named(pictures)}`);
      if (first) await show(pictures.map((picture) => ({ ...first, picture: picture.toString() })));
    },
    'fovea.compareClasses': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Classes on ${named([picture])}`, ({ needs }) => needs.class);
      if (!first) return;
      const classes = await likeliest(picture, first.model, classesCompared);
      await show(classes.map((index) => ({ ...first, class: index })));
    },
    'fovea.compareLayers': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Layers on ${named([picture])}`, ({ needs }) => needs.layer);
      if (!first) return;
      checkModelAllowed(first.model);
      const { engine } = await workbench();
      const items = engine.describeModel(first.model).then(({ layers, defaultLayer }) => {
        const step = Math.max(1, (layers.length - 1) / (layersChosen - 1));
        const evenly = new Set(Array.from({ length: layersChosen }, (_, at) => Math.round(at * step)));
        return layers.map(({ name, shape, op }, index) => ({
          label: name, description: `${op} ${shape.slice(1).join(' × ')}`, picked: evenly.has(index) || name === defaultLayer,
        }));
      });
      const chosen = await choose(items, `Compare Layers of ${modelTitle(first.model)}`, 'Layers to compare');
      if (chosen) await show(chosen.map(({ label }) => ({ ...first, layer: label })));
    },
    'fovea.compareModels': async (...args) => {
      const [picture] = await picturesFor(args);
      const first = picture && await subjectFor(picture, `Compare Models on ${named([picture])}`);
      if (!first) return;
      const chosen = await selectModels(models.reference);
      if (!chosen || chosen.length === 0) return;
      await show(await acrossModels({ ...first, layer: undefined }, picture, chosen));
    },
    'fovea.compareRuns': async (item, selection) => {
      const items = (Array.isArray(selection) ? selection as unknown[] : [item]).filter((one) => one instanceof RunItem);
      if (items.length < 2) throw new FoveaError('parameter-invalid', 'Two runs or more are needed to compare them.', 'Select several with Ctrl or Shift held down.');
      await show(items.map(({ run }) => run.subject));
    },
  };

  /** The same class for all models that know it by the same number and name as the first; of the others, their likeliest one. */
  async function acrossModels(first: Subject, picture: Uri, chosen: readonly ModelReference[]): Promise<Subject[]> {
    const { engine } = await workbench();
    chosen.forEach(checkModelAllowed);
    const [index] = first.model === chosen[0] && first.class !== 'top' ? [first.class] : await likeliest(picture, chosen[0], 1);
    const [{ labels }, ...others] = await Promise.all(chosen.map((model) => engine.describeModel(model)));
    return chosen.map((model, at) => {
      const same = at === 0 || others[at - 1].labels[index] === labels[index];
      return { ...first, model, class: same ? index : 'top' };
    });
  }
}

function named(pictures: readonly Uri[]): string {
  return pictures.length === 1 ? `"${pictureNameOf(pictures[0].path)}"` : `${pictures.length} Pictures`;
}

/** Asks for several; undefined when the person chose none. */
async function choose<T extends QuickPickItem>(items: Promise<T[]>, title: string, placeHolder: string): Promise<T[] | undefined> {
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true, matchOnDescription: true, matchOnDetail: true });
  return chosen && chosen.length > 0 ? chosen : undefined;
}
