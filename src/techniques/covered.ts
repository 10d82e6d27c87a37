/**
 * Scores of a picture of which a rectangle is covered. As long as the model's layers look at small parts of the picture, only what changes
 * around the rectangle is computed, and set into what they make of the whole picture.
 */
import type { Tensor } from '../graph/graph.ts';
import { changedAt, findCuts, frameAt, frameSides, graphBehind, graphBetween, graphOfCuts, type Cut, type Rectangle } from '../graph/locality.ts';
import type { Model } from '../graph/model.ts';
import type { Program } from '../runtimes/runtime.ts';
import { fittingSamples } from './batches.ts';
import { forwardKey } from './forward.ts';
import { scoreValue } from './score-value.ts';
import type { TechniqueContext } from './technique.ts';

/** Pictures that go through at once: a frame keeps the processor too little busy by itself. */
const mostAtOnce = 4;
/** Values from which on `set` copies faster than a loop. */
const longRow = 32;

export interface CoveredPictures {
  /** The picture, and what is seen of it where it is covered (C·H·W values). */
  readonly shown: Float32Array;
  readonly hidden: Float32Array;
  /** None is larger than the first. */
  readonly rectangles: readonly Rectangle[];
  /** Is told the logits of the picture before all else. */
  begin(logits: Float32Array): void;
  /** Is told by how much the score of the context's first class falls; in the order of the rectangles. */
  read(index: number, fall: number): void;
  /** After each batch. */
  after(done: number): void;
}

/** A part of an image (C,h,w), row by row. */
interface Part {
  readonly data: Float32Array;
  readonly at: Rectangle;
}

/** The model from one cut to the next, or to the logits. */
interface Piece {
  readonly cut: Cut;
  readonly next: Cut | undefined;
  readonly program: Program;
  /** What is at the cut when nothing is covered. */
  readonly whole: Part;
  /** Height and width of what the program is given. */
  readonly sides: readonly [number, number];
  /** For a batch of that. */
  readonly buffer: Float32Array;
}

/**
 * @param cuts where the model is cut, the picture first
 * @throws FoveaError `runtime-failed`; CancelledError between two passes
 */
export async function scoreCovered(context: TechniqueContext<unknown>, pictures: CoveredPictures, cuts?: readonly Cut[]): Promise<void> {
  const { classes: [chosen], model, score: kind, signal } = context;
  const { shown, hidden, rectangles } = pictures;
  const largest = [rectangles[0].bottom - rectangles[0].top, rectangles[0].right - rectangles[0].left] as const;
  const pieces = await piecesOf(context, shown, cuts ?? findCuts(model, largest), largest);
  const scoreOf = (logits: Float32Array): number => scoreValue(logits, chosen, kind, model.finalActivation);
  const last = pieces.at(-1)!;
  const logits = (await run(last, last.whole.data, signal)).data as Float32Array;
  const score = scoreOf(logits);
  pictures.begin(logits);
  const step = batchOf(model);
  for (let start = 0; start < rectangles.length; start += step) {
    const changed = rectangles.slice(start, start + step);
    let parts: readonly Part[] = changed.map(() => ({ ...pieces[0].whole, data: hidden }));
    for (const piece of pieces) parts = await compute(piece, changed, parts, signal);
    parts.forEach(({ data }, i) => pictures.read(start + i, score - scoreOf(data)));
    pictures.after(start + changed.length);
  }
}

function batchOf(model: Model): number {
  return Math.min(mostAtOnce, fittingSamples(model));
}

async function piecesOf(
  context: TechniqueContext<unknown>, picture: Float32Array, cuts: readonly Cut[], largest: readonly [number, number],
): Promise<readonly Piece[]> {
  const { input, model, signal } = context;
  const inner = cuts.slice(1);
  const program = inner.length > 0 ? await context.program(`cuts ${inner.map(({ tensor }) => tensor).join()}`, () => graphOfCuts(model, inner)) : undefined;
  const features = await program?.run({ [model.input.name]: input }, { signal });
  const pieces: Piece[] = [];
  for (const [i, cut] of cuts.entries()) {
    const { channels, sizes: [bottom, right], tensor } = cut;
    const next = cuts.at(i + 1);
    const sides = next ? frameSides(cut, next, largest) : cut.sizes;
    const key = cuts.length === 1 ? forwardKey : `${tensor} ${sides.join('x')} to ${next?.tensor ?? 'logits'}`;
    pieces.push({
      cut, next, sides,
      program: await context.program(key, () => (next ? graphBetween(model, cut, next, sides) : graphBehind(model, cut))),
      whole: { data: (features?.[tensor]?.data ?? picture) as Float32Array, at: { top: 0, bottom, left: 0, right } },
      buffer: new Float32Array(batchOf(model) * channels * sides[0] * sides[1]),
    });
  }
  return pieces;
}

/** What a piece makes where the picture is covered. @param parts what the piece before has made */
async function compute(piece: Piece, changed: readonly Rectangle[], parts: readonly Part[], signal: AbortSignal): Promise<readonly Part[]> {
  const { buffer, cut, next, sides, whole } = piece;
  const size = cut.channels * sides[0] * sides[1];
  const frames = changed.map((rectangle, i): Part => {
    const at = next ? frameAt(cut, next, sides, rectangle) : whole.at;
    const frame = { data: buffer.subarray(i * size, (i + 1) * size), at };
    copy(cut.channels, whole, frame, at);
    copy(cut.channels, parts[i], frame, overlap(changedAt(cut, rectangle), at));
    return frame;
  });
  const { data, dims: [, , rows, columns] } = await run(piece, buffer.subarray(0, changed.length * size), signal);
  const length = data.length / changed.length;
  return frames.map(({ at }, i) => {
    const [top, left] = [at.top, at.left].map((begin, axis) => (next ? begin * cut.views[axis].stride / next.views[axis].stride : 0));
    return { data: (data as Float32Array).subarray(i * length, (i + 1) * length), at: { top, bottom: top + rows, left, right: left + columns } };
  });
}

async function run({ cut, program, sides }: Piece, data: Float32Array, signal: AbortSignal): Promise<Tensor> {
  const size = cut.channels * sides[0] * sides[1];
  const [output] = Object.values(await program.run({ [cut.tensor]: { type: 'float32', dims: [data.length / size, cut.channels, ...sides], data } }, { signal }));
  return output;
}

function overlap(a: Rectangle, b: Rectangle): Rectangle {
  return { top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom), left: Math.max(a.left, b.left), right: Math.min(a.right, b.right) };
}

/** Copies the values at some positions, which both parts have. */
function copy(channels: number, { data: source, at: from }: Part, { data: target, at: to }: Part, { top, bottom, left, right }: Rectangle): void {
  const [width, stride] = [from.right - from.left, to.right - to.left];
  const joined = right - left === width && width === stride;
  const [rows, length] = joined ? [1, (bottom - top) * width] : [bottom - top, right - left];
  for (let c = 0; c < channels; c++) {
    const read = (c * (from.bottom - from.top) + top - from.top) * width + left - from.left;
    const write = (c * (to.bottom - to.top) + top - to.top) * stride + left - to.left;
    for (let row = 0; row < rows; row++) {
      const [start, shift] = [read + row * width, write + row * stride];
      if (length > longRow) target.set(source.subarray(start, start + length), shift);
      else for (let i = 0; i < length; i++) target[shift + i] = source[start + i];
    }
  }
}
