/** What is known about a model beside its graph: how it wants pictures and what its classes are called, each from the first source that says so. */
import path from 'node:path';
import type { Model } from '../../graph/model.ts';
import { FoveaError } from '../../protocol/errors.ts';
import { sidecarPath, type Preprocessing, type PreprocessingSource } from '../../protocol/preprocessing.ts';
import { guessPreprocessing, type InputHints } from './guess.ts';
import { readHuggingFace, readHuggingFaceSize } from './hugging-face.ts';
import { fillLabels, imagenetLabels, readLabelsBeside } from './labels.ts';
import { labelsFromMetadata, preprocessingFromMetadata } from './onnx-metadata.ts';
import { readSidecar, readSidecarSize } from './sidecar.ts';

export interface ModelFacts {
  readonly title: string;
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: PreprocessingSource;
  /** One for each class. */
  readonly labels: readonly string[];
  /** Default layer that a person chose. */
  readonly preferredLayer: string | undefined;
  readonly notes: readonly string[];
}

/** What the facts are found from. */
export interface FactsRequest {
  /** Absolute path of the model file. */
  readonly file: string;
  readonly model: Model;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hints: InputHints;
  /** File of ImageNet-1k's class names, one a line. */
  readonly imagenet: string;
}

/** Files beside a model that its facts may come from; when one changes, they are to be found anew. */
export function factFiles(model: string): string[] {
  const folder = path.dirname(model);
  const above = path.basename(folder) === 'onnx' ? [path.dirname(folder)] : [];
  return [
    sidecarPath(model), path.join(folder, 'labels.txt'), path.join(folder, 'labels.json'),
    ...[folder, ...above].flatMap((place) => ['preprocessor_config.json', 'config.json'].map((name) => path.join(place, name))),
  ];
}

/** The size of the pictures, where a file beside the model states it, for a model that takes any. @throws FoveaError `preprocessing-invalid` */
export async function findSize(file: string): Promise<Pick<Preprocessing, 'width' | 'height'> | undefined> {
  return await readSidecarSize(file) ?? await readHuggingFaceSize(file);
}

/** @throws FoveaError `preprocessing-invalid`, naming file and field */
export async function findFacts({ file, model, metadata, hints, imagenet }: FactsRequest): Promise<ModelFacts> {
  const { input, logits: { classes } } = model;
  const sidecar = await readSidecar(file);
  const huggingFace = await readHuggingFace(file, input);
  const beside = await readLabelsBeside(file);
  const notes: string[] = [];

  /** Files that several models of a folder may share are used only where they fit. */
  const fitting = (labels: string[] | undefined, source: string): string[] | undefined => {
    if (!labels || labels.length === classes) return labels;
    notes.push(`${source} names ${labels.length} classes, but the model has ${classes}: it is not used.`);
    return undefined;
  };
  const firstFitting = (candidates: { labels: string[]; file: string }[]): string[] | undefined => {
    for (const { labels, file: source } of candidates) {
      const found = fitting(labels, source);
      if (found) return found;
    }
    return undefined;
  };
  const labels = sidecar?.labels ?? fitting(huggingFace.labels, 'config.json') ?? fitting(labelsFromMetadata(metadata), 'The model\'s metadata')
    ?? firstFitting(beside) ?? await imagenetLabels(classes, imagenet) ?? [];
  if (sidecar?.labels && labels.length !== classes) {
    notes.push(`The sidecar file names ${labels.length} classes, but the model has ${classes}.`);
  }

  const common = {
    title: sidecar?.title ?? path.basename(file), labels: fillLabels(labels, classes), preferredLayer: sidecar?.layer, notes,
  };
  const guess = guessPreprocessing(input, hints);
  const stated: [PreprocessingSource, Partial<Preprocessing> | undefined][] = [
    ['sidecar', sidecar?.preprocessing],
    ['huggingface', huggingFace.preprocessing],
    ['metadata', preprocessingFromMetadata(metadata, input.channels)],
  ];
  const [source, found] = stated.find(([, value]) => value) ?? (['guess', {}] as const);
  return { ...common, preprocessing: fitPreprocessing({ ...guess, ...found }, input), preprocessingSource: source };
}

/**
 * A preprocessing checked against what the model takes, with one mean and deviation for each channel.
 * @throws FoveaError `preprocessing-invalid`, naming the field
 */
export function fitPreprocessing(preprocessing: Preprocessing, input: Model['input']): Preprocessing {
  const help = `The model's input has ${input.channels} channels of ${input.width} × ${input.height} px.`;
  const reject = (field: 'width' | 'height' | 'channels' | 'mean' | 'std'): never => {
    throw new FoveaError('preprocessing-invalid',
      `The preprocessing's field "${field}" (${JSON.stringify(preprocessing[field])}) does not fit the model.`, help);
  };
  if (preprocessing.width !== input.width) reject('width');
  if (preprocessing.height !== input.height) reject('height');
  const count = { grey: 1, rgb: 3, bgr: 3, rgba: 4 }[preprocessing.channels];
  if (count !== input.channels) reject('channels');
  const perChannel = (field: 'mean' | 'std'): number[] => {
    const values = preprocessing[field];
    if (values.length === count) return values;
    if (values.every((value) => value === values[0])) return new Array<number>(count).fill(values[0]);
    return reject(field);
  };
  return { ...preprocessing, mean: perChannel('mean'), std: perChannel('std') };
}
