/** The engine as the editor starts it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineClient } from '../../src/extension/engine-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A picture and the bundled model. */
export const sample = { picture: { path: path.join(root, 'media/samples/cat-and-espresso.jpg') }, model: 'bundled:efficientnet-lite0' };

/** The process starts with the first request. @throws Error where the engine has not been built */
export function startEngine(): EngineClient {
  const entry = path.join(root, 'dist', 'engine', 'engine.js');
  if (!existsSync(entry)) throw new Error('dist/engine/engine.js is not there; run `npm run build` first.');
  return new EngineClient(entry, { info: () => undefined, warn: console.warn, error: console.error });
}
