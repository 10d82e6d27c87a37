/** What the engine's jobs work with, and what the requests that explain something have in common. */
import type { Layer } from '../graph/model.ts';
import type { ModelReference, RuntimeChoice } from '../protocol/engine.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import type { Runtimes } from '../runtimes/choose.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Technique } from '../techniques/technique.ts';
import type { Explainer } from './explainer.ts';
import { resolveLayer } from './layers.ts';
import type { LoadedModel, Models } from './models.ts';
import { findTechnique, parseParameters } from './parameters.ts';
import type { Pictures } from './picture-input.ts';

export interface Services {
  /** Fovea's version, for recipes. */
  readonly version: string;
  readonly models: Models;
  readonly pictures: Pictures;
  readonly runtimes: Runtimes;
  readonly techniques: readonly Technique[];
  readonly explainer: Explainer;
}

/** How something is explained, whatever it is. */
export interface ExplainSettings {
  readonly model: ModelReference;
  readonly technique: string;
  readonly parameters?: Record<string, unknown>;
  readonly layer?: string;
  readonly score?: ScoreKind;
  readonly seed?: number;
  readonly runtime?: RuntimeChoice;
}

/** The same, with everything looked up. */
export interface ExplainSetup {
  readonly technique: Technique;
  readonly parameters: Record<string, unknown>;
  readonly loaded: LoadedModel;
  readonly runtime: Runtime;
  /** Present when the technique needs one. */
  readonly layer: Layer | undefined;
  readonly score: ScoreKind;
  readonly seed: number;
  /** About model and runtime. */
  readonly notes: readonly string[];
}

/** @throws FoveaError `technique-unknown`, `parameter-invalid`, `layer-*`, `runtime-unavailable`, and what loading a model throws */
export async function setUp(services: Services, settings: ExplainSettings, signal: AbortSignal): Promise<ExplainSetup> {
  const technique = findTechnique(services.techniques, settings.technique);
  const parameters = parseParameters(technique, settings.parameters);
  const [loaded, { runtime, note }] = await Promise.all([services.models.load(settings.model, signal), services.runtimes.choose(settings.runtime)]);
  return {
    technique, parameters, loaded, runtime,
    layer: technique.needs.layer ? resolveLayer(loaded.model, settings.layer, loaded.facts.preferredLayer) : undefined,
    score: settings.score ?? 'logit',
    seed: settings.seed ?? 0,
    notes: [...loaded.facts.notes, ...(note === undefined ? [] : [note])],
  };
}
