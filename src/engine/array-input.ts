/** Arrays (.npy) as model inputs: taken as they stand, without preprocessing. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Tensor } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { ExplainResult, Prediction, Recipe } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { readNpy } from '../pictures/npy.ts';
import { scoreValue } from '../techniques/score-value.ts';
import type { Metric } from '../techniques/technique.ts';
import { wantedClass } from './explain-picture.ts';
import type { Job } from './job.ts';
import { describeLayer } from './layers.ts';
import { prediction } from './predictions.ts';
import { setUp, type ExplainSettings, type Services } from './services.ts';

export interface ArrayInput {
  /** float32 [N,C,H,W] */
  readonly input: Tensor;
  /** Base name of the file. */
  readonly name: string;
  /** SHA-256 of shape and values, hex. */
  readonly hash: string;
}

export interface ExplainArrayRequest extends ExplainSettings {
  /** Path of the `.npy` file. */
  readonly array: string;
  /** One for all samples, or one for each. */
  readonly classes: readonly (number | string)[];
}

/** Like an ExplainResult, for all samples of the array. */
export interface ArrayExplanation {
  /** float32 [N,C,h,w] */
  readonly values: Tensor;
  readonly classes: readonly Prediction[];
  readonly scores: readonly number[];
  readonly layer: ExplainResult['layer'];
  readonly model: ExplainResult['model'];
  readonly runtime: string;
  readonly milliseconds: ExplainResult['milliseconds'];
  readonly notes: readonly string[];
  readonly metrics: readonly Metric[];
  readonly recipe: ArrayRecipe;
}

export interface ArrayRecipe extends Omit<Recipe, 'picture' | 'preprocessing' | 'class'> {
  readonly array: { readonly name: string; readonly hash: string };
  readonly class: readonly number[];
}

/**
 * @returns the array as a batch; [C,H,W] becomes a batch of one
 * @throws FoveaError `array-invalid` for another type or shape than the model takes
 */
export async function readArray(file: string, { input }: Model): Promise<ArrayInput> {
  const { type, dims, data } = await readNpy(file);
  const wanted = [input.channels, input.height, input.width];
  const fits = type === 'float32' && (dims.length === 3 || dims.length === 4) && dims.slice(-3).join() === wanted.join();
  if (!fits || data.length === 0) {
    throw new FoveaError('array-invalid', `${path.basename(file)} has the type ${type} and the shape [${dims.join(', ')}].`,
      `The model takes float32 of the shape [${wanted.join(', ')}], or [N, ${wanted.join(', ')}] for several samples.`);
  }
  const batch = dims.length === 3 ? [1, ...dims] : dims;
  const hash = createHash('sha256').update(batch.join()).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex');
  return { input: { type, dims: batch, data }, name: path.basename(file), hash };
}

/** @throws FoveaError `array-*`, and what `setUp` and the technique throw; CancelledError */
export async function explainArray(services: Services, request: ExplainArrayRequest, job: Job): Promise<ArrayExplanation> {
  const began = performance.now();
  const setup = await setUp(services, request, job.signal);
  const { loaded, technique, layer, score } = setup;
  const { facts, model } = loaded;
  const { input, name, hash } = await readArray(request.array, model);
  const read = performance.now();
  const samples = input.dims[0];
  const wanted = request.classes.map((one) => wantedClass(one, loaded));
  if (wanted.length !== 1 && wanted.length !== samples) {
    throw new FoveaError('array-invalid', `${name} has ${samples} ${samples === 1 ? 'sample' : 'samples'}, but ${wanted.length} classes are given.`,
      'Give one class for all samples, or one for each.');
  }
  const classes = Array.from({ length: samples }, (_, i) => wanted[wanted.length === 1 ? 0 : i]);
  const explanation = await services.explainer.explain({ ...setup, input, classes }, job);
  return {
    values: explanation.values,
    classes: explanation.classes.map((index, i) => prediction(explanation.logits[i], index, facts.labels, model.finalActivation)),
    scores: explanation.classes.map((index, i) => scoreValue(explanation.logits[i], index, score, model.finalActivation)),
    layer: layer && describeLayer(layer),
    model: { reference: loaded.reference, title: facts.title, preprocessingSource: facts.preprocessingSource },
    runtime: setup.runtime.title,
    milliseconds: { picture: read - began, ...explanation.milliseconds, total: performance.now() - began },
    notes: [...setup.notes, ...explanation.notes],
    metrics: explanation.metrics,
    recipe: {
      version: services.version, array: { name, hash }, model: { title: facts.title, hash: loaded.hash }, technique: technique.id,
      parameters: setup.parameters, class: explanation.classes, score, layer: layer?.name, seed: setup.seed, runtime: setup.runtime.id,
    },
  };
}
