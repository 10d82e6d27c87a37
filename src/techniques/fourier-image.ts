/**
 * Pictures as spectra: in this basis gradient ascent does not favour high frequencies and grey, as it does on pixels.
 *
 *     picture = black + (white − black)·sigmoid( M · F⁻¹(S·w) ),   w = 1/max(frequency, 1/longest side)
 *
 * S [N,C,H,W]: what is optimised. F: the orthonormal Hartley transform along rows and columns (the Fourier transform in real numbers: its
 * matrix cas(2πjk/n)/√n is symmetric and its own inverse), as matrix products. M: the square root of the covariance of natural colours.
 * The scale is that of Lucid's complex spectra, so that its rates and deviations hold. Source: Olah et al. 2017.
 */
import { GraphBuilder } from '../graph/builder.ts';
import { N, type Graph, type Tensor } from '../graph/graph.ts';
import { tensorOf } from '../graph/tensor.ts';
import type { Preprocessing } from '../protocol/preprocessing.ts';
import type { PixelRange } from './pixel-range.ts';

/** Of the colours red, green, blue in ImageNet's pictures, as Lucid has it; rows are colours. */
const colourRoot = [[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]];

export interface ImageFrame {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** @returns a graph: input `spectrum` [N,C,H,W], output `image` of that shape, in the model's input space */
export function synthesisGraph(frame: ImageFrame, order: Preprocessing['channels'], ranges: readonly PixelRange[]): Graph {
  const b = new GraphBuilder();
  const spectrum = b.input('spectrum', 'float32', [N, frame.channels, frame.height, frame.width]);
  const mixed = mixColours(b, hartley(b, b.add('Mul', [spectrum, frequencyWeights(b, frame)]), frame), coloursOf(order));
  const share = b.add('Sigmoid', [mixed]);
  const image = b.add('Add', [b.add('Mul', [share, perChannel(b, ranges, ({ low, high }) => high - low)]), perChannel(b, ranges, ({ low }) => low)]);
  return b.build('fourier-image', { image });
}

/**
 * The way back: what a change of the picture means for the spectrum. Everything but the sigmoid is linear, and F its own transpose.
 * @returns a graph: inputs `image` and `gradient` = ∂s/∂image; output `spectrum` = ∂s/∂spectrum
 */
export function synthesisGradientGraph(frame: ImageFrame, order: Preprocessing['channels'], ranges: readonly PixelRange[]): Graph {
  const b = new GraphBuilder();
  const shape = [N, frame.channels, frame.height, frame.width];
  const [image, gradient] = [b.input('image', 'float32', shape), b.input('gradient', 'float32', shape)];
  const aboveBlack = b.add('Sub', [image, perChannel(b, ranges, ({ low }) => low)]);
  const belowWhite = b.add('Sub', [perChannel(b, ranges, ({ high }) => high), image]);
  const slope = b.add('Mul', [b.add('Mul', [aboveBlack, belowWhite]), perChannel(b, ranges, ({ low, high }) => 1 / (high - low))]);
  const unmixed = mixColours(b, b.add('Mul', [gradient, slope]), transposed(coloursOf(order)));
  const spectrum = b.add('Mul', [hartley(b, unmixed, frame), frequencyWeights(b, frame)]);
  return b.build('fourier-image-gradient', { spectrum });
}

/** Black and white have no finite spectrum: what is nearer to them than half of one of 255 levels counts as that far away. */
const nearest = 0.5 / 255;

/**
 * The spectrum that stands for a picture.
 * @returns a graph: input `image` [N,C,H,W] in the model's input space, output `spectrum` of that shape
 */
export function analysisGraph(frame: ImageFrame, order: Preprocessing['channels'], ranges: readonly PixelRange[]): Graph {
  const b = new GraphBuilder();
  const image = b.input('image', 'float32', [N, frame.channels, frame.height, frame.width]);
  const aboveBlack = b.add('Sub', [image, perChannel(b, ranges, ({ low }) => low)]);
  const part = b.add('Mul', [aboveBlack, perChannel(b, ranges, ({ low, high }) => 1 / (high - low))]);
  const share = b.add('Clip', [part, b.constant(tensorOf('float32', [nearest], [])), b.constant(tensorOf('float32', [1 - nearest], []))]);
  const rest = b.add('Sub', [b.constant(tensorOf('float32', [1], [])), share]);
  const mixed = b.add('Sub', [b.add('Log', [share]), b.add('Log', [rest])]);
  const planes = hartley(b, mixColours(b, mixed, inverse(coloursOf(order))), frame);
  return b.build('fourier-image-analysis', { spectrum: b.add('Div', [planes, frequencyWeights(b, frame)]) });
}

/** Both directions of the transform: F·X·F. */
function hartley(b: GraphBuilder, planes: string, { height, width }: ImageFrame): string {
  return b.add('MatMul', [b.add('MatMul', [b.constant(hartleyMatrix(height)), planes]), b.constant(hartleyMatrix(width))]);
}

/** cas(2πjk/n)/√n with cas = cos + sin. @returns float32 [n,n] */
export function hartleyMatrix(n: number): Tensor {
  const wave = Float64Array.from({ length: n }, (_, i) => (Math.cos((2 * Math.PI * i) / n) + Math.sin((2 * Math.PI * i) / n)) / Math.sqrt(n));
  return tensorOf('float32', Float32Array.from({ length: n * n }, (_, i) => wave[(Math.floor(i / n) * (i % n)) % n]), [n, n]);
}

/** A cosine of Lucid's spectra stands for two complex entries, and it divides by 4. */
const scale = Math.SQRT2 / 4;

function frequencyWeights(b: GraphBuilder, { height, width }: ImageFrame): string {
  const frequency = (index: number, size: number): number => Math.min(index, size - index) / size;
  const least = 1 / Math.max(height, width);
  const weights = Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [frequency(Math.floor(i / width), height), frequency(i % width, width)];
    return scale / Math.max(Math.hypot(y, x), least);
  });
  return b.constant(tensorOf('float32', weights, [1, 1, height, width]));
}

type Matrix = readonly (readonly number[])[];

/** Makes colours that vary independently those of the model; undefined for other channels than red, green and blue, which are left alone. */
function coloursOf(order: Preprocessing['channels']): Matrix | undefined {
  if (order !== 'rgb' && order !== 'bgr') return undefined;
  const longest = Math.max(...[0, 1, 2].map((column) => Math.hypot(...colourRoot.map((row) => row[column]))));
  return (order === 'bgr' ? [...colourRoot].reverse() : colourRoot).map((row) => row.map((value) => value / longest));
}

function transposed(rows: Matrix | undefined): Matrix | undefined {
  return rows?.[0].map((_, column) => rows.map((row) => row[column]));
}

/** Of a 3 × 3 matrix: its columns are the cross products of the rows, over the determinant. */
function inverse(rows: Matrix | undefined): Matrix | undefined {
  if (!rows) return undefined;
  const cross = (a: readonly number[], b: readonly number[]): number[] => (
    [0, 1, 2].map((i) => a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3]));
  const columns = [cross(rows[1], rows[2]), cross(rows[2], rows[0]), cross(rows[0], rows[1])];
  const determinant = columns[0].reduce((sum, value, i) => sum + value * rows[0][i], 0);
  return transposed(columns.map((column) => column.map((value) => value / determinant)));
}

function mixColours(b: GraphBuilder, planes: string, rows: Matrix | undefined): string {
  if (!rows) return planes;
  return b.add('Conv', [planes, b.constant(tensorOf('float32', rows.flat(), [3, 3, 1, 1]))], { kernel_shape: [1, 1] });
}

function perChannel(b: GraphBuilder, ranges: readonly PixelRange[], value: (range: PixelRange) => number): string {
  return b.constant(tensorOf('float32', ranges.map(value), [1, ranges.length, 1, 1]));
}
