/**
 * The sanity check behind the badge of one panel: runs after a result is shown, gives way to whatever a person asks for, and never disturbs.
 * Knows no VS Code.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExplainResult } from '../../protocol/engine.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { BadgeState } from '../../protocol/result-panel.ts';
import type { CheckResult, MeasureRequest } from '../../protocol/trust.ts';
import type { EngineClient } from '../engine-client.ts';

/** Milliseconds for which a result is left alone: its painting has the machine for itself, and clicks in a row start no checks. */
const usualPause = 400;

/** A technique that took longer than this, in milliseconds, is checked only when asked for: a check runs it several times. */
const quickEnough = 2_000;

export class BackgroundCheck {
  private running: AbortController | undefined;
  private showsNothing = true;
  private found: CheckResult | undefined;

  /**
   * @param request for the map shown @throws FoveaError where it may not be made
   * @param show null: nothing is shown that it could be about @param checked called when there is a result
   * @param pause before a check that nobody asked for
   */
  constructor(
    private readonly engine: Pick<EngineClient, 'check'>,
    private readonly request: () => MeasureRequest,
    private readonly showState: (state: BadgeState | null) => void,
    private readonly checked: () => void,
    private readonly pause = usualPause,
  ) {}

  /** Of the map shown; undefined while it has not been checked. */
  get result(): CheckResult | undefined {
    return this.found;
  }

  /** The map shown was checked before. */
  know(result: CheckResult): void {
    this.cancel();
    this.found = result;
    this.show({ state: 'done', result });
  }

  /** Another map is being made. */
  reset(): void {
    this.cancel();
    this.found = undefined;
    if (!this.showsNothing) this.show(null);
  }

  /** Checks the technique of a result that has just been shown. */
  async consider({ milliseconds }: Pick<ExplainResult, 'milliseconds'>): Promise<void> {
    if (milliseconds.run > quickEnough) {
      this.cancel();
      this.show({ state: 'offered' });
    } else await this.check(undefined);
  }

  /** Checks because a person asked, who is told how far it is. Failures are shown, never thrown. */
  async run(): Promise<void> {
    await this.check((fraction) => this.show({ state: 'running', fraction }));
  }

  cancel(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private show(state: BadgeState | null): void {
    this.showsNothing = state === null;
    this.showState(state);
  }

  private async check(told: ((fraction: number | undefined) => void) | undefined): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    const { signal } = controller;
    this.running = controller;
    this.show({ state: 'running' });
    try {
      const onProgress = told && (({ fraction }: { fraction?: number }): void => {
        if (!signal.aborted) told(fraction);
      });
      if (!told) await sleep(this.pause, undefined, { signal });
      const result = await this.engine.check({ ...this.request(), quick: true }, { signal, onProgress });
      if (signal.aborted) return;
      this.found = result;
      this.show({ state: 'done', result });
      this.checked();
    } catch (error) {
      if (!signal.aborted) this.show({ state: 'failed', message: FoveaError.from(error).message });
    } finally {
      if (this.running === controller) this.running = undefined;
    }
  }
}
