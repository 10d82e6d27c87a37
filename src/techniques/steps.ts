/** The loop that all generators share: step after step, shown as it goes, until the steps are done, the goal is reached or the person stops it. */
import type { CurrentPicture, GeneratorContext, GeneratorResult, Progress } from './generator.ts';

export interface Steps {
  /** Steps that an earlier run has done. */
  readonly from: number;
  /** Steps planned; asked again before each one. */
  total(): number;
  /** Carries out step 0, 1, 2, ...; returns the newest value of each curve, and why there is to be no further step, if there is not. */
  advance(step: number): Promise<{ readonly curves: Readonly<Record<string, number>>; readonly end?: 'reached' | 'dead' }>;
  /** The picture as it is now, [N,C,H,W]; not changed by later steps. */
  readonly picture: CurrentPicture;
}

/** @returns where the run ended, and why. @throws CancelledError between two passes */
export async function runSteps(
  { report }: Pick<GeneratorContext<unknown>, 'report'>, steps: Steps,
): Promise<Progress & Pick<GeneratorResult, 'picture' | 'ended'>> {
  let progress: Progress = { step: steps.from, total: steps.total(), curves: {} };
  let ended: GeneratorResult['ended'] | undefined;
  if (await report(progress, steps.picture) === 'stop') ended = 'stopped';
  while (!ended && progress.step < steps.total()) {
    const { curves, end } = await steps.advance(progress.step);
    progress = { step: progress.step + 1, total: steps.total(), curves };
    const answer = await report(progress, steps.picture);
    ended = end ?? (answer === 'stop' ? 'stopped' : undefined);
  }
  return { ...progress, picture: await steps.picture(), ended: ended ?? 'done' };
}
