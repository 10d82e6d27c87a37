/** What every command works with, and how it ends. */
import { Engine } from '../engine/engine.ts';
import { findPackageRoot } from '../engine/package-root.ts';
import { CancelledError, FoveaError, type Reason } from '../protocol/errors.ts';
import { runtimeLoaders, Runtimes } from '../runtimes/choose.ts';
import { techniques } from '../techniques/registry.ts';
import type { OutputOptions } from './options.ts';
import { Report } from './report.ts';
import { UsageError } from './usage-error.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What was asked for cannot be, whatever the input. */
const usageReasons: readonly Reason[] = ['technique-unknown', 'parameter-invalid'];

export interface Session {
  readonly engine: Engine;
  readonly report: Report;
  /** Fires on Ctrl+C. */
  readonly signal: AbortSignal;
}

export class Context {
  /** Carries out a command and sets the process's exit code: 0 done, 1 failed on some input, 2 wrong usage, 130 interrupted. */
  async run(options: OutputOptions, work: (session: Session) => void | Promise<void>): Promise<void> {
    const controller = new AbortController();
    const interrupt = (): void => controller.abort();
    process.once('SIGINT', interrupt);
    const report = new Report(options);
    const engine = new Engine({ packageRoot: findPackageRoot(), runtimes: new Runtimes(runtimeLoaders), techniques });
    try {
      await work({ engine, report, signal: controller.signal });
      process.exitCode = report.failed ? exitCodes.failed : exitCodes.done;
    } catch (error) {
      process.exitCode = this.#fail(error, report);
    } finally {
      process.removeListener('SIGINT', interrupt);
      await engine.dispose();
    }
  }

  #fail(error: unknown, report: Report): number {
    if (error instanceof CancelledError) {
      process.stderr.write('fovea: Cancelled.\n');
      return exitCodes.interrupted;
    }
    if (error instanceof UsageError) {
      process.stderr.write(`fovea: ${error.message}${error.help && ` ${error.help}`}\n`);
      return exitCodes.usage;
    }
    report.failure(undefined, error);
    return error instanceof FoveaError && usageReasons.includes(error.reason) ? exitCodes.usage : exitCodes.failed;
  }
}
