/** Time from the engine's fork to the first map, and the memory that it then holds. */
import { sample, startEngine } from './engine-start.ts';

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
  const engine = startEngine();
  const request = { ...sample, technique: 'grad-cam' };
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
