/** Runs the command `fovea`, from its sources, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { findPackageRoot } from '../../src/engine/package-root.ts';

export interface Finished {
  /** null where a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const fovea = (...args: string[]): Promise<Finished> => run(...foveaWords(args));

/** The program and its arguments. */
export function foveaWords(args: readonly string[]): [command: string, args: string[]] {
  return [process.execPath, ['--import', 'tsx', path.join(findPackageRoot(), 'src/cli/main.ts'), ...args]];
}

/** @param started called with the process, which runs in the repository's root */
export function run(command: string, args: readonly string[], started?: (child: ChildProcess) => void): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: findPackageRoot() });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => { texts[name] += chunk.toString(); });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
    started?.(child);
  });
}
