/** Messages between the extension host and the side panel *Tune*. Every host message is a whole snapshot, never a delta. */
import * as z from 'zod/mini';
import type { ModelDescription } from './engine.ts';
import { subjectSchema, type Subject } from './result-panel.ts';
import type { TechniqueDescription } from './techniques.ts';

const { class: target, layer } = subjectSchema.shape;

/** The parts of a subject that are tuned. Without defaults: what is missing has not been changed. */
const tunedSchema = z.object({
  parameters: z.optional(z.record(z.string(), z.unknown())), seed: z.optional(z.int().check(z.gte(0))), class: z.optional(target), layer,
});
export type Tuned = z.output<typeof tunedSchema>;

export interface TunePreset {
  id: string;
  title: string;
  description: string;
  /** Whether a person made it, and may delete it. */
  own: boolean;
}

/** What is tuned: the focused result, with changes that have not been run yet. */
export interface TuneState {
  subject: Subject;
  pictureName: string;
  technique: TechniqueDescription;
  /** Class of the result; undefined before there is one. */
  explainedClass: number | undefined;
  presets: TunePreset[];
  canUndo: boolean;
  canRedo: boolean;
  /** Whether changes run at once. */
  live: boolean;
  /** Changes that wait for Run. */
  pending: boolean;
  busy: boolean;
  /** Of the last change that this knows of. */
  serial: number;
  /** Of the last run with this technique. */
  milliseconds: number | undefined;
  /** Whether what is shown is the answer to an earlier request, for which nothing was run. */
  cached: boolean;
  /** Whether the last run failed; the result's panel says why. */
  failed: boolean;
}

/** The part of a model that the pickers need. */
export type TuneModel = Pick<ModelDescription, 'hash' | 'labels' | 'layers' | 'defaultLayer'>;

export type TuneHostMessage =
  /** null: no result is there to be tuned. */
  | { type: 'state'; state: TuneState | null }
  | { type: 'model'; model: TuneModel };

/** Messages of the webview; parsed by the host. */
export const tuneMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('change'), tuned: tunedSchema, serial: z.int() }),
  z.object({ type: z.literal('run') }),
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('undo') }),
  z.object({ type: z.literal('redo') }),
  z.object({ type: z.literal('save-preset') }),
  z.object({ type: z.literal('load-preset'), id: z.string() }),
  z.object({ type: z.literal('delete-preset'), id: z.string() }),
  z.object({ type: z.literal('explain-sample') }),
]);
export type TuneMessage = z.output<typeof tuneMessageSchema>;
