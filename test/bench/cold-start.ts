/** The engine as the editor starts it: time from fork to the first map, and the memory that it then holds. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineClient } from '../../src/extension/engine-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ColdStart {
  /** From before the fork, milliseconds. */
  readonly firstMap: number;
  /** The same picture for another class, everything warm, milliseconds. */
  readonly warmMap: number;
  /** Resident set of the engine after that, MB. */
  readonly memory: number;
}

/** @throws Error where the engine has not been built */
export async function measureColdStart(): Promise<ColdStart> {
  const entry = path.join(root, 'dist', 'engine', 'engine.js');
  if (!existsSync(entry)) throw new Error('dist/engine/engine.js is not there; run `npm run build` first.');
  const silent = { info: () => undefined, warn: console.warn, error: console.error };
  const engine = new EngineClient(entry, silent);
  const request = { picture: { path: path.join(root, 'media/samples/cat-and-espresso.jpg') }, model: 'bundled:efficientnet-lite0', technique: 'grad-cam' };
  try {
    const start = performance.now();
    await engine.explain({ ...request, wantPixels: true });
    const firstMap = performance.now() - start;
    const again = performance.now();
    await engine.explain({ ...request, class: 967 });
    const warmMap = performance.now() - again;
    const { memory } = await engine.status();
    return { firstMap, warmMap, memory: memory / 2 ** 20 };
  } finally {
    await engine.dispose();
  }
}
