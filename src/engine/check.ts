/**
 * Sanity checks (Adebayo et al. 2018): is a technique's map still the same when what the model learned is gone, or when another class is
 * explained? Each step is a turn in the queue, so that other requests go between; the programs of a changed model go with its step.
 */
import type { Model } from '../graph/model.ts';
import { randomise, weightLayers, type WeightLayer } from '../graph/randomise.ts';
import { edges } from '../metrics/edges.ts';
import { comparedMap, mapSimilarity, type ComparedMap } from '../metrics/map-similarity.ts';
import { reduceChannels } from '../protocol/display.ts';
import type { AttributionMap } from '../protocol/engine.ts';
import { FoveaError } from '../protocol/errors.ts';
import { mostSteps, type CheckMode } from '../protocol/checks.ts';
import type { CheckRequest, CheckResult, CheckStep } from '../protocol/trust.ts';
import { blackPixel } from '../pictures/preprocess.ts';
import { RandomStream } from '../techniques/random.ts';
import { Upsampler } from '../techniques/upsample.ts';
import { caveats, verdict } from './check-verdict.ts';
import { attributionMap, shownPicture, type PictureExplanation } from './explain-picture.ts';
import type { Explanation } from './explanation.ts';
import type { Job, Turn } from './job.ts';
import { shrink } from './layer-strip.ts';
import { className } from './predictions.ts';
import { setUp, type ExplainSetup, type Services } from './services.ts';

/** Steps of a check that only needs a verdict. */
const quickSteps = 3;
/** Answers to quick checks that are kept. */
const keptAnswers = 200;

/** What one step changes. */
interface Change {
  readonly title: string;
  readonly randomised: readonly WeightLayer[];
  readonly class: number;
}

export class Checks {
  /** Of quick checks, in order of use, the oldest first. */
  readonly #answers = new Map<string, CheckResult>();

  constructor(private readonly services: Services, private readonly turn: Turn) {}

  /** @throws FoveaError of every kind that explaining a picture can cause; CancelledError */
  async check(request: CheckRequest, job: Job): Promise<CheckResult> {
    const mode = request.mode ?? 'cascading';
    if (!request.quick) return this.#run(request, mode, job);
    const key = await this.turn(job, async () => answerKey(await setUp(this.services, request, job.signal), mode, request.shown));
    const answer = this.#answers.get(key) ?? await this.#run(request, mode, job);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > keptAnswers) this.#answers.delete(oldest);
    return answer;
  }

  async #run(request: CheckRequest, mode: CheckMode, job: Job): Promise<CheckResult> {
    const began = performance.now();
    const whole = { signal: job.signal, progress: (message: string) => job.progress(message, 0) };
    const original = await this.turn(whole, () => shownPicture(this.services, request, whole));
    const { setup, input, explanation, result } = original;
    const { loaded: { model, facts }, technique } = setup;
    const layers = weightLayers(model.graph);
    const reference = compared(explanation, model);
    const changes = changesOf(mode, layers, original, request.quick === true ? quickSteps : mostSteps[mode]);
    if (changes.length === 0) throw nothingToChange(mode);
    if (isFlat(reference)) throw nothingToCompare(technique.title);
    const steps: CheckStep[] = [];
    for (const [index, change] of changes.entries()) {
      const part: Job = { signal: job.signal, progress: () => job.progress(`Sanity check: ${change.title}`, index / changes.length) };
      const changed = await this.turn(part, () => this.#explain(original, change, part));
      steps.push({
        title: change.title, layers: change.randomised.length, map: stripMap(attributionMap(technique, changed.values)),
        similarity: mapSimilarity(reference, compared(changed, model)),
      });
    }
    const edgeMap = edges(input.input.data as Float32Array, model.input);
    return {
      mode, technique: technique.id, picture: result.picture.name,
      class: { index: result.class.index, name: className(facts.labels, result.class.index) }, layer: result.layer?.name,
      layers: layers.length, map: stripMap(result.map), steps,
      edges: {
        map: shrink({ ...edgeMap, channels: 1, unit: 'change per pixel', resolution: 'input' }),
        similarity: mapSimilarity(reference, comparedMap(edgeMap.values, edgeMap)),
      },
      verdict: verdict(mode, technique.title, steps, layers.length),
      caveats: caveats(mode), notes: [...result.notes, ...deadNotes(steps)], runtime: result.runtime,
      milliseconds: performance.now() - began,
      recipe: { ...result.recipe, mode },
    };
  }

  /** The map of a changed model or another class. */
  async #explain({ setup, input, result, enough }: PictureExplanation, { randomised, class: explained }: Change, job: Job): Promise<Explanation> {
    const { loaded } = setup;
    const changed = randomised.length === 0 ? loaded : {
      ...loaded, hash: `${loaded.hash} randomised`,
      model: { ...loaded.model, graph: randomise(loaded.model.graph, randomised, drawing(loaded.model, setup.seed)) },
    };
    try {
      return await this.services.explainer.explain({
        ...setup, loaded: changed, input: input.input, black: blackPixel(result.recipe.preprocessing), classes: [explained], enough,
      }, job);
    } finally {
      if (changed !== loaded) await this.services.explainer.forget(changed.hash);
    }
  }
}

function answerKey({ technique, parameters, loaded, layer, score, runtime }: ExplainSetup, mode: CheckMode, shown: CheckRequest['shown']): string {
  return JSON.stringify([mode, loaded.hash, technique.id, parameters, layer?.name, score, runtime.id, shown?.samples?.done]);
}

/** Streams of random numbers by tensor: its place in the model's file. */
function drawing({ graph }: Model, seed: number): (tensor: string) => (bound: number, place: number) => number {
  const places = new Map([...graph.initializers.keys()].map((name, place) => [name, place]));
  return (tensor) => {
    const stream = new RandomStream(seed, places.get(tensor)!);
    return (bound, place) => stream.below(bound, place);
  };
}

function changesOf(mode: CheckMode, layers: readonly WeightLayer[], { setup, explanation }: PictureExplanation, most: number): Change[] {
  const { loaded: { model, facts }, seed } = setup;
  const [explained] = explanation.classes;
  if (mode === 'random-logit') {
    const others = new RandomStream(seed, 0);
    const drawn = new Set<number>();
    const wanted = Math.min(most, model.logits.classes - 1);
    for (let i = 0; drawn.size < wanted; i++) {
      const other = others.below(model.logits.classes, i);
      if (other !== explained) drawn.add(other);
    }
    return [...drawn].map((other) => ({ title: className(facts.labels, other), randomised: [], class: other }));
  }
  return evenly(layers.length, most).map((depth) => {
    const from = layers.length - depth;
    return { title: layers[from].name, randomised: mode === 'cascading' ? layers.slice(from) : [layers[from]], class: explained };
  });
}

/** At most `most` of 1 to `count`, with both ends and equal distances. Exported for its test. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i + 1);
  return Array.from({ length: most }, (_, i) => 1 + Math.round((i * (count - 1)) / (most - 1)));
}

function nothingToChange(mode: CheckMode): FoveaError {
  return mode === 'random-logit'
    ? new FoveaError('model-unsuitable', 'The model has a single class, so there is no other one to explain.', 'Check it by shuffling weights.')
    : new FoveaError('model-unsuitable', 'The model has no weights that could be shuffled.', 'Check it with other classes (random-logit).');
}

function isFlat({ signed, magnitude }: ComparedMap): boolean {
  return [signed, magnitude].every((values) => values.every((value) => value === values[0]));
}

function nothingToCompare(technique: string): FoveaError {
  return new FoveaError('technique-unsuitable', `${technique}'s map of this picture is the same everywhere: a changed one cannot be like it or unlike it.`,
    'Choose another class, layer or picture.');
}

/** A network with shuffled weights may be dead: that its map is another one then says less. */
function deadNotes(steps: readonly CheckStep[]): string[] {
  const dead = steps.filter(({ map }) => map.values.every((value) => value === 0)).length;
  return dead === 0 ? [] : [`${dead} of the ${steps.length} maps that it is compared with ${dead === 1 ? 'is' : 'are'} zero everywhere.`];
}

/** At the resolution of the model's input, where layers' maps are drawn. */
function compared({ values }: Explanation, { input }: Model): ComparedMap {
  const [, channels, height, width] = values.dims;
  const data = values.data as Float32Array;
  if (height === input.height && width === input.width) return comparedMap(data, input);
  const [small, large] = [height * width, input.height * input.width];
  const upsampler = new Upsampler({ height, width }, input, 'bilinear');
  // Channels of a layer are many, so they are reduced before they are enlarged.
  const { signed, magnitude } = comparedMap(data.subarray(0, channels * small), { width, height });
  const enlarged = { signed: new Float32Array(large), magnitude: new Float32Array(large) };
  upsampler.resize(signed, enlarged.signed);
  upsampler.resize(magnitude, enlarged.magnitude);
  return { width: input.width, height: input.height, ...enlarged };
}

/** What a film strip shows of a map. */
function stripMap(map: AttributionMap): AttributionMap {
  return shrink({ ...map, ...reduceChannels(map), channels: 1 });
}
