/**
 * How much the score falls when a part of the picture is covered.
 *
 *     values = mean over the windows w that cover a pixel of  s_c(x) − s_c(x with the baseline in w)
 *
 * Windows of one size stand on a grid of equal steps; the last of a row or column is cut off at the edge. Values (N,1,H,W), signed, in
 * units of the score. Cost: a forward pass for each window, of the first layers only what is around it. Source: Zeiler and Fergus 2014.
 */
import * as z from 'zod';
import { tensorOf } from '../graph/tensor.ts';
import { baselineNotes, baselineParameter, makeBaseline } from './baselines.ts';
import type { Rectangle } from '../graph/locality.ts';
import { scoreCovered } from './covered.ts';
import { eachSample } from './each-sample.ts';
import type { RawResult, Technique, TechniqueContext } from './technique.ts';

const parameters = z.object({
  window: z.union([z.int().min(1).max(8192), z.literal('auto')]).default('auto').meta({
    title: 'Window', description: 'Side of the square that is covered; auto: a seventh of the input\'s shorter side', unit: 'px',
  }),
  stride: z.union([z.int().min(1).max(8192), z.literal('auto')]).default('auto').meta({
    title: 'Stride', description: 'Step from one window to the next, at most the window\'s side; auto: half of it', unit: 'px', atMost: 'window',
  }),
  baseline: baselineParameter('mean'),
}).refine(({ window, stride }) => window === 'auto' || stride === 'auto' || stride <= window, {
  path: ['stride'], message: 'it is larger than the window, and between windows nothing would be known',
});
type Parameters = z.output<typeof parameters>;

export const occlusion: Technique<typeof parameters> = {
  id: 'occlusion',
  title: 'Occlusion',
  family: 'attribution',
  summary: 'How much the score falls when a part of the picture is covered; slow, but needs no gradients',
  citation: {
    authors: 'Zeiler, Fergus', year: 2014, url: 'https://arxiv.org/abs/1311.2901', title: 'Visualizing and Understanding Convolutional Networks',
  },
  needs: { class: true, layer: false, secondPicture: false },
  values: { signed: true, unit: 'score', resolution: 'input' },
  parameters,
  presets: [{ id: 'captum', title: 'Captum', description: 'Baseline zero, as is that library\'s default', parameters: { baseline: 'zero' } }],
  run: (context) => eachSample(context, explain),
};

/** The windows, row by row; every pixel is in at least one of them. */
export function windowsOf(height: number, width: number, side: number, stride: number): Rectangle[] {
  const starts = (length: number): number[] => Array.from({ length: Math.ceil(Math.max(0, length - side) / stride) + 1 }, (_, i) => i * stride);
  return starts(height).flatMap((top) => starts(width).map((left) => ({
    top, left, bottom: Math.min(top + side, height), right: Math.min(left + side, width),
  })));
}

async function explain(context: TechniqueContext<Parameters>): Promise<RawResult> {
  const { input, model: { input: { height, width } }, parameters: { window, stride, baseline: kind } } = context;
  const x = input.data as Float32Array;
  const baseline = makeBaseline(context, kind);
  const side = window === 'auto' ? Math.max(1, Math.round(Math.min(height, width) / 7)) : window;
  // Between windows that leave gaps, nothing would be known.
  const step = stride === 'auto' ? Math.max(1, Math.floor(side / 2)) : Math.min(stride, side);
  const windows = windowsOf(height, width, side, step);
  const notes = [
    ...baselineNotes(context, kind),
    ...(stride !== 'auto' && step < stride
      ? [`The stride is ${step} px instead of ${stride} px: the automatic window is ${side} px, and between windows nothing would be known.`] : []),
  ];

  const plane = height * width;
  const [sum, counts] = [new Float64Array(plane), new Uint32Array(plane)];
  let logits = new Float32Array();
  const soFar = (done: number): RawResult => ({
    values: { type: 'float32', dims: [1, 1, height, width], data: new Float32Array(sum.map((total, i) => (counts[i] === 0 ? 0 : total / counts[i]))) },
    logits: tensorOf('float32', logits, [1, logits.length]), samples: { done, total: windows.length }, notes,
  });
  await scoreCovered(context, {
    shown: x, hidden: baseline, rectangles: windows,
    begin: (row) => (logits = row.slice()),
    read: (index, fall) => {
      const { top, bottom, left, right } = windows[index];
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left; i < y * width + right; i++) {
          sum[i] += fall;
          counts[i] += 1;
        }
      }
    },
    after: (done) => {
      if (done < windows.length) context.report({ done, total: windows.length }, () => soFar(done));
    },
  });
  return soFar(windows.length);
}
