/** `--model` as the engine knows models. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { bundledReference, isBundled } from '../protocol/bundled-model.ts';
import type { ModelReference } from '../protocol/engine.ts';

/** The id of a bundled model, with or without its prefix, or a path; the first bundled model where nothing is given. */
export async function resolveModel(engine: Engine, given: string | undefined): Promise<ModelReference> {
  const bundled = (await engine.bundledModels()).map(({ reference }) => reference);
  if (given === undefined) return bundled[0];
  if (isBundled(given)) return given;
  // A bare word that is no file is more likely a mistyped id: its message then lists the nearest.
  const isWord = path.basename(given) === given && path.extname(given) === '';
  return isWord && !existsSync(given) ? bundledReference(given) : path.resolve(given);
}
