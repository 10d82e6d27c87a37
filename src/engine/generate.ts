/**
 * Makes pictures by optimisation. A run does not hold the queue: each of its passes takes a turn in it, so that a picture can be explained
 * while another one is being made, or waits. Its programs are its own, since they must outlast many turns.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Tensor } from '../graph/graph.ts';
import { inputOfPixels, restorePixels } from '../pictures/restore.ts';
import type { Pixels } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import type { GenerateRecipe, GenerateRequest, GenerateResult, GeneratorDescription, SteerRequest } from '../protocol/generate.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { SweepRequest, SweepResult } from '../protocol/sweep.ts';
import type { Generator, GeneratorResult, GeneratorState, PictureSize } from '../techniques/generator.ts';
import { resolveClass } from './classes.ts';
import { samplesOf } from './explanation.ts';
import { foolingOutcome } from './fooling-outcome.ts';
import type { Job, Turn } from './job.ts';
import { describeLayer, resolveLayer } from './layers.ts';
import { fixedParameters, LiveRun, type EarlierRun } from './live-run.ts';
import { choosePreprocessing, preprocessingOrigin, type LoadedModel } from './models.ts';
import { didYouMean } from './nearest.ts';
import { OwnPrograms } from './own-programs.ts';
import { keepProportions } from './own-size.ts';
import { parseParameters } from './parameters.ts';
import type { PictureInput } from './picture-input.ts';
import { className, topPredictions } from './predictions.ts';
import type { Services } from './services.ts';
import { sweep } from './sweep.ts';

/** Ended runs that can be gone on with. */
const keptRuns = 4;

/** Predictions that come with each picture. */
const predictionsShown = 5;

/** An ended run. */
interface Ended extends Omit<EarlierRun, 'step'> {
  readonly state: GeneratorState;
}

export class Generations {
  readonly #live = new Map<string, LiveRun>();
  /** In order, the oldest first. */
  readonly #ended = new Map<string, Ended>();

  constructor(private readonly services: Services, private readonly generators: readonly Generator[], private readonly turn: Turn) {}

  describe(): GeneratorDescription[] {
    return this.generators.map(({ id, title, family, summary, citation, needs, parameters, presets }) => ({
      id, title, family, summary, citation, needs: { ...needs },
      parameters: z.toJSONSchema(parameters, { io: 'input' }),
      ...(presets && { presets: presets.map((preset) => ({ ...preset })) }),
    }));
  }

  /** @throws FoveaError `technique-unknown`, `parameter-invalid` */
  check(id: string, parameters: Record<string, unknown>): void {
    parseParameters(this.#find(id), parameters);
  }

  /** Acts at once on the run with that token. @returns false where there is none. @throws FoveaError `parameter-invalid` */
  steer(request: SteerRequest): boolean {
    const run = this.#live.get(request.token);
    run?.steer(request);
    return run !== undefined;
  }

  /** @throws FoveaError of every kind that a picture, a model or a request can cause; CancelledError */
  async generate(request: GenerateRequest, job: Job): Promise<GenerateResult> {
    const began = performance.now();
    const setup = await this.turn(job, () => prepare(this.services, this.#find(request.generator), request, job));
    const { generator, loaded, runtime, preprocessing, content, style, classes, layer, seed } = setup;
    const { model, facts } = loaded;
    const identity = identityOf(setup);
    const earlier = this.#earlier(request, identity, preprocessing);
    const { token = '', replay } = request;
    const run = new LiveRun(generator, setup.parameters, {
      identity, replay, signal: job.signal, earlier: earlier && { ...earlier, step: earlier.state.step },
      show: ({ step, total, picture, paused, points }) => {
        job.progress(generator.title, total === 0 ? 1 : step / total);
        job.frame?.({ token, step, total, paused, pictures: pixelsOf(picture, preprocessing), curves: points, history: run.history });
      },
    });

    const programs = new OwnPrograms(runtime, this.turn, job);
    if (token !== '') this.#live.set(token, run);
    const start = performance.now();
    try {
      const goOn = (resume: GeneratorState | undefined): Promise<GeneratorResult> => generator.run({
        model, preprocessing, classes, layer, seed, resume,
        className: (index) => `"${className(facts.labels, index)}"`,
        pictures: { content: content?.input, style: style?.input },
        parameters: () => run.parameters,
        program: (key, build) => programs.get(key, build),
        report: (progress, picture) => run.report(progress, picture),
        signal: job.signal,
      });
      let result = await goOn(earlier?.state);
      for (let from = run.continuation(); from; from = run.continuation()) {
        const { step, picture } = result;
        result = await goOn(from === 'state' ? result.state : stateOf(pixelsOf(picture, preprocessing), step, preprocessing));
      }
      const took = performance.now() - start - programs.milliseconds;
      if (token !== '' && result.state) this.#keep(token, { state: result.state, curves: run.curves, history: run.history, from: 'state' });
      const { predictions, fooling, notes } = await this.turn(job, () => this.#judge(setup, result, job));
      const steps = result.step - (earlier?.state.step ?? 0);
      return {
        generator: generator.id,
        pictures: pixelsOf(result.picture, preprocessing), predictions,
        classes: classes.map((index) => ({ index, name: className(facts.labels, index) })), layer: layer && describeLayer(layer),
        step: result.step, total: result.total, ended: result.ended, curves: run.curves, metrics: { ...result.metrics },
        fooling, notes: [...setup.notes, ...lossesOf(setup.generator, run), ...result.notes, ...notes],
        runtime: runtime.title,
        milliseconds: {
          build: programs.milliseconds, run: took, step: steps > 0 ? (took - run.pausedFor) / steps : 0, total: performance.now() - began,
        },
        history: run.history, recipe: recipeOf(this.services.version, setup, run, result),
      };
    } finally {
      if (this.#live.get(token) === run) this.#live.delete(token);
      await programs.dispose();
    }
  }

  /** @throws FoveaError as `generate` does; CancelledError */
  async sweep(request: SweepRequest, job: Job): Promise<SweepResult> {
    return sweep(request, this.#find(request.request.generator), (one, part) => this.generate(one, part), job);
  }

  #find(id: string): Generator {
    const generator = this.generators.find((candidate) => candidate.id === id);
    if (generator) return generator;
    throw new FoveaError('technique-unknown', `There is no generator "${id}".`, didYouMean(id, this.generators.map((candidate) => candidate.id)));
  }

  /** @throws FoveaError `run-lost`; `parameter-invalid` where it was another one's */
  #earlier({ resume, from }: GenerateRequest, identity: string, preprocessing: Preprocessing): Ended | undefined {
    if (resume === undefined && !from) return undefined;
    const ended = from ? { ...from, state: stateOf(from.pictures, from.step, preprocessing), from: 'pictures' as const } : this.#ended.get(resume!);
    if (ended?.history.identity === identity) return ended;
    if (!ended) throw new FoveaError('run-lost', 'The run that is to be gone on with is not kept any longer.', 'Start a new run.');
    throw new FoveaError('parameter-invalid', 'The run cannot be gone on with under other settings.', 'Start a new run.');
  }

  #keep(token: string, ended: Ended): void {
    this.#ended.delete(token);
    this.#ended.set(token, ended);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > keptRuns) this.#ended.delete(oldest);
  }

  /** What the model sees in the pictures that were made. */
  async #judge(setup: Setup, { picture }: GeneratorResult, job: Job): Promise<Pick<GenerateResult, 'predictions' | 'fooling' | 'notes'>> {
    const { generator, loaded, runtime, preprocessing, content, classes: [target] } = setup;
    const logitsOf = (input: Tensor) => this.services.explainer.predict({ loaded, runtime, input }, job);
    const { facts, model } = loaded;
    // The model takes pictures of its own size alone.
    if (generator.sizes) return { predictions: [], notes: [] };
    if (generator.family === 'fooling') {
      const predict = async (input: Tensor): Promise<Float32Array> => (await logitsOf(input))[0];
      const { outcome, notes } = await foolingOutcome({ loaded, preprocessing, content, target, picture, predict }, predictionsShown);
      return { predictions: [outcome.after], fooling: outcome, notes };
    }
    const rows = await logitsOf(picture);
    return { predictions: rows.map((row) => topPredictions(row, predictionsShown, facts.labels, model.finalActivation)), notes: [] };
  }
}

type Setup = Awaited<ReturnType<typeof prepare>>;

/** Everything that a request names, looked up. */
async function prepare(services: Services, generator: Generator, request: GenerateRequest, job: Job) {
  const parameters = parseParameters(generator, request.parameters);
  const [loaded, { runtime, note }] = await Promise.all([services.models.load(request.model, job.signal), services.runtimes.choose(request.runtime)]);
  const preprocessing = choosePreprocessing(loaded, request.preprocessing);
  const picture = async (role: 'content' | 'style'): Promise<PictureInput | undefined> => {
    const given = request[role];
    const size = generator.sizes?.(parameters)[role];
    if (!generator.needs[role] || (generator.sizes && !size)) return undefined;
    if (given) return readPicture(services, given.path, preprocessing, size, job);
    throw new FoveaError('picture-missing', `${generator.title} needs a ${role === 'content' ? 'photograph' : 'style'}.`, 'Choose a picture.');
  };
  const content = await picture('content');
  const style = await picture('style');
  return {
    generator, parameters, loaded, runtime, preprocessing, content, style, ...targetOf(generator, request, loaded),
    seed: request.seed ?? 0,
    notes: [...loaded.facts.notes, ...preprocessingOrigin(loaded, request.preprocessing).notes, ...(note === undefined ? [] : [note])],
  };
}

async function readPicture({ pictures }: Services, file: string, preprocessing: Preprocessing, size: PictureSize | undefined, { signal }: Job) {
  const fitted = size ? keepProportions(preprocessing, await pictures.decode(file, signal), size) : preprocessing;
  return pictures.input(file, fitted, signal);
}

/** @throws FoveaError `parameter-invalid` where the target does not fit the generator; `class-*`, `layer-*` */
function targetOf({ title, needs: { target } }: Generator, request: GenerateRequest, { model, facts }: LoadedModel) {
  const { classes: wanted = [], layer } = request;
  const wrong = (what: string, help: string): FoveaError => new FoveaError('parameter-invalid', `${title} ${what}.`, help);
  if (layer !== undefined && target !== 'class-or-layer') throw wrong('has no layer as its target', 'Leave the layer out.');
  if (wanted.length > 0 && target === 'none') throw wrong('has no class as its target', 'Leave the class out.');
  if (layer !== undefined && wanted.length > 0) throw wrong('has either classes or a layer as its target', 'Leave one of them out.');
  if (wanted.length === 0 && (target === 'class' || (target === 'class-or-layer' && layer === undefined))) {
    throw wrong(`needs a class${target === 'class' ? '' : ' or a layer'}`, 'Choose one.');
  }
  return {
    classes: wanted.map((one) => resolveClass(one, model.logits.classes, facts.labels)),
    layer: layer === undefined ? undefined : resolveLayer(model, layer, undefined),
  };
}

/** Everything that a run and one which goes on from it must share. */
function identityOf({ generator, loaded, runtime, preprocessing, content, style, classes, layer, seed, parameters }: Setup): string {
  const shared = [
    generator.id, loaded.hash, runtime.id, preprocessing, content?.key, style?.key, classes, layer?.name, seed,
    fixedParameters(generator, parameters),
  ];
  return createHash('sha256').update(JSON.stringify(shared)).digest('hex');
}

/** What is left of a run of which pictures alone were kept. @throws FoveaError `parameter-invalid` */
function stateOf(pictures: readonly Pixels[], step: number, preprocessing: Preprocessing): GeneratorState {
  const [first] = pictures;
  const isWhole = ({ width, height, data }: Pixels): boolean => (
    width === first.width && height === first.height && data.length === 4 * width * height);
  if (pictures.length > 0 && pictures.every(isWhole)) return { step, arrays: {}, picture: inputOfPixels(pictures, preprocessing) };
  throw new FoveaError('parameter-invalid', 'The pictures that are to be gone on with are damaged.', 'Start a new run.');
}

/** What is to be known of a run that was gone on with from its pictures alone. */
function lossesOf({ family }: Generator, { history: { continued = [] } }: LiveRun): string[] {
  return continued.filter(({ from }) => from === 'pictures').map(({ step }) => (
    `Continued at step ${step} from the picture as kept, rounded to 8 bits${family === 'fooling' ? '' : '; the optimiser started afresh'}.`
  ));
}

function recipeOf(version: string, setup: Setup, run: LiveRun, { ended, step }: GeneratorResult): GenerateRecipe {
  const { generator, loaded, preprocessing, content, style, classes, layer, seed, runtime } = setup;
  const { parameters, steered, continued = [] } = run.history;
  const source = (input: PictureInput | undefined) => input && { name: input.picture.name, hash: input.picture.hash };
  return {
    version, generator: generator.id, model: { title: loaded.facts.title, hash: loaded.hash },
    content: source(content), style: source(style), preprocessing, parameters,
    classes, layer: layer?.name, seed, runtime: runtime.id,
    steered, ...(continued.length > 0 && { continued }), ...(ended === 'stopped' && { stopped: step }),
  };
}

/** Each picture of a batch as pixels. */
function pixelsOf(pictures: Tensor, preprocessing: Preprocessing) {
  return Array.from({ length: pictures.dims[0] }, (_, n) => restorePixels(samplesOf(pictures, n, n + 1), preprocessing));
}
