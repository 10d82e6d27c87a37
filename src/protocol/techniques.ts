/** Facts about techniques that cross to the host and the webviews. */
import type * as z from 'zod/mini';

export type TechniqueFamily = 'cam' | 'attribution' | 'layer' | 'generation';

/** The explained number. `logit` unless chosen otherwise. */
export const scoreKinds = ['logit', 'probability', 'log-probability'] as const;
export type ScoreKind = (typeof scoreKinds)[number];

/** The paper that a technique comes from. */
export interface Citation {
  readonly authors: string;
  readonly title: string;
  readonly year: number;
  readonly url: string;
}

/** A technique as the menus, the side panel and the command line's help see it: generated from the technique's own object. */
export interface TechniqueDescription {
  id: string;
  title: string;
  family: TechniqueFamily;
  summary: string;
  citation: Citation;
  needs: { class: boolean; layer: boolean; secondPicture: boolean };
  values: { signed: boolean; unit: string; resolution: 'input' | 'layer' };
  /** JSON Schema of the parameters (draft 2020-12), with title, description, default, range and unit. */
  parameters: z.core.JSONSchema.BaseSchema;
  /** Values of parameters under one name; requests choose one by the parameter `preset`. */
  presets?: { id: string; title: string; description: string; parameters: Record<string, unknown> }[];
}
