/** Messages between the extension host and the sweep panel. Every host message is a whole snapshot of what it is about, never a delta. */
import * as z from 'zod/mini';
import type { ExplainResult, Pixels, Prediction } from './engine.ts';
import type { ErrorData } from './errors.ts';
import type { GenerateResult } from './generate.ts';
import type { ParameterControl } from './parameter-controls.ts';
import { panelPlaceSchema, type PlaceMessage } from './panel-place.ts';
import { pngSchema } from './png-file.ts';
import { subjectSchema } from './result-panel.ts';
import { workSchema } from './studio-panel.ts';
import { mostCells } from './sweep.ts';
import { mostValues } from './sweep-plan.ts';

/** What is made over and over: pictures of a generator, or maps of a technique. */
export const sweptSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('make'), work: workSchema }),
  z.object({ kind: z.literal('explain'), subject: subjectSchema }),
]);
export type Swept = z.output<typeof sweptSchema>;

const axisSchema = z.object({ parameter: z.string().check(z.maxLength(200)), values: z.array(z.unknown()).check(z.maxLength(mostValues)) });

export const sweepPlanSchema = z.object({ columns: axisSchema, rows: z.optional(axisSchema) });

/** What the webview keeps with setState: what is swept, the sides as they were last edited, and the cell that has the focus. */
export const sweepStateSchema = z.object({
  swept: sweptSchema, plan: z.optional(sweepPlanSchema), current: z._default(z.int().check(z.gte(0)), 0),
  /** Of maps: over the picture or alone, and whether all have one scale of colours. */
  layout: z._default(z.enum(['overlay', 'map']), 'overlay'), shared: z._default(z.boolean(), false),
  place: z.optional(panelPlaceSchema),
});
export type SweepState = z.output<typeof sweepStateSchema>;
export type PlanState = z.output<typeof sweepPlanSchema>;

/** What a cell shows: the pictures that were made, all those of a batch, or a map without its picture's pixels. */
export type Made = { pictures: Pixels[] } | { result: ExplainResult };

/** What is known of a picture that was made. */
export interface Outcome extends Pick<GenerateResult, 'ended' | 'step' | 'metrics'> {
  /** The likeliest class of each picture; none where they are not of the model's size. */
  tops: Prediction[];
  /** Last value of each curve, by its title. */
  curves: Record<string, number>;
  /** Of a fooling image, as saved. */
  fooled?: boolean;
}

export type SweepCell =
  | { state: 'waiting' }
  | { state: 'busy'; message: string; /** 0..1 of the run. */ fraction?: number; /** To be told back when it is shown. */ frame?: number; made?: Made }
  | { state: 'done'; made: Made; milliseconds: number; /** Of a picture that was made. */ outcome?: Outcome }
  | { state: 'stopped'; /** As far as it came. */ made?: Made }
  | { state: 'failed'; error: ErrorData; /** Offered as buttons, by their title. */ actions: { id: string; title: string }[] };

export type SweepHostMessage =
  | {
    type: 'swept';
    swept: Swept;
    /** E.g. "Style Transfer", "tower.jpg in the style of waves.jpg", "MobileNetV2". */
    title: string;
    subject: string;
    model: string;
    /** What may be a side, the technique's parameters first. */
    controls: ParameterControl[];
  }
  /** A grid that all cells after it belong to. */
  | { type: 'grid'; plan: PlanState }
  /** The picture that maps are drawn on. */
  | { type: 'picture'; pixels: Pixels }
  | { type: 'cell'; /** Row by row. */ index: number; cell: SweepCell }
  | { type: 'error'; error: ErrorData; actions: { id: string; title: string }[] }
  | PlaceMessage
  /** Said to a screen reader and shown briefly. */
  | { type: 'announce'; message: string };

const index = z.int().check(z.gte(0), z.lte(mostCells - 1));

/** Messages of the page; parsed by the host, since a webview is another origin. */
export const sweepMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** Draw the grid: cells that another grid has had are not made again. */
  z.object({ type: z.literal('run'), plan: sweepPlanSchema }),
  /** Make what is not done yet. */
  z.object({ type: z.literal('continue') }),
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('shown'), frame: z.int() }),
  /** Show a cell as a run of its own. */
  z.object({ type: z.literal('open'), index }),
  z.object({ type: z.literal('action'), id: z.string() }),
  z.object({ type: z.literal('export-picture'), png: pngSchema }),
  /** The cells that show something. */
  z.object({ type: z.literal('export-page'), cells: z.array(z.object({ index, png: pngSchema })).check(z.maxLength(mostCells)) }),
]);
export type SweepMessage = z.output<typeof sweepMessageSchema>;
