/** The sanity checks with many steps, of each mode, of the map that one panel shows: when a person asks for them. Knows no VS Code. */
import type { CheckMode } from '../../protocol/checks.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { CheckState } from '../../protocol/result-panel.ts';
import type { CheckResult, MeasureRequest } from '../../protocol/trust.ts';
import type { EngineClient } from '../engine-client.ts';

/** Those that have not been asked for are missing. */
export type Checks = Readonly<Partial<Record<CheckMode, CheckState>>>;

export class WholeChecks {
  private running: { readonly mode: CheckMode; readonly controller: AbortController } | undefined;
  private checks: Checks = {};

  /** @param request for the map shown @throws FoveaError where it may not be made @param checked called when there is another result */
  constructor(
    private readonly engine: Pick<EngineClient, 'check'>,
    private readonly request: () => MeasureRequest,
    private readonly show: (checks: Checks) => void,
    private readonly checked: () => void,
  ) {}

  /** Of the checks that came to an end. */
  get results(): Partial<Record<CheckMode, CheckResult>> {
    return Object.fromEntries(Object.entries(this.checks).flatMap(([mode, state]) => (state.state === 'done' ? [[mode, state.result]] : [])));
  }

  /** The map shown was checked before. */
  know(results: Readonly<Partial<Record<CheckMode, CheckResult>>>): void {
    const done = Object.entries(results).map(([mode, result]) => [mode, { state: 'done', result }] as const);
    this.set({ ...Object.fromEntries(done), ...this.checks });
  }

  /** Checks, in the place of the check under way, if any. What is known already is not checked again. Failures are shown, never thrown. */
  async run(mode: CheckMode): Promise<void> {
    if (this.running?.mode === mode || this.checks[mode]?.state === 'done') return;
    this.stop();
    const controller = new AbortController();
    const { signal } = controller;
    this.running = { mode, controller };
    const update = (state: CheckState): void => {
      if (signal.aborted) return;
      if (state.state !== 'running') this.running = undefined;
      this.set({ ...this.checks, [mode]: state });
      if (state.state === 'done') this.checked();
    };
    update({ state: 'running' });
    try {
      const onProgress = ({ fraction }: { fraction?: number }): void => update({ state: 'running', fraction });
      update({ state: 'done', result: await this.engine.check({ ...this.request(), mode }, { signal, onProgress }) });
    } catch (error) {
      const { message, help } = FoveaError.from(error);
      update({ state: 'failed', message: [message, help].filter(Boolean).join(' ') });
    }
  }

  /** Stops the check under way. */
  stop(): void {
    if (!this.running) return;
    const { mode, controller } = this.running;
    controller.abort();
    this.running = undefined;
    const { [mode]: _, ...others } = this.checks;
    this.set(others);
  }

  /** Another map is being made: nothing is known of it yet. */
  reset(): void {
    this.running?.controller.abort();
    this.running = undefined;
    if (Object.keys(this.checks).length > 0) this.set({});
  }

  private set(checks: Checks): void {
    this.checks = checks;
    this.show(checks);
  }
}
