/** What a person is asked for when they choose what is compared. */
import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { ChangeablePart } from '../../protocol/comparison.ts';
import type { ModelReference } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import { pictureNameOf } from '../../protocol/pictures.ts';
import type { Subject } from '../../protocol/result-panel.ts';
import type { TechniqueDescription } from '../../protocol/techniques.ts';
import type { EngineClient } from '../engine-client.ts';
import { selectModel, selectModels } from '../models/model-picker.ts';
import { checkModelAllowed, modelTitle } from '../models/active-model.ts';
import { picturePath } from '../picture-files.ts';
import { askForPicture, askForPictures } from '../pictures.ts';

type Engine = Pick<EngineClient, 'describeModel' | 'predict' | 'techniques'>;

/** Layers chosen beforehand, evenly through the network. */
const layersChosen = 6;
/** Classes that are offered first. */
const likelyClasses = 10;

const nouns: Record<ChangeablePart, readonly [string, string]> = {
  technique: ['Technique', 'Techniques'], picture: ['Picture', 'Pictures'], class: ['Class', 'Classes'], layer: ['Layer', 'Layers'], model: ['Model', 'Models'],
};

/** Asks for several; undefined when the person chose none. */
export async function chooseSeveral<T extends QuickPickItem>(items: Promise<T[]>, title: string, placeHolder: string): Promise<T[] | undefined> {
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true, matchOnDescription: true, matchOnDetail: true });
  return chosen && chosen.length > 0 ? chosen : undefined;
}

/** Of those that fit. */
export async function techniqueItems(engine: Engine, fits: (technique: TechniqueDescription) => boolean = () => true) {
  return (await engine.techniques()).filter(fits).map(({ id, title, summary }) => ({ id, label: title, detail: summary }));
}

/** All layers of a model; some, evenly through the network, are picked. */
export async function layerItems(engine: Engine, model: ModelReference) {
  checkModelAllowed(model);
  const { layers, defaultLayer } = await engine.describeModel(model);
  const step = Math.max(1, (layers.length - 1) / (layersChosen - 1));
  const evenly = new Set(Array.from({ length: layersChosen }, (_, at) => Math.round(at * step)));
  return layers.map(({ name, shape, op }, index) => ({
    label: name, description: `${op} ${shape.slice(1).join(' × ')}`, picked: evenly.has(index) || name === defaultLayer,
  }));
}

/** Indices of the likeliest classes of a picture. */
export async function likeliest(engine: Engine, picture: string, model: ModelReference, top: number): Promise<number[]> {
  checkModelAllowed(model);
  const { predictions } = await engine.predict({ picture: { path: picturePath(picture) }, model, top });
  return predictions.slice(0, top).map(({ index }) => index);
}

/** The same class for all models that know it by the same number and name as the first; of the others, their likeliest one. */
export async function acrossModels(engine: Engine, first: Subject, models: readonly ModelReference[]): Promise<Subject[]> {
  models.forEach(checkModelAllowed);
  const subject = { ...first, layer: undefined, preprocessing: undefined }; // they are the model's own
  const [index] = first.class === 'top' ? await likeliest(engine, first.picture, first.model, 1) : [first.class];
  const [{ labels }, ...others] = await Promise.all([first.model, ...models].map((model) => engine.describeModel(model)));
  return models.map((model, at) => ({ ...subject, model, class: others[at].labels[index] === labels[index] ? index : 'top' }));
}

/**
 * Asks what to put in the place of a part of a subject. @param isMore whether for several, which stand beside it
 * @returns subjects that differ in that part; undefined when the person changed their mind
 */
export async function choosePart(subject: Subject, part: ChangeablePart, engine: Engine, isMore: boolean): Promise<Subject[] | undefined> {
  await checkNeeds(engine, subject.technique, part);
  const title = `${isMore ? 'Add' : 'Change'} ${nouns[part][isMore ? 1 : 0]}`;
  switch (part) {
    case 'technique': {
      const chosen = await pick(techniqueItems(engine, ({ id }) => id !== subject.technique), title, isMore);
      return chosen?.map(({ id }) => ({ ...subject, technique: id, parameters: {} }));
    }
    case 'picture': {
      const asked = isMore ? await askForPictures(title, 'Add') : [await askForPicture(title)].flatMap((uri) => uri ?? []);
      return asked.length > 0 ? asked.map((uri) => ({ ...subject, picture: uri.toString() })) : undefined;
    }
    case 'class': {
      const chosen = await pick(classItems(engine, subject), title, isMore);
      return chosen?.flatMap(({ index }) => (index === undefined ? [] : [{ ...subject, class: index }]));
    }
    case 'layer': {
      const items = layerItems(engine, subject.model).then((layers) => layers.map((item) => ({ ...item, picked: false })));
      return (await pick(items, `${title} of ${modelTitle(subject.model)}`, isMore))?.map(({ label }) => ({ ...subject, layer: label }));
    }
    case 'model': {
      const placeHolder = `Model to compare on "${pictureNameOf(subject.picture)}"`;
      const one = isMore ? undefined : await selectModel(subject.model, { title, placeHolder });
      const models = isMore ? await selectModels(subject.model) : one && [one];
      return models && models.length > 0 ? acrossModels(engine, subject, models) : undefined;
    }
  }
}

/** @throws FoveaError where the technique does not depend on the part, so that there would be nothing to compare */
async function checkNeeds(engine: Engine, technique: string, part: ChangeablePart): Promise<void> {
  if (part !== 'class' && part !== 'layer') return;
  const described = (await engine.techniques()).find(({ id }) => id === technique);
  if (!described || described.needs[part]) return;
  throw new FoveaError('parameter-invalid', `${described.title} is not about a ${part}.`, 'Change the technique first.');
}

/** The likeliest first, then all. */
async function classItems(engine: Engine, { model, picture, preprocessing }: Subject): Promise<(QuickPickItem & { index?: number })[]> {
  checkModelAllowed(model);
  const [{ labels }, { predictions }] = await Promise.all([
    engine.describeModel(model), engine.predict({ picture: { path: picturePath(picture) }, model, preprocessing, top: likelyClasses }),
  ]);
  const likely = new Set(predictions.map(({ index }) => index));
  return [
    { label: 'Likely', kind: QuickPickItemKind.Separator },
    ...predictions.map(({ index, name, probability }) => ({ label: name, description: `${index} · ${(probability * 100).toFixed(1)} %`, index })),
    { label: 'All', kind: QuickPickItemKind.Separator },
    ...labels.flatMap((label, index) => (likely.has(index) ? [] : [{ label, description: String(index), index }])),
  ];
}

async function pick<T extends QuickPickItem>(items: Promise<T[]>, title: string, isMore: boolean): Promise<T[] | undefined> {
  if (isMore) return chooseSeveral(items, title, 'What stands beside it');
  const chosen = await window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  return chosen && [chosen];
}
