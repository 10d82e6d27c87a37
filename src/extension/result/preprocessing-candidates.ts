/** Preprocessings to be tried on a picture. Knows no VS Code. */
import { isDeepStrictEqual } from 'node:util';
import type { Preprocessing } from '../../protocol/preprocessing.ts';
import { applyPreset, preprocessingPresets } from '../../protocol/preprocessing-presets.ts';

export interface Candidate {
  readonly title: string;
  readonly preprocessing: Preprocessing;
  readonly current: boolean;
}

/** Each common one, and before them the present one should it be none of them. */
export function candidates(present: Preprocessing): Candidate[] {
  const common = preprocessingPresets.map((preset): Candidate => {
    const preprocessing = applyPreset(present, preset);
    return { title: preset.title, preprocessing, current: isDeepStrictEqual(preprocessing, present) };
  });
  return common.some(({ current }) => current) ? common : [{ title: 'Present', preprocessing: present, current: true }, ...common];
}
