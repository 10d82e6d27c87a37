/** An explained run as it is kept, to be shown at once. Knows no VS Code. */
import type { Pixels } from '../../protocol/engine.ts';
import type { EngineClient } from '../engine-client.ts';
import { hashOf } from '../file-hash.ts';
import type { KeptRun } from '../result/kept-result.ts';
import type { ExplainedRun } from './run.ts';
import { keptSide, parts, type RunStore } from './run-store.ts';
import { unpackExplained } from './stored-result.ts';

/**
 * With the picture as it was.
 * @param picturePath absolute path of a picture @throws where there is none
 * @returns undefined where the result is not kept any longer, and must be made again
 */
export async function keptRun(
  { id, time, subject }: ExplainedRun, store: RunStore, engine: Pick<EngineClient, 'pixels'>, picturePath: (uri: string) => string,
): Promise<KeptRun | undefined> {
  const packed = await store.read(id, parts.result);
  const result = packed && await unpackExplained(packed);
  if (!result) return undefined;
  const pixels = await keptPicture(id, { uri: subject.picture, hash: result.recipe.picture.hash }, store, engine, picturePath);
  return { id, time, subject, result: { ...result, ...(pixels && { pixels }) } };
}

/** The picture of a run: its own file where that has not changed since, else what is kept of it; undefined where neither is there. */
export async function keptPicture(
  run: string, { uri, hash }: { readonly uri: string; readonly hash: string }, store: RunStore, engine: Pick<EngineClient, 'pixels'>,
  picturePath: (uri: string) => string,
): Promise<Pixels | undefined> {
  const pixels = (path: string, longest?: number): Promise<Pixels> => engine.pixels({ picture: { path }, longest });
  const own = async (): Promise<Pixels | undefined> => {
    const path = picturePath(uri);
    return await hashOf(path) === hash ? pixels(path) : undefined;
  };
  return await own().catch(() => undefined) ?? pixels(store.picture(run), keptSide).catch(() => undefined);
}
