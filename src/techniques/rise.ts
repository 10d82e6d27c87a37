/**
 * Randomized input sampling: pixels matter that are seen when the score is high.
 *
 *     values = 1/(N·p) · Σ_i s_c(x′ + M_i·(x − x′)) · M_i
 *
 * M_i: a grid of s × s cells, each on with probability p, enlarged bilinearly and shifted by up to a cell. Values (N,1,H,W) in units of the
 * score, with the standard error of the mean. Only differences within a map mean something: all values are near the mean score.
 * Cost: N forward passes. Source: Petsiuk et al. 2018.
 */
import * as z from 'zod';
import { tensorOf } from '../graph/tensor.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import { eachSample } from './each-sample.ts';
import { scoresOf } from './forward.ts';
import { scoreMasked } from './masks.ts';
import { RandomStream } from './random.ts';
import { RunningMean } from './running-mean.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';
import { Upsampler, type Size } from './upsample.ts';

const parameters = z.object({
  samples: z.int().min(1).max(100_000).default(2000).meta({ title: 'Samples', description: 'Random masks', unit: 'masks' }),
  cells: z.int().min(1).max(64).default(7).meta({ title: 'Cells', description: 'Cells of a mask along each side', unit: 'per side' }),
  probability: z.number().min(0.01).max(1).default(0.5).meta({ title: 'Probability', description: 'That a cell shows the picture' }),
  weight: z.enum(['probability', 'score']).default('probability').meta({
    title: 'Weight', description: 'What a mask counts',
    choices: { probability: 'The class\'s probability, as in the paper', score: 'The explained score, whatever it is' },
  }),
  baseline: baselineParameter('zero'),
});
type Parameters = z.output<typeof parameters>;

export const rise: Technique<typeof parameters> = {
  id: 'rise',
  title: 'RISE',
  family: 'attribution',
  summary: 'Which pixels are seen through random masks when the class is recognised; slow, but needs no gradients',
  citation: {
    authors: 'Petsiuk, Das, Saenko', year: 2018, url: 'https://arxiv.org/abs/1806.07421',
    title: 'RISE: Randomized Input Sampling for Explanation of Black-box Models',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: false, unit: 'score', resolution: 'input' },
  parameters,
  run: (context) => eachSample(context, explain),
};

/** Makes masks of one size; mask i depends on the seed and i alone. */
export class MaskMaker {
  readonly #cell: Size;
  readonly #upsampler: Upsampler;

  constructor(private readonly size: Size, private readonly cells: number, private readonly probability: number, private readonly seed: number) {
    this.#cell = { height: Math.ceil(size.height / cells), width: Math.ceil(size.width / cells) };
    // One cell more than the picture needs, so that the grid can be shifted.
    const whole = { height: (cells + 1) * this.#cell.height, width: (cells + 1) * this.#cell.width };
    this.#upsampler = new Upsampler({ height: cells, width: cells }, whole, 'bilinear');
  }

  /** @param into H·W values from 0 (hidden) to 1 (shown) */
  make(index: number, into: Float32Array): void {
    const random = new RandomStream(this.seed, index);
    const count = this.cells * this.cells;
    const grid = Float32Array.from({ length: count }, (_, i) => (random.uniform(i) < this.probability ? 1 : 0));
    const [top, left] = [random.below(this.#cell.height, count), random.below(this.#cell.width, count + 1)];
    this.#upsampler.resize(grid, into, { top, left, ...this.size });
  }
}

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { model, input, seed, parameters: { samples, cells, probability, weight, baseline: kind } } = context;
  const { height, width } = model.input;
  const x = input.data as Float32Array;
  const baseline = makeBaseline(context, kind);
  const { logits: [logits] } = await scoresOf(context, [x]);

  const plane = height * width;
  const masks: Float32Array[] = [];
  const maker = new MaskMaker(model.input, cells, probability, seed);
  const mean = new RunningMean(plane);
  const dims = [1, 1, height, width];
  const soFar = (done: number): RawResult => {
    const error = mean.standardError();
    return {
      values: { type: 'float32', dims, data: mean.mean() }, standardError: error && { type: 'float32', dims, data: error },
      logits: tensorOf('float32', logits, [1, logits.length]), samples: { done, total: samples }, notes: baselineNotes(context, kind),
    };
  };
  await scoreMasked(context, {
    count: samples, hidden: baseline, shown: x,
    kind: weight === 'probability' ? 'probability' : context.score,
    make: (index, mask, slot) => {
      maker.make(index, mask);
      masks[slot] = mask;
    },
    read: (_, score, slot) => mean.add(masks[slot], score / probability),
    after: (done) => {
      if (done < samples) context.report({ done, total: samples }, () => soFar(done));
    },
  });
  return soFar(samples);
}
