/** Measures one explanation: what each measure of a map's quality is made of. */
import { completenessDelta } from '../metrics/completeness.ts';
import { areaUnder, changedPlaces, rankPlaces, replacePlaces } from '../metrics/deletion-insertion.ts';
import { infidelity, type Perturbation } from '../metrics/infidelity.ts';
import { effort, nearbyRadius } from '../metrics/measures.ts';
import { sensitivityMax } from '../metrics/sensitivity-max.ts';
import { gini } from '../metrics/sparseness.ts';
import { blackPixel } from '../pictures/preprocess.ts';
import { restorePixels } from '../pictures/restore.ts';
import { reduceChannels } from '../protocol/display.ts';
import type { CurvePictures, MeasureCurve, MetricId } from '../protocol/measures.ts';
import type { ScoreKind } from '../protocol/techniques.ts';
import { makeBaseline, type BaselineKind } from '../techniques/baselines.ts';
import { batchSize } from '../techniques/batches.ts';
import { RandomStream } from '../techniques/random.ts';
import { scoreValue } from '../techniques/score-value.ts';
import type { Technique } from '../techniques/technique.ts';
import { Upsampler } from '../techniques/upsample.ts';
import type { PictureExplanation } from './explain-picture.ts';
import type { Job } from './job.ts';
import type { Services } from './services.ts';

export type Measured = { readonly value: number; readonly curve?: MeasureCurve } | { readonly unsuitable: string };

export class Evaluator {
  /** Model input [C,H,W]. */
  readonly #input: Float32Array;
  /** [C,h,w] */
  readonly #values: Float32Array;
  readonly #plane: number;
  readonly #baselines: Parameters<typeof makeBaseline>[0];

  /**
   * @param job whose progress is that of the measure being taken
   * @param wantPictures whether curves come with what their inputs look like
   */
  constructor(
    private readonly services: Services, private readonly original: PictureExplanation, private readonly job: Job,
    private readonly wantPictures: boolean,
  ) {
    const { setup: { loaded: { model } }, input: { input }, explanation, result } = original;
    this.#input = input.data as Float32Array;
    this.#values = explanation.values.data as Float32Array;
    this.#plane = model.input.height * model.input.width;
    this.#baselines = { model, input, black: blackPixel(result.recipe.preprocessing) };
  }

  measure(id: MetricId): Promise<Measured> {
    const measured: Readonly<Record<MetricId, () => Promise<Measured>>> = {
      deletion: () => this.#curve(this.#input, this.#baseline('black')),
      insertion: () => this.#curve(this.#baseline('blurred'), this.#input),
      completeness: () => this.#completeness(),
      'sensitivity-max': () => this.#sensitivity(),
      infidelity: () => this.#infidelity(),
      sparseness: async () => ({ value: gini(reduceChannels(this.original.result.map).values) }),
    };
    return measured[id]();
  }

  async #curve(from: Float32Array, to: Float32Array): Promise<Measured> {
    const order = rankPlaces(this.#shown());
    const counts = changedPlaces(order.length, effort.curveSteps);
    const values = await this.#scores(counts.length, 'probability', (i, into) => replacePlaces(from, to, order, counts[i], into));
    const positions = counts.map((count) => count / order.length);
    const pictures = this.wantPictures ? { pictures: this.#pictures(from, to, order) } : {};
    return { value: areaUnder(positions, values), curve: { positions, values, ...pictures } };
  }

  #pictures(from: Float32Array, to: Float32Array, order: Uint32Array): CurvePictures {
    const { input: { input }, result: { recipe: { preprocessing } } } = this.original;
    const picture = (data: Float32Array) => restorePixels({ ...input, data }, preprocessing);
    return { from: picture(from), to: picture(to), order };
  }

  async #completeness(): Promise<Measured> {
    const { setup: { technique, score }, result: { metrics = [] } } = this.original;
    const unsuitable = incompletable(technique);
    if (unsuitable !== undefined) return { unsuitable };
    const reported = metrics.find(({ id }) => id === 'delta');
    if (reported) return { value: reported.value };
    const baseline = this.#ownBaseline();
    const [whole, before] = await this.#scores(2, score, (i, into) => into.set(i === 0 ? this.#input : baseline));
    return { value: completenessDelta(this.#values, whole, before) };
  }

  async #sensitivity(): Promise<Measured> {
    const { setup, input: { input }, explanation, result, enough } = this.original;
    const [low, high] = this.#input.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
    const radius = nearbyRadius * (high - low);
    const maps: Float32Array[] = [];
    for (let n = 0; n < effort.nearbyInputs; n++) {
      const random = new RandomStream(setup.seed, n);
      const data = this.#input.map((value, i) => value + radius * (2 * random.uniform(i) - 1));
      const { values } = await this.services.explainer.explain({
        ...setup, input: { ...input, data }, black: blackPixel(result.recipe.preprocessing), classes: explanation.classes, enough,
      }, { signal: this.job.signal, progress: () => undefined });
      maps.push(values.data as Float32Array);
      this.job.progress('', maps.length / effort.nearbyInputs);
    }
    return { value: sensitivityMax(this.#values, maps) };
  }

  async #infidelity(): Promise<Measured> {
    const { seed, score, loaded: { model } } = this.original.setup;
    const { width, height } = model.input;
    const baseline = inScores(this.original) ? this.#ownBaseline() : this.#baseline('black');
    const shares = this.#shares(baseline);
    const squares = Array.from({ length: effort.perturbations }, (_, n) => square(new RandomStream(seed, n), width, height));
    const [whole, ...changed] = await this.#scores(1 + squares.length, score, (i, into) => {
      into.set(this.#input);
      if (i > 0) eachPlace(squares[i - 1], width, (place) => {
        for (let at = place; at < into.length; at += this.#plane) into[at] = baseline[at];
      });
    });
    const perturbations = squares.map((one, n): Perturbation => {
      let foretold = 0;
      eachPlace(one, width, (place) => {
        foretold += shares[place];
      });
      return { foretold, happened: whole - changed[n] };
    });
    return { value: infidelity(perturbations, true) };
  }

  /** What the map says that each place adds to the score, up to a factor. */
  #shares(baseline: Float32Array): Float32Array {
    if (inScores(this.original)) return this.#summed((i) => this.#values[i]);
    const { resolution, channels } = this.original.result.map;
    // A gradient is for each unit that a pixel changes by.
    if (resolution === 'input' && channels > 1) return this.#summed((i) => this.#values[i] * (this.#input[i] - baseline[i]));
    return this.#shown();
  }

  /** What the map shows, one value for each place of the input. */
  #shown(): Float32Array {
    const plane = reduceChannels(this.original.result.map);
    const { input } = this.original.setup.loaded.model;
    if (plane.width === input.width && plane.height === input.height) return plane.values;
    const enlarged = new Float32Array(this.#plane);
    new Upsampler(plane, input, 'bilinear').resize(plane.values, enlarged);
    return enlarged;
  }

  /** Sums over channels. */
  #summed(of: (index: number) => number): Float32Array {
    const sums = new Float32Array(this.#plane);
    for (let i = 0; i < this.#input.length; i++) sums[i % this.#plane] += of(i);
    return sums;
  }

  /** From which the technique's shares are counted. */
  #ownBaseline(): Float32Array {
    return this.#baseline((this.original.setup.parameters.baseline as BaselineKind | undefined) ?? 'zero');
  }

  #baseline(kind: BaselineKind): Float32Array {
    return makeBaseline(this.#baselines, kind);
  }

  /** Scores of the explained class for inputs that `make` writes. */
  async #scores(count: number, kind: ScoreKind, make: (index: number, into: Float32Array) => void): Promise<number[]> {
    const { setup: { loaded, runtime }, input: { input }, explanation: { classes: [explained] } } = this.original;
    const size = this.#input.length;
    const scores: number[] = [];
    const step = batchSize(loaded.model);
    for (let start = 0; start < count; start += step) {
      const samples = Math.min(step, count - start);
      const data = new Float32Array(samples * size);
      for (let i = 0; i < samples; i++) make(start + i, data.subarray(i * size, (i + 1) * size));
      const rows = await this.services.explainer.predict({
        loaded, runtime, input: { type: 'float32', dims: [samples, ...input.dims.slice(1)], data },
      }, this.job);
      scores.push(...rows.map((row) => scoreValue(row, explained, kind, loaded.model.finalActivation)));
      this.job.progress('', scores.length / count);
    }
    return scores;
  }
}

/** Why the values of a technique cannot be complete; undefined where they can. */
export function incompletable({ title, values }: Technique): string | undefined {
  return areShares(values) ? undefined : `The values of ${title} are not shares of the score, so they cannot be complete.`;
}

/** Whether values are shares of the score, and not merely in a unit that has to do with it. */
function areShares({ unit, signed, resolution }: Technique['values']): boolean {
  return unit === 'score' && signed && resolution === 'input';
}

function inScores({ setup: { technique } }: PictureExplanation): boolean {
  return areShares(technique.values);
}

interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** A random square with a side of 1/8 to 1/2 of the shorter side. */
function square(random: RandomStream, width: number, height: number): Square {
  const shorter = Math.min(width, height);
  const least = Math.max(1, Math.round(shorter / 8));
  const side = least + random.below(Math.max(1, Math.round(shorter / 2) - least + 1), 0);
  return { side, left: random.below(width - side + 1, 1), top: random.below(height - side + 1, 2) };
}

function eachPlace({ left, top, side }: Square, width: number, visit: (place: number) => void): void {
  for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) visit(y * width + x);
}
