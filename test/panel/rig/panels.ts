/** The pages there are, and what each exchanges with its host. */
import type * as z from 'zod/mini';
import { compareMessageSchema, type CompareHostMessage, type CompareMessage, type CompareState } from '../../../src/protocol/compare-panel.ts';
import { panelMessageSchema, type HostMessage, type PanelMessage, type PanelState } from '../../../src/protocol/result-panel.ts';
import { studioMessageSchema, type StudioHostMessage, type StudioMessage, type StudioState } from '../../../src/protocol/studio-panel.ts';
import { sweepMessageSchema, type SweepHostMessage, type SweepMessage, type SweepState } from '../../../src/protocol/sweep-panel.ts';
import { tuneMessageSchema, type TuneHostMessage, type TuneMessage } from '../../../src/protocol/tune-panel.ts';

/** What a page hears, what it posts, and the state that it keeps over hiding and reloading. */
export interface Panels {
  result: { hears: HostMessage; posts: PanelMessage; keeps: PanelState };
  tune: { hears: TuneHostMessage; posts: TuneMessage; keeps: undefined };
  studio: { hears: StudioHostMessage; posts: StudioMessage; keeps: StudioState };
  compare: { hears: CompareHostMessage; posts: CompareMessage; keeps: CompareState };
  sweep: { hears: SweepHostMessage; posts: SweepMessage; keeps: SweepState };
}

export type PanelName = keyof Panels;

/** What each page has once it has started, and how its host reads what it posts. */
export const panels: { readonly [Name in PanelName]: { readonly started: string; readonly schema: z.ZodMiniType<Panels[Name]['posts']> } } = {
  result: { started: '#map', schema: panelMessageSchema },
  tune: { started: '#run', schema: tuneMessageSchema },
  studio: { started: '#run', schema: studioMessageSchema },
  compare: { started: '#compare', schema: compareMessageSchema },
  sweep: { started: '#run', schema: sweepMessageSchema },
};
