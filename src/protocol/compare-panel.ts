/** Messages between the extension host and the compare panel. Every host message is a whole snapshot of what it is about, never a delta. */
import * as z from 'zod/mini';
import { changeableParts, comparisonSchema, mostCells, type ComparedNames, type Comparison } from './comparison.ts';
import { colorMaps, displaySchema } from './display.ts';
import type { ExplainResult, Pixels } from './engine.ts';
import type { ErrorData } from './errors.ts';
import { pngSchema } from './png-file.ts';

/** Which two cells are subtracted, and what of them. */
const differenceSchema = z.object({
  /** Until it is chosen, two cells of one picture and technique have one. */
  shown: z.optional(z.boolean()),
  /** By their place: `from − less`. */
  from: z._default(z.int().check(z.gte(0)), 1),
  less: z._default(z.int().check(z.gte(0)), 0),
  /** Subtracts magnitudes instead of values. */
  magnitudes: z._default(z.boolean(), false),
  /** Divides each map by its largest magnitude first. */
  scaled: z._default(z.boolean(), false),
});
export type DifferenceView = z.output<typeof differenceSchema>;

/** State of the view alone; never sent to the engine. */
export const compareViewSchema = z.object({
  layout: z._default(z.enum(['overlay', 'map']), 'overlay'),
  display: z._default(displaySchema, () => displaySchema.parse({})),
  /** Of all cells: scale as a multiple of the fitted one, middle as shares of width and height; null: fitted. */
  zoom: z._default(z.nullable(z.object({ scale: z.number().check(z.positive()), x: z.number(), y: z.number() })), null),
  /** Whether all maps have one colour scale; until it is chosen, those of one technique at one layer have. */
  shared: z.optional(z.boolean()),
  difference: z._default(differenceSchema, () => differenceSchema.parse({})),
});
export type CompareView = z.output<typeof compareViewSchema>;

/** What the webview keeps with setState. */
export const compareStateSchema = z.object({ comparison: comparisonSchema, view: z._default(compareViewSchema, () => compareViewSchema.parse({})) });
export type CompareState = z.output<typeof compareStateSchema>;

/** One result of a comparison; results come without pixels. */
export type Cell =
  | { state: 'waiting' }
  | { state: 'busy'; message: string; fraction?: number; /** So far, of a technique that samples. */ result?: ExplainResult }
  | { state: 'done'; result: ExplainResult }
  | { state: 'stopped'; /** What a sampling technique had by then. */ result?: ExplainResult }
  | { state: 'failed'; error: ErrorData; /** Offered as buttons, by their title. */ actions: { id: string; title: string }[] };

export type CompareHostMessage =
  /** Cells of subjects that were there before stay as they are. */
  | { type: 'comparison'; comparison: Comparison; names: ComparedNames; canUndo: boolean; canRedo: boolean }
  /** Pixels of a picture, for all cells on it. */
  | { type: 'picture'; /** URI. */ picture: string; pixels: Pixels }
  | { type: 'cell'; /** Of its subject. */ index: number; cell: Cell }
  /** Said to a screen reader and shown briefly. */
  | { type: 'announce'; message: string };

/** Messages of the webview; parsed by the host, since a webview is another origin. */
export const compareMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), state: z.optional(compareStateSchema) }),
  z.object({ type: z.literal('cancel') }),
  /** Explain what has no result yet. */
  z.object({ type: z.literal('run') }),
  /** Show a cell as a result of its own. */
  z.object({ type: z.literal('open'), index: z.int().check(z.gte(0), z.lte(mostCells - 1)) }),
  z.object({ type: z.literal('action'), id: z.string() }),
  /** Asks what to put in the place of a part. */
  z.object({ type: z.literal('change'), /** See `subjectKey`. */ cell: z.string(), part: z.enum(changeableParts) }),
  /** Asks for more that differ from a cell in a part. */
  z.object({ type: z.literal('add'), cell: z.string(), part: z.enum(changeableParts) }),
  z.object({ type: z.literal('remove'), cell: z.string() }),
  z.object({ type: z.literal('move'), cell: z.string(), to: z.int().check(z.gte(0), z.lte(mostCells - 1)) }),
  z.object({ type: z.literal('undo') }),
  z.object({ type: z.literal('redo') }),
  z.object({ type: z.literal('export-picture'), png: pngSchema }),
  /** Cells as painted, in their order; one without a result of its own, such as a difference, has a note in the place of an index. */
  z.object({
    type: z.literal('export-page'),
    cells: z.array(z.object({
      index: z.optional(z.int().check(z.gte(0), z.lte(mostCells - 1))), note: z.optional(z.string().check(z.maxLength(4000))),
      label: z.string().check(z.maxLength(1000)), png: pngSchema,
      /** What its colours mean. */
      scale: z.object({ min: z.number(), max: z.number(), colorMap: z.enum(colorMaps), unit: z.string().check(z.maxLength(1000)) }),
    })).check(z.maxLength(mostCells + 1)),
  }),
]);
export type CompareMessage = z.output<typeof compareMessageSchema>;
