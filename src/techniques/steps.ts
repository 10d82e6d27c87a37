/** The loop that all generators share: step after step, shown as it goes, until the steps are done, the goal is reached or the person stops it. */
import type { Tensor } from '../graph/graph.ts';
import type { Frame, GeneratorContext, GeneratorResult } from './generator.ts';

export interface Steps {
  /** Steps that an earlier run has done. */
  readonly from: number;
  /** Steps planned; asked again before each one. */
  total(): number;
  /** Carries out step 0, 1, 2, ...; returns the newest value of each curve, and why there is to be no further step, if there is not. */
  advance(step: number): Promise<{ readonly curves: Readonly<Record<string, number>>; readonly end?: 'reached' | 'dead' }>;
  /** The picture as it is now, [N,C,H,W]; not changed by later steps. */
  picture(): Tensor | Promise<Tensor>;
}

/** @returns the last frame, and why it is the last. @throws CancelledError between two passes */
export async function runSteps({ report }: Pick<GeneratorContext<unknown>, 'report'>, steps: Steps): Promise<Frame & Pick<GeneratorResult, 'ended'>> {
  let frame: Frame = { step: steps.from, total: steps.total(), picture: await steps.picture(), curves: {} };
  if (await report(frame) === 'stop') return { ...frame, ended: 'stopped' };
  while (frame.step < steps.total()) {
    const { curves, end } = await steps.advance(frame.step);
    frame = { step: frame.step + 1, total: steps.total(), picture: await steps.picture(), curves };
    const answer = await report(frame);
    if (end) return { ...frame, ended: end };
    if (answer === 'stop') return { ...frame, ended: 'stopped' };
  }
  return { ...frame, ended: 'done' };
}
