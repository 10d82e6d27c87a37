/** What a run has left that can be gone on with: what it ended with, or the last frame of one that was cut off. Pure functions. */
import type { Pixels } from '../../protocol/engine.ts';
import type { CurvePoint, FrameNote, GenerateRequest, GenerateResult, GeneratorDescription, RunHistory } from '../../protocol/generate.ts';
import type { Work } from '../../protocol/studio-panel.ts';
import { runKey } from './work.ts';

export interface EndedRun {
  /** By which the engine knows it; undefined where it keeps nothing of it. */
  readonly token: string | undefined;
  /** All that a run which goes on from it must share, parameters aside. */
  readonly key: string;
  readonly step: number;
  readonly points: readonly CurvePoint[];
  readonly pictures: Pixels[];
  readonly history: RunHistory;
}

/** undefined where there is nothing to go by. @param token of the run in the engine, where it is there still */
export function endedRun({ ended, step, curves, pictures, history }: GenerateResult, token: string | undefined, work: Work): EndedRun | undefined {
  return ended === 'dead' ? undefined : { token, key: runKey(work), step, points: curves, pictures, history };
}

/** Of a run that was cancelled or whose engine crashed: its pictures are all that is left. @param points of its curves up to the frame */
export function cutOffRun({ step, pictures, history }: FrameNote, points: readonly CurvePoint[], work: Work): EndedRun | undefined {
  return step === 0 ? undefined : { token: undefined, key: runKey(work), step, points, pictures, history };
}

/** As the engine wants it to go on from the pictures alone. */
export function fromPictures({ pictures, step, points, history }: EndedRun): NonNullable<GenerateRequest['from']> {
  return { pictures, step, curves: [...points], history };
}

/** Whether a generator goes on for as long as it is told to. */
export function hasSteps(generator: GeneratorDescription | undefined): boolean {
  return generator?.parameters.properties?.steps !== undefined;
}
