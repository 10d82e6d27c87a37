/** The engine processes that a server's extension host has forked (Linux: reads /proc). */
import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of engines below a process, at any depth. */
export function enginesBelow(ancestor: number): number[] {
  const parents = new Map<number, number>();
  const engines: number[] = [];
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // After the name in brackets, which may hold anything: state, then the parent.
      parents.set(Number(entry), Number(readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]));
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').some((argument) => argument.endsWith('/dist/engine/engine.js'))) engines.push(Number(entry));
    } catch {
      // It ended while it was looked at.
    }
  }
  return engines.filter((engine) => {
    let process: number | undefined = engine;
    while (process !== undefined && process !== ancestor) process = parents.get(process);
    return process === ancestor;
  });
}
