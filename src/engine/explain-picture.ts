/** Explains a picture: decode, preprocess, run the technique, and say what came out and how. */
import { isDeepStrictEqual } from 'node:util';
import type { Tensor } from '../graph/graph.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { AttributionMap, ExplainRequest, ExplainResult, Recipe } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { MeasureRequest } from '../protocol/trust.ts';
import { blackPixel } from '../pictures/preprocess.ts';
import { shownPixels } from '../pictures/shown-pixels.ts';
import { scoreValue } from '../techniques/score-value.ts';
import type { Technique } from '../techniques/technique.ts';
import { resolveClass } from './classes.ts';
import type { Explanation } from './explanation.ts';
import type { Job } from './job.ts';
import { describeLayer } from './layers.ts';
import { choosePreprocessing, preprocessingOrigin, type LoadedModel } from './models.ts';
import type { PictureInput } from './picture-input.ts';
import { prediction, topPredictions } from './predictions.ts';
import { setUp, type ExplainSetup, type Services } from './services.ts';

/** Predictions that come with an explanation. */
const predictionsShown = 5;

export interface PictureExplanation {
  readonly setup: ExplainSetup;
  readonly input: PictureInput;
  readonly explanation: Explanation;
  readonly result: ExplainResult;
  /** Samples after which the technique was stopped; undefined where it was not. */
  readonly enough?: number;
}

/** @throws FoveaError of every kind that a picture, a model or a request can cause; CancelledError */
export async function explainPicture(services: Services, request: ExplainRequest, job: Job): Promise<PictureExplanation> {
  const began = performance.now();
  job.progress('Reading model and picture');
  // The picture is decoded on other threads while this one reads the model.
  const [setup, whole] = await Promise.all([setUp(services, request, job.signal), services.pictures.decode(request.picture.path, job.signal)]);
  const { loaded, technique, layer, score } = setup;
  const { facts, model } = loaded;
  const classes = [wantedClass(request.class, loaded)];
  const preprocessing = choosePreprocessing(loaded, request.preprocessing);
  const origin = preprocessingOrigin(loaded, request.preprocessing);
  const prepared = performance.now();
  // And shrunk on other threads while this one preprocesses it.
  const [input, shown] = await Promise.all([
    services.pictures.input(request.picture.path, preprocessing, job.signal),
    request.wantPixels && whole.hash !== request.knownPicture ? shownPixels(whole) : undefined,
  ]);
  const decoded = performance.now();

  const { picture } = input;
  const resultOf = (explanation: Explanation): ExplainResult => {
    const [logits] = explanation.logits;
    const [index] = explanation.classes;
    const recipe: Recipe = {
      version: services.version,
      picture: { name: picture.name, hash: picture.hash },
      model: { title: facts.title, hash: loaded.hash },
      preprocessing, technique: technique.id, parameters: setup.parameters, class: index, score, layer: layer?.name, seed: setup.seed,
      runtime: setup.runtime.id,
    };
    const map = attributionMap(technique, explanation.values);
    return {
      picture: { name: picture.name, width: picture.width, height: picture.height, notes: [...picture.notes] },
      placement: input.placement,
      map,
      predictions: topPredictions(logits, predictionsShown, facts.labels, model.finalActivation),
      class: prediction(logits, index, facts.labels, model.finalActivation),
      score: { kind: score, value: scoreValue(logits, index, score, model.finalActivation) },
      layer: layer && describeLayer(layer),
      samples: explanation.samples,
      standardError: explanation.standardError,
      technique: technique.id,
      model: { reference: loaded.reference, title: facts.title, preprocessingSource: origin.source },
      runtime: setup.runtime.title,
      milliseconds: { picture: decoded - prepared, ...explanation.milliseconds, total: performance.now() - began },
      ...(explanation.cached && { cached: true }),
      notes: [...setup.notes, ...origin.notes, ...explanation.notes, ...emptyNotes(map)],
      metrics: explanation.metrics.map(({ values: [value], ...metric }) => ({ ...metric, value })),
      recipe,
    };
  };

  job.progress(technique.title);
  const pixels = whole.hash === picture.hash ? shown : undefined; // a file that was just replaced is explained again
  const { partial } = job;
  let unsent = pixels;
  const report = (soFar: Explanation): void => {
    partial?.({ ...resultOf(soFar), pixels: unsent });
    unsent = undefined;
  };
  const explanation = await services.explainer.explain({
    ...setup, input: input.input, inputKey: input.key, black: blackPixel(preprocessing), classes, partial: partial && report,
  }, job);
  return { setup, input, explanation, result: { ...resultOf(explanation), pixels } };
}

/**
 * What is shown already, as if it had just been explained; explained where a request shows nothing.
 * @throws FoveaError `run-lost` where the picture, the model or its preprocessing is another one by now; as `explainPicture` does; CancelledError
 */
export async function shownPicture(services: Services, { shown, ...request }: MeasureRequest, job: Job): Promise<PictureExplanation> {
  if (!shown) return explainPicture(services, request, job);
  job.progress('Reading model and picture');
  const setup = await setUp(services, request, job.signal);
  const { loaded, technique } = setup;
  const preprocessing = choosePreprocessing(loaded, request.preprocessing);
  const input = await services.pictures.input(request.picture.path, preprocessing, job.signal);
  const { recipe, samples, class: { index }, map: { values, channels, height, width } } = shown;
  const whole = loaded.model.input;
  const fits = technique.values.resolution === 'layer' || (height === whole.height && width === whole.width);
  if (recipe.picture.hash !== input.picture.hash || recipe.model.hash !== loaded.hash || !isDeepStrictEqual(recipe.preprocessing, preprocessing)
    || !fits || index >= loaded.model.logits.classes) {
    throw new FoveaError('run-lost', 'The picture or the model is not what the map was made of any more.', 'Explain it again first.');
  }
  const explanation: Explanation = {
    values: tensorOf('float32', values, [1, channels, height, width]), classes: [index], logits: [], samples, notes: [], metrics: [], milliseconds: shown.milliseconds,
  };
  return { setup, input, explanation, result: shown, enough: enoughOf(shown) };
}

/** Samples after which the technique was stopped; undefined where it was not. */
export function enoughOf(shown: MeasureRequest['shown']): number | undefined {
  return shown?.samples && shown.samples.done < shown.samples.total ? shown.samples.done : undefined;
}

/** What is said of a map in which there is nothing to see. */
function emptyNotes({ values, signed }: AttributionMap): string[] {
  if (values.some((value) => value !== 0)) return [];
  return [`The map is zero everywhere: nothing that it could show ${signed ? 'changes' : 'raises'} the score of this class.`];
}

/** The class that a request asks for. @throws FoveaError `class-unknown`, `class-out-of-range` */
export function wantedClass(wanted: number | string | undefined, { model, facts }: LoadedModel): number | 'top' {
  return wanted === undefined || wanted === 'top' ? 'top' : resolveClass(wanted, model.logits.classes, facts.labels);
}

/**
 * One sample's values [1,C,h,w] as they cross to a view. A technique whose values are usually not signed may have some below zero, by its
 * parameters: such a map is signed.
 */
export function attributionMap({ values: { signed, unit, resolution } }: Technique, values: Tensor): AttributionMap {
  const data = values.data as Float32Array;
  const [, channels, height, width] = values.dims;
  return { values: data, channels, height, width, signed: signed || data.some((value) => value < 0), unit, resolution };
}
