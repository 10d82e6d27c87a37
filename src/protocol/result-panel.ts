/** Messages between the extension host and the result panel. Every host message is a whole snapshot of its subject, never a delta. */
import * as z from 'zod/mini';
import { displaySchema } from './display.ts';
import { preprocessingSchema, type Preprocessing } from './preprocessing.ts';
import { scoreKinds } from './techniques.ts';
import type { ErrorData } from './errors.ts';
import type { ExplainResult, LayerStripEntry, ModelDescription, Prediction } from './engine.ts';
import { metricIds, type Evaluation, type PlannedMeasure } from './measures.ts';
import { panelPlaceSchema, type PlaceMessage } from './panel-place.ts';
import type { SavedMeasure } from './recipe.ts';
import type { TechniqueDescription } from './techniques.ts';
import { checkModes, type CheckMode } from './checks.ts';
import type { CheckResult } from './trust.ts';

/** What the panel explains: navigation state, persisted by the webview and given back to the serializer after a reload. */
export const subjectSchema = z.object({
  /** URI of the picture. */
  picture: z.string(),
  /** `bundled:<id>` or the path of a model file. */
  model: z.string(),
  technique: z.string(),
  class: z.union([z.int(), z.literal('top')]),
  /** Tensor name; undefined for the model's default layer. */
  layer: z.optional(z.string()),
  score: z._default(z.enum(scoreKinds), 'logit'),
  /** Of the technique; those that are missing take their defaults. */
  parameters: z._default(z.record(z.string(), z.unknown()), {}),
  /** Of everything random. */
  seed: z._default(z.int().check(z.gte(0)), 0),
  /** Instead of the model's own. */
  preprocessing: z.optional(preprocessingSchema),
});
export type Subject = z.output<typeof subjectSchema>;

export const layouts = ['overlay', 'side-by-side', 'swipe', 'map'] as const;

/** State of the view alone; never sent to the engine. */
export const viewSchema = z.object({
  layout: z._default(z.enum(layouts), 'overlay'),
  display: z._default(displaySchema, () => displaySchema.parse({})),
  /** null: fit to the window. */
  zoom: z._default(z.nullable(z.object({ scale: z.number(), offsetX: z.number(), offsetY: z.number() })), null),
  /** Position of the swipe divider, 0..1. */
  swipe: z._default(z.number().check(z.gte(0), z.lte(1)), 0.5),
  stripOpen: z._default(z.boolean(), false),
  /** Whether the standard error is shown in the place of the values, where a result has one. */
  standardError: z._default(z.boolean(), false),
});
export type View = z.output<typeof viewSchema>;

/** What the webview keeps with setState. */
export const panelStateSchema = z.object({
  subject: subjectSchema, view: z._default(viewSchema, () => viewSchema.parse({})), place: z.optional(panelPlaceSchema),
});
export type PanelState = z.output<typeof panelStateSchema>;

export type CheckState =
  | { state: 'running'; fraction?: number }
  | { state: 'done'; result: CheckResult }
  | { state: 'failed'; message: string };

/** The sanity check of the technique shown; offered: only when asked for, since it would take long. */
export type BadgeState = CheckState | { state: 'offered' };

/** The measures of the map shown: what each would take, and those that have been taken, in order. */
export interface EvaluationState {
  plan: PlannedMeasure[];
  taken: Evaluation[];
  /** Values as they were when the recipe that the panel was opened from was saved. */
  saved?: readonly SavedMeasure[];
  /** Under way. */
  running?: { title: string; fraction: number };
  /** Why the next one could not be taken. */
  error?: { message: string; help: string };
}

/** A result that is kept as a run, in a panel that was opened for it. */
export interface KeptState {
  /** When it was made, in milliseconds since 1970. */
  time: number;
  /** Whether that is what is shown, or what was made when it was run again. */
  shown: 'kept' | 'again';
  /** What is not as it was then, as sentences; null: not known yet. */
  changes: string[] | null;
  /** Largest difference of the values from those that are kept, once it was run again and where they can be compared. */
  difference?: number;
}

export type HostMessage =
  /** Sent after `ready` and whenever the subject changes; the panel shows it at once, before a result is there. */
  | { type: 'subject'; subject: Subject; pictureName: string }
  | { type: 'model'; model: ModelDescription }
  | { type: 'techniques'; techniques: TechniqueDescription[] }
  | { type: 'busy'; message: string; fraction?: number }
  | { type: 'result'; subject: Subject; result: ExplainResult }
  /** The result so far of a technique that samples; more is to come. */
  | { type: 'partial'; subject: Subject; result: ExplainResult }
  /** null: no badge, because none is wanted or nothing is shown that it could be about. */
  | { type: 'badge'; badge: BadgeState | null }
  /** Sanity checks with many steps, of each mode that has been asked for. */
  | { type: 'checks'; checks: Partial<Record<CheckMode, CheckState>> }
  /** null: not known; the page asks for it when it is looked at. */
  | { type: 'evaluation'; evaluation: EvaluationState | null }
  | { type: 'strip'; subject: Subject; entries: LayerStripEntry[]; /** Why there are none. */ refused?: string }
  /** The last good result, if any, stays visible beneath. */
  | { type: 'error'; error: ErrorData; /** Offered as buttons, by their title. */ actions: { id: string; title: string }[] }
  /** Live predictions of a trial preprocessing under each common preset. */
  | { type: 'preprocessing-trials'; trials: { title: string; preprocessing: Preprocessing; predictions: Prediction[]; current: boolean }[] }
  /** Opens a part of the page that a command was about. */
  | { type: 'reveal'; part: 'evaluation' | 'checks' }
  /** null: what is shown belongs to no run that was opened. */
  | { type: 'kept'; kept: KeptState | null }
  | PlaceMessage
  /** Said to a screen reader and shown briefly. */
  | { type: 'announce'; message: string };

/** Messages of the webview; parsed by the host, since a webview is another origin. */
export const panelMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), state: z.optional(panelStateSchema) }),
  z.object({ type: z.literal('explain'), subject: subjectSchema }),
  z.object({ type: z.literal('cancel') }),
  /** Of a run that was opened: explains anew, or shows what is kept. */
  z.object({ type: z.literal('run-again') }),
  z.object({ type: z.literal('show-kept') }),
  z.object({ type: z.literal('request-strip') }),
  /** What the badge says. */
  z.object({ type: z.literal('request-badge') }),
  z.object({ type: z.literal('request-check'), mode: z.enum(checkModes) }),
  z.object({ type: z.literal('cancel-check') }),
  /** What an evaluation would take; nothing is measured yet. */
  z.object({ type: z.literal('plan-evaluation') }),
  /** Measures what has not been measured yet, or of that only one thing. */
  z.object({ type: z.literal('evaluate'), only: z.optional(z.enum(metricIds)) }),
  z.object({ type: z.literal('cancel-evaluation') }),
  z.object({ type: z.literal('request-preprocessing-trials') }),
  z.object({ type: z.literal('use-preprocessing'), preprocessing: preprocessingSchema, save: z.boolean() }),
  z.object({ type: z.literal('export'), what: z.enum(['overlay', 'map', 'values']), display: displaySchema }),
  z.object({ type: z.literal('take'), what: z.enum(['command-line', 'recipe', 'report']), display: displaySchema }),
  z.object({ type: z.literal('compare'), what: z.enum(['techniques', 'classes', 'layers', 'models']) }),
  z.object({ type: z.literal('select-model') }),
  z.object({ type: z.literal('action'), id: z.string() }),
]);
export type PanelMessage = z.output<typeof panelMessageSchema>;
