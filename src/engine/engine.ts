/** The engine: one method for each request of protocol/engine.ts, one job at a time. The server and the command line both use it. */
import path from 'node:path';
import { exportOnnx } from '../formats/onnx-export.ts';
import type {
  EngineStatus, ExplainRequest, ExplainResult, ExportRequest, LayerStripEntry, LayerStripRequest, ModelDescription, ModelReference, PredictRequest,
  Pixels, PredictResult, Prediction, RenderRequest, RuntimeChoice,
} from '../protocol/engine.ts';
import { encodeNpy } from '../pictures/npy.ts';
import { encodePng } from '../pictures/render-png.ts';
import { contactSheet } from '../pictures/contact-sheet.ts';
import { shownPixels } from '../pictures/shown-pixels.ts';
import { bundledReference } from '../protocol/bundled-model.ts';
import { FoveaError } from '../protocol/errors.ts';
import type {
  GenerateRequest, GenerateResult, GeneratorDescription, PixelsRequest, PngRequest, SavePixelsRequest, SteerRequest,
} from '../protocol/generate.ts';
import type { PlannedMeasure } from '../protocol/measures.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { SweepRequest, SweepResult } from '../protocol/sweep.ts';
import type { TechniqueDescription } from '../protocol/techniques.ts';
import type { CheckRequest, CheckResult, EvaluateRequest, EvaluateResult, MeasureRequest } from '../protocol/trust.ts';
import type { Runtimes, RuntimeStatus } from '../runtimes/choose.ts';
import type { Generator } from '../techniques/generator.ts';
import { generators as allGenerators } from '../techniques/generators.ts';
import type { Technique } from '../techniques/technique.ts';
import { explainArray, readArray, type ArrayExplanation, type ExplainArrayRequest } from './array-input.ts';
import { BundledModels, type BundledModel } from './bundled-models.ts';
import { Checks } from './check.ts';
import { evaluate, planEvaluation } from './evaluate.ts';
import { Explainer } from './explainer.ts';
import { explainPicture } from './explain-picture.ts';
import { exportPicture } from './export-picture.ts';
import { Generations } from './generate.ts';
import { unattended, type Job } from './job.ts';
import { JobQueue } from './job-queue.ts';
import { layerStrip } from './layer-strip.ts';
import { choosePreprocessing, describeModel, Models, preprocessingOrigin } from './models.ts';
import { readVersion } from './package-root.ts';
import { describeTechnique, findTechnique, parseParameters } from './parameters.ts';
import { Pictures } from './picture-input.ts';
import { topPredictions } from './predictions.ts';
import { ProgramCache } from './program-cache.ts';
import { renderResult } from './render-result.ts';
import { setUp, type ExplainSettings, type Services } from './services.ts';
import { writeWhole } from './write-file.ts';

/** Bytes that are kept for later requests. */
export interface EngineLimits {
  readonly programs: number;
  readonly models: number;
  readonly pictures: number;
}

/** Of programs: for the bundled model a gradient's in batches, or that of all layers with three others. */
const defaultLimits: EngineLimits = { programs: 224 << 20, models: 300 << 20, pictures: 100 << 20 };

/** Predictions where a request does not say how many. */
const usualPredictions = 5;

export interface EngineOptions {
  /** Folder that holds package.json and models/. */
  readonly packageRoot: string;
  readonly runtimes: Runtimes;
  readonly techniques: readonly Technique[];
  /** Default: all. */
  readonly generators?: readonly Generator[];
  readonly limits?: EngineLimits;
}

export interface PredictArrayRequest extends Omit<PredictRequest, 'picture' | 'preprocessing'> {
  /** Path of the `.npy` file. */
  readonly array: string;
}

/** Every method throws FoveaError, and CancelledError when the job's signal fires. */
export class Engine {
  readonly #queue = new JobQueue();
  readonly #programs: ProgramCache;
  readonly #bundled: BundledModels;
  readonly #services: Services;
  readonly #generations: Generations;
  readonly #checks: Checks;

  constructor({ packageRoot, runtimes, techniques, generators = allGenerators, limits = defaultLimits }: EngineOptions) {
    this.#programs = new ProgramCache(limits.programs);
    this.#bundled = new BundledModels(path.join(packageRoot, 'models'));
    this.#services = {
      version: readVersion(packageRoot), runtimes, techniques,
      models: new Models(this.#bundled, limits.models, (hash) => this.#programs.drop(hash)),
      pictures: new Pictures(limits.pictures),
      explainer: new Explainer(this.#programs),
    };
    this.#generations = new Generations(this.#services, generators, (job, work) => this.#run(job, work));
    this.#checks = new Checks(this.#services, (job, work) => this.#run(job, work));
  }

  describeModel(request: { model: ModelReference; preprocessing?: Preprocessing }, job: Job = unattended): Promise<ModelDescription> {
    return this.#run(job, async ({ models }) => describeModel(await models.load(request.model, job.signal), request.preprocessing));
  }

  explain(request: ExplainRequest, job: Job = unattended): Promise<ExplainResult> {
    return this.#run(job, async (services) => (await explainPicture(services, request, job)).result);
  }

  predict(request: PredictRequest, job: Job = unattended): Promise<PredictResult & { runtime: string; notes: string[] }> {
    return this.#run(job, async ({ models, pictures, runtimes, explainer }) => {
      const [loaded, { runtime, note }] = await Promise.all([
        models.load(request.model, job.signal), runtimes.choose(request.runtime), pictures.decode(request.picture.path, job.signal)]);
      const preprocessing = choosePreprocessing(loaded, request.preprocessing);
      const { input, key, picture } = await pictures.input(request.picture.path, preprocessing, job.signal);
      const [logits] = await explainer.predict({ loaded, runtime, input, inputKey: key }, job);
      const predictions = topPredictions(logits, request.top ?? usualPredictions, loaded.facts.labels, loaded.model.finalActivation);
      const ofModel = [...loaded.facts.notes, ...preprocessingOrigin(loaded, request.preprocessing).notes];
      const notes = [...picture.notes, ...ofModel, ...(note === undefined ? [] : [note])];
      return { predictions, preprocessing, runtime: runtime.title, notes };
    });
  }

  layerStrip(request: LayerStripRequest, job: Job = unattended): Promise<LayerStripEntry[]> {
    return this.#run(job, (services) => layerStrip(services, request, job));
  }

  exportResult(request: ExportRequest, job: Job = unattended): Promise<{ file: string }> {
    return this.#run(job, (services) => exportPicture(services, request, job));
  }

  render(request: RenderRequest, job: Job = unattended): Promise<Uint8Array> {
    return this.#run(job, () => renderResult(request));
  }

  generators(): GeneratorDescription[] {
    return this.#generations.describe();
  }

  /** @throws FoveaError `technique-unknown`, `parameter-invalid` */
  checkGenerator(id: string, parameters: Record<string, unknown>): void {
    this.#generations.check(id, parameters);
  }

  generate(request: GenerateRequest, job: Job = unattended): Promise<GenerateResult> {
    return this.#generations.generate(request, job);
  }

  /** Runs of a generator over a grid of parameters. */
  sweep(request: SweepRequest, job: Job = unattended): Promise<SweepResult> {
    return this.#generations.sweep(request, job);
  }

  /** Acts at once, whatever is in the queue. @returns false where no run has that token */
  steer(request: SteerRequest): boolean {
    return this.#generations.steer(request);
  }

  pixels({ picture, longest }: PixelsRequest, job: Job = unattended): Promise<Pixels> {
    return this.#run(job, async ({ pictures }) => shownPixels(await pictures.decode(picture.path, job.signal), longest));
  }

  /** PNG of pictures, shrunk where they are larger than asked for. */
  async png({ pictures, longest }: PngRequest): Promise<Uint8Array> {
    const [first] = pictures;
    const sheet = pictures.length === 1 ? first : contactSheet(pictures, Math.ceil(Math.sqrt(pictures.length)));
    return encodePng(await shownPixels(sheet, longest));
  }

  async savePixels({ pixels, file }: SavePixelsRequest): Promise<{ file: string }> {
    await writeWhole(file, await encodePng(pixels));
    return { file };
  }

  check(request: CheckRequest, job: Job = unattended): Promise<CheckResult> {
    return this.#checks.check(request, job);
  }

  evaluate(request: EvaluateRequest, job: Job = unattended): Promise<EvaluateResult> {
    return evaluate(this.#services, (turn, work) => this.#run(turn, work), request, job);
  }

  planEvaluation(request: MeasureRequest, job: Job = unattended): Promise<PlannedMeasure[]> {
    return planEvaluation(this.#services, (turn, work) => this.#run(turn, work), request, job);
  }

  /** Explains the samples of an array. For the command line. */
  explainArray(request: ExplainArrayRequest, job: Job = unattended): Promise<ArrayExplanation> {
    return this.#run(job, (services) => explainArray(services, request, job));
  }

  /** Predictions for each sample of an array. For the command line. */
  predictArray(request: PredictArrayRequest, job: Job = unattended): Promise<{ predictions: Prediction[][]; runtime: string }> {
    return this.#run(job, async ({ models, runtimes, explainer }) => {
      const [loaded, { runtime }] = await Promise.all([models.load(request.model, job.signal), runtimes.choose(request.runtime)]);
      const { input } = await readArray(request.array, loaded.model);
      const rows = await explainer.predict({ loaded, runtime, input }, job);
      const count = request.top ?? usualPredictions;
      const predictions = rows.map((row) => topPredictions(row, count, loaded.facts.labels, loaded.model.finalActivation));
      return { predictions, runtime: runtime.title };
    });
  }

  /** Writes the values of an array's explanation as `.npy`. For the command line. */
  async writeValues(file: string, { values }: Pick<ArrayExplanation, 'values'>): Promise<void> {
    await writeWhole(file, encodeNpy(values));
  }

  /**
   * Saves model and technique as one ONNX file: inputs `image` float32 [N,C,H,W] and `classes` int64 [N]; outputs `logits` and `values`.
   * @throws FoveaError `technique-unknown` where the technique is not a single graph
   */
  compile(settings: ExplainSettings & { readonly file: string }, job: Job = unattended): Promise<{ file: string; bytes: number }> {
    return this.#run(job, async (services) => {
      const { technique, parameters, loaded, layer, score } = await setUp(services, settings, job.signal);
      const graph = technique.graph?.(loaded.model, { layer, score, parameters });
      if (!graph) {
        throw new FoveaError('technique-unknown', `${technique.title} is not a single graph, so it cannot be saved as a model.`, 'Use `fovea explain`.');
      }
      const bytes = exportOnnx(graph);
      await writeWhole(settings.file, bytes);
      return { file: settings.file, bytes: bytes.length };
    });
  }

  /** @throws FoveaError `technique-unknown`, `parameter-invalid` */
  checkTechnique(id: string, parameters: Record<string, unknown>): void {
    parseParameters(findTechnique(this.#services.techniques, id), parameters);
  }

  techniques(): TechniqueDescription[] {
    return this.#services.techniques.map(describeTechnique);
  }

  async bundledModels(): Promise<{ reference: ModelReference; title: string; description: string }[]> {
    const describe = ({ id, title, description }: BundledModel) => ({ reference: bundledReference(id), title, description });
    return (await this.#bundled.list()).map(describe);
  }

  runtimes(): Promise<RuntimeStatus[]> {
    return this.#services.runtimes.list();
  }

  async status(): Promise<EngineStatus> {
    return { runtimes: await this.runtimes(), memory: process.memoryUsage.rss() };
  }

  /** Loads a runtime ahead of the first request; a failure is reported by the request that needs it. */
  warmUp(runtime?: RuntimeChoice): void {
    this.#services.runtimes.choose(runtime).catch(() => undefined);
  }

  /** Frees native memory. */
  dispose(): Promise<void> {
    return this.#programs.clear();
  }

  #run<T>(job: Job, work: (services: Services) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      try {
        return await work(this.#services);
      } finally {
        await this.#programs.shrink();
      }
    }, job.signal);
  }
}
