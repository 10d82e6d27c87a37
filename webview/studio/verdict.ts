/** Whether the model was fooled, in plain words. */
import type { StudioResult } from '../../src/protocol/studio-panel.ts';
import { formatProbability } from '../ui/words.ts';

export type Fooling = NonNullable<StudioResult['fooling']>;

export interface Verdict {
  /** fragile: in full precision only, not as saved. */
  readonly kind: 'fooled' | 'fragile' | 'not-fooled';
  readonly title: string;
  readonly text: string;
}

export function verdictOf({ target, before, after, asSaved, fooled, fooledAsSaved }: Fooling): Verdict {
  const seen = asSaved[0] ?? after[0];
  const sees = seen ? `The saved picture is classified as “${seen.name}” (${formatProbability(seen.probability)})` : 'The saved picture was not classified';
  const wanted = target ? `“${target.name}”` : before[0] ? `anything but “${before[0].name}”` : 'another class';
  if (fooledAsSaved) return { kind: 'fooled', title: 'The model is fooled', text: `${sees}, as was wanted.` };
  if (fooled) {
    return {
      kind: 'fragile', title: 'Fooled, but not once it is saved',
      text: `In full precision the picture is taken for ${wanted}, but rounding to 8 bits undoes it. ${sees}. More steps or a larger change may survive saving.`,
    };
  }
  return { kind: 'not-fooled', title: 'The model is not fooled', text: `${sees}; wanted was ${wanted}. More steps or a larger change may do it.` };
}
