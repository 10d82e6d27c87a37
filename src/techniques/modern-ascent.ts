/**
 * Gradient ascent on the spectrum of a picture (fourier-image.ts), which is seen a little turned, scaled and shifted in every step, so that
 * no pattern can win that a small movement would destroy: pad 12, jitter 8, scale 0.9–1.1, rotate ±10°, jitter 4, Adam 0.05.
 *
 * The transformations are carried out as one sampling; mid grey lies around the picture, so that the padding needs no room. In the first
 * steps gradients pass units that are dead on the picture. Cost of a step: a forward and a backward pass. Source: Olah et al. 2017.
 */
import type { Tensor } from '../graph/graph.ts';
import { Adam } from './adam.ts';
import { analysisGraph, synthesisGradientGraph, synthesisGraph } from './fourier-image.ts';
import type { GeneratorContext, GeneratorState } from './generator.ts';
import type { Ascent, Evaluate } from './objective.ts';
import { eachChannel, type PixelRange } from './pixel-range.ts';
import { RandomStream } from './random.ts';
import { Sampling, viewOf } from './view.ts';

export interface ModernSettings {
  readonly learningRate: number;
  /** Room of the first shift, in px: it is by up to half of that in each direction. */
  readonly shift: number;
  /** The picture is scaled by 1 ± this. */
  readonly zoom: number;
  /** Largest angle, in degrees. */
  readonly turn: number;
  /** Room of the last shift, in px. */
  readonly lastShift: number;
}

/** Steps in which gradients pass dead units. */
const wakingSteps = 16;

/** Standard deviation of the spectrum that a run starts from. */
const startDeviation = 0.01;

/** Keeps the transformations apart from the noise that the spectra start from. */
const viewStreams = 0x71e3;

type Context = Pick<GeneratorContext<unknown>, 'model' | 'preprocessing' | 'program' | 'signal' | 'seed'>;

export class ModernAscent {
  readonly #spectrum: Float32Array;
  readonly #adam: Adam;
  #pictures: Tensor | undefined;

  /** @param from goes on from there; from pictures alone with fresh moments */
  static async start(context: Context, dims: readonly number[], ranges: readonly PixelRange[], from?: GeneratorState): Promise<ModernAscent> {
    if (!from?.picture) return new ModernAscent(context, dims, ranges, from);
    const { program, preprocessing: { channels }, model, signal } = context;
    const analysis = await program('fourier-image-analysis', () => analysisGraph(model.input, channels, ranges));
    const { spectrum } = await analysis.run({ image: from.picture }, { signal });
    const none = new Float32Array(spectrum.data.length);
    const arrays = { spectrum: spectrum.data as Float32Array, first: none, second: none, moments: Float32Array.of(0) };
    return new ModernAscent(context, dims, ranges, { step: from.step, arrays });
  }

  private constructor(
    private readonly context: Context, private readonly dims: readonly number[], private readonly ranges: readonly PixelRange[],
    from?: GeneratorState,
  ) {
    const [count] = dims;
    const size = dims.reduce((a, b) => a * b, 1);
    this.#adam = new Adam(size, from && { first: from.arrays.first, second: from.arrays.second, step: from.arrays.moments[0] });
    this.#spectrum = from ? from.arrays.spectrum.slice() : new Float32Array(size);
    if (from) return;
    const each = size / count;
    const none = new Float32Array(each);
    for (let n = 0; n < count; n++) {
      new RandomStream(context.seed, n).gaussian(none, startDeviation, this.#spectrum.subarray(n * each, (n + 1) * each));
    }
  }

  /** The pictures that the spectra stand for, [N,C,H,W]. */
  async pictures(): Promise<Tensor> {
    const { context: { program, preprocessing: { channels }, model, signal }, ranges, dims } = this;
    const synthesis = await program('fourier-image', () => synthesisGraph(model.input, channels, ranges));
    const spectrum: Tensor = { type: 'float32', dims, data: this.#spectrum };
    this.#pictures ??= (await synthesis.run({ spectrum }, { signal })).image;
    return this.#pictures;
  }

  /** One step; transformations depend on seed, picture and step alone. */
  async step(step: number, evaluate: Evaluate, settings: ModernSettings): Promise<Ascent> {
    const { context: { program, preprocessing: { channels }, model, signal, seed }, ranges, dims: [count, , height, width] } = this;
    const pictures = await this.pictures();
    const samplings = Array.from({ length: count }, (_, n) => samplingOf(new RandomStream(seed ^ viewStreams, n), step, settings, width, height));
    const seen = new Float32Array(pictures.data.length);
    const plane = height * width;
    eachChannel(pictures, (values, channel, n) => {
      const start = (n * ranges.length + channel) * plane;
      samplings[n].see(values, seen.subarray(start, start + plane), (ranges[channel].low + ranges[channel].high) / 2);
    });
    const ascent = await this.#evaluate({ ...pictures, data: seen }, evaluate, step);

    const gradient = new Float32Array(seen.length);
    eachChannel(ascent.gradients, (values, channel, n) => {
      const start = (n * ranges.length + channel) * plane;
      samplings[n].spread(values, gradient.subarray(start, start + plane));
    });
    const backward = await program('fourier-image-gradient', () => synthesisGradientGraph(model.input, channels, ranges));
    const { spectrum } = await backward.run({ image: pictures, gradient: { ...pictures, data: gradient } }, { signal });
    this.#adam.step(this.#spectrum, spectrum.data as Float32Array, -settings.learningRate);
    this.#pictures = undefined;
    return ascent;
  }

  /** What a later run goes on from. */
  state(step: number): GeneratorState {
    const { first, second } = this.#adam.moments;
    return { step, arrays: { spectrum: this.#spectrum, first, second, moments: Float32Array.of(this.#adam.moments.step) } };
  }

  async #evaluate(seen: Tensor, evaluate: Evaluate, step: number): Promise<Ascent> {
    const ascent = await evaluate(seen);
    if (step >= wakingSteps || ascent.norms.every((norm) => norm > 0)) return ascent;
    const waking = await evaluate(seen, 'waking');
    const size = seen.data.length / ascent.norms.length;
    ascent.norms.forEach((norm, n) => {
      const data = waking.gradients.data.subarray(n * size, (n + 1) * size) as Float32Array;
      if (norm === 0) (ascent.gradients.data as Float32Array).set(data, n * size);
    });
    return { ...ascent, norms: ascent.norms.map((norm, n) => norm || waking.norms[n]) };
  }
}

function samplingOf(random: RandomStream, step: number, { shift, zoom, turn, lastShift }: ModernSettings, width: number, height: number): Sampling {
  let index = 6 * step;
  const between = (least: number, most: number): number => least + (most - least) * random.uniform(index++);
  const cropped = (room: number): number => random.below(room + 1, index++) - room / 2;
  const [x, y] = [cropped(shift), cropped(shift)];
  const scale = between(1 - zoom, 1 + zoom);
  const angle = between(-turn, turn) * (Math.PI / 180);
  const [lastX, lastY] = [cropped(lastShift), cropped(lastShift)];
  const turned = viewOf(scale, angle, lastX, lastY);
  return new Sampling({ ...turned, x: turned.x - x, y: turned.y - y }, width, height, 'grey');
}
