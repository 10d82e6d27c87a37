/** Messages between the extension host and the studio, where pictures are made. Every host message is a whole snapshot, never a delta. */
import * as z from 'zod/mini';
import type { ModelDescription, Pixels } from './engine.ts';
import type { ErrorData } from './errors.ts';
import type { FoolingOutcome, GenerateResult, GeneratorDescription } from './generate.ts';
import { panelPlaceSchema, type PlaceMessage } from './panel-place.ts';
import { preprocessingSchema } from './preprocessing.ts';

const natural = z.int().check(z.gte(0));

/** What is made: persisted by the page and given back to the serializer after a reload. */
export const workSchema = z.object({
  generator: z.string(),
  /** `bundled:<id>` or the path of a model file. */
  model: z.string(),
  /** URIs of pictures. */
  content: z.optional(z.string()),
  style: z.optional(z.string()),
  /** Target classes; none where a layer is the target, or any class but the first will do. */
  classes: z._default(z.array(natural), []),
  layer: z.optional(z.string()),
  /** Those that are missing take their defaults. */
  parameters: z._default(z.record(z.string(), z.unknown()), {}),
  seed: z._default(natural, 0),
  /** In the place of the model's own. */
  preprocessing: z.optional(preprocessingSchema),
});
export type Work = z.output<typeof workSchema>;

/** The part that is chosen in the page; pictures are chosen by the host, since they are files. */
export const workChangeSchema = z.object({
  generator: z.optional(z.string()), layer: z.optional(z.nullable(z.string())), classes: z.optional(z.array(natural)),
  parameters: z.optional(z.record(z.string(), z.unknown())), seed: z.optional(natural),
});
export type WorkChange = z.output<typeof workChangeSchema>;

export const studioStateSchema = z.object({
  work: workSchema,
  /** Picture of a contact sheet that is shown large. */
  chosen: z._default(natural, 0),
  place: z.optional(panelPlaceSchema),
});
export type StudioState = z.output<typeof studioStateSchema>;

/** preparing: model and programs are made ready, no step is done yet; ending: asked to stop, the last step is under way. */
export type Phase = 'idle' | 'preparing' | 'running' | 'paused' | 'ending';

export type PictureRole = 'content' | 'style';

/** One term over the steps. */
export interface Curve {
  title: string;
  steps: number[];
  values: number[];
}

/** The part of a model that the pickers need. */
export type StudioModel = Pick<ModelDescription, 'reference' | 'title' | 'labels' | 'layers' | 'drawnLayer'>;

/** What a result says beside its curves; the picture to be saved, which may be large, stays with the host. */
export interface StudioResult extends Omit<GenerateResult, 'curves' | 'fooling' | 'history'> {
  fooling?: Omit<FoolingOutcome, 'saved'>;
}

export type StudioHostMessage =
  | { type: 'generators'; generators: GeneratorDescription[] }
  | { type: 'model'; model: StudioModel }
  | {
    type: 'state';
    work: Work;
    phase: Phase;
    /** Names of the pictures. */
    names: Partial<Record<PictureRole, string>>;
    /** Pictures that are not where they were. */
    missing: PictureRole[];
    /** Whether the pictures that are there can be gone on with; and whether nothing but them was kept. */
    canContinue: boolean;
    fromPictures: boolean;
    /** What is being done, while it is being prepared. */
    message: string | undefined;
    /** Of the last change that this knows of. */
    serial: number;
  }
  /** The pictures that are started from, kept to, or imitated. */
  | { type: 'sources'; pictures: Partial<Record<PictureRole, Pixels>> }
  /** The newest state of the run; the page says when it has shown it, and gets no other one before. */
  | { type: 'frame'; frame: number; step: number; total: number; pictures: Pixels[]; curves: Curve[] }
  | { type: 'result'; result: StudioResult; curves: Curve[] }
  | { type: 'error'; error: ErrorData; actions: { id: string; title: string }[] }
  | PlaceMessage
  /** Said to a screen reader and shown briefly. */
  | { type: 'announce'; message: string };

/** Messages of the page; parsed by the host, since a webview is another origin. */
export const studioMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** What is live acts on the run that is going on. */
  z.object({ type: z.literal('change'), change: workChangeSchema, serial: z.int() }),
  z.object({ type: z.literal('run') }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
  /** Ends the run and keeps the picture. */
  z.object({ type: z.literal('stop') }),
  /** Ends the run at once. */
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('continue'), steps: z.int().check(z.gte(1), z.lte(10_000)) }),
  z.object({ type: z.literal('shown'), frame: z.int() }),
  z.object({ type: z.literal('choose-picture'), role: z.enum(['content', 'style']) }),
  z.object({ type: z.literal('drop-picture'), role: z.enum(['content', 'style']), uri: z.string() }),
  /** @param index of a contact sheet */
  z.object({ type: z.literal('export'), what: z.enum(['picture', 'difference']), index: natural }),
  z.object({ type: z.literal('take'), what: z.enum(['command-line', 'recipe', 'report']) }),
  z.object({ type: z.literal('select-model') }),
  /** Make a grid of this over two parameters. */
  z.object({ type: z.literal('sweep') }),
  z.object({ type: z.literal('action'), id: z.string() }),
]);
export type StudioMessage = z.output<typeof studioMessageSchema>;
