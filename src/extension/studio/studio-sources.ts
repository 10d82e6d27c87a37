/** The pictures that a studio starts from: as they are shown beside what is made, and which of them are not where they were. Knows no VS Code. */
import type { Pixels } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { GeneratorDescription } from '../../protocol/generate.ts';
import type { PictureRole, Work } from '../../protocol/studio-panel.ts';
import type { EngineClient } from '../engine-client.ts';
import { pagePixels } from '../pages/page-pixels.ts';

/** Longer side of a source as it is shown beside the picture. */
const shownSide = 512;

export interface ReadSources {
  readonly pictures: Partial<Record<PictureRole, Pixels>>;
  readonly missing: readonly PictureRole[];
  /** Why the first of those that are missing, or cannot be read, cannot. */
  readonly failure: FoveaError | undefined;
}

/** Reads those that the generator needs. @throws CancelledError; FoveaError where the engine fails */
export async function readSources(
  work: Work, needs: GeneratorDescription['needs'] | undefined, engine: Pick<EngineClient, 'pixels'>, picturePath: (uri: string) => string,
): Promise<ReadSources> {
  const pictures: Partial<Record<PictureRole, Pixels>> = {};
  const missing: PictureRole[] = [];
  let failure: FoveaError | undefined;
  for (const role of ['content', 'style'] as const) {
    const uri = work[role];
    if (uri === undefined || needs?.[role] === false) continue;
    try {
      pictures[role] = pagePixels(await engine.pixels({ picture: { path: picturePath(uri) }, longest: shownSide }));
    } catch (error) {
      const known = FoveaError.from(error);
      if (!/^(picture-|git-lfs)/.test(known.reason)) throw known;
      failure ??= known;
      missing.push(role);
    }
  }
  return { pictures, missing, failure };
}
