/** The most memory that the engine process has had after a technique's run with its usual parameters; each in a process of its own. */
import { readFile } from 'node:fs/promises';
import { techniques } from '../../src/techniques/registry.ts';
import { startEngine, sample } from './engine-start.ts';

/** @returns MB by the technique's title; undefined where the system does not say (it is Linux that does) */
export async function measureMemory(): Promise<Map<string, number> | undefined> {
  if (process.platform !== 'linux') return undefined;
  const found = new Map<string, number>();
  for (const { id, title } of techniques) {
    const engine = startEngine();
    try {
      await engine.explain({ ...sample, technique: id });
      const status = await readFile(`/proc/${engine.pid}/status`, 'utf8');
      found.set(title, Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024);
    } finally {
      await engine.dispose();
    }
  }
  return found;
}
