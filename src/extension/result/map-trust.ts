/**
 * What is known of the worth of the map that one panel shows: the badge, the evaluation, and the whole checks. All of it is measured of that very
 * map, and kept with its run. Knows no VS Code.
 */
import type { ExplainRequest, ExplainResult } from '../../protocol/engine.ts';
import type { HostMessage, Subject } from '../../protocol/result-panel.ts';
import type { MeasureRequest } from '../../protocol/trust.ts';
import { BackgroundCheck } from './background-check.ts';
import type { EngineClient } from '../engine-client.ts';
import { MapEvaluation } from './evaluation.ts';
import type { Trust } from '../runs/stored-trust.ts';
import { WholeChecks } from './whole-checks.ts';

export interface TrustHost {
  show(message: Extract<HostMessage, { type: 'badge' | 'checks' | 'evaluation' }>): void;
  /** What is kept of a result; undefined where nothing is. */
  trustOf(subject: Subject, result: ExplainResult): Promise<Trust | undefined>;
  /** Keeps what is known of a result by now. */
  measured(subject: Subject, result: ExplainResult, trust: Trust): void;
}

export class MapTrust {
  readonly badge: BackgroundCheck;
  readonly evaluation: MapEvaluation;
  readonly checks: WholeChecks;
  private shown: { readonly subject: Subject; readonly result: ExplainResult } | undefined;

  /** @param request for the map shown @throws FoveaError where it may not be made */
  constructor(
    engine: Pick<EngineClient, 'check' | 'planEvaluation' | 'evaluate'>, private readonly request: () => ExplainRequest, private readonly host: TrustHost,
  ) {
    const [ask, keep] = [() => this.ask(), () => this.keep()];
    this.badge = new BackgroundCheck(engine, ask, (badge) => host.show({ type: 'badge', badge }), keep);
    this.evaluation = new MapEvaluation(engine, ask, (evaluation) => host.show({ type: 'evaluation', evaluation }), keep);
    this.checks = new WholeChecks(engine, ask, (checks) => host.show({ type: 'checks', checks }), keep);
  }

  /** Another map is being made: nothing is known of it yet. */
  leave(): void {
    this.shown = undefined;
    this.badge.reset();
    this.evaluation.follow(undefined);
    this.checks.reset();
  }

  /** Another map is shown: what is kept of it is known again. */
  async follow(subject: Subject, result: ExplainResult): Promise<void> {
    const shown = { subject, result };
    this.shown = shown;
    this.evaluation.follow(result);
    const kept = await this.host.trustOf(subject, result);
    if (this.shown !== shown || !kept) return;
    if (kept.evaluation) this.evaluation.know(kept.evaluation);
    if (kept.checks) this.checks.know(kept.checks);
    if (kept.badge) this.badge.know(kept.badge);
  }

  /** Checks the map for the badge, unless it was already. */
  async check(): Promise<void> {
    if (this.shown && !this.badge.result) await this.badge.consider(this.shown.result);
  }

  dispose(): void {
    this.badge.cancel();
    this.evaluation.cancel();
    this.checks.stop();
  }

  private ask(): MeasureRequest {
    if (!this.shown) return this.request();
    const { pixels: _, standardError: __, ...shown } = this.shown.result;
    return { ...this.request(), class: shown.class.index, shown };
  }

  private keep(): void {
    if (!this.shown) return;
    const { subject, result } = this.shown;
    this.host.measured(subject, result, { evaluation: this.evaluation.known, checks: this.checks.results, badge: this.badge.result });
  }
}
