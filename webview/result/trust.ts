/** What is known of a map's worth: the badge of its sanity check, its evaluation, and the dialog of all sanity checks. */
import type { HostMessage, PanelMessage } from '../../src/protocol/result-panel.ts';
import { element } from '../ui/element.ts';
import { CheckDialog } from './check-dialog.ts';
import { EvaluationSection } from './evaluation.ts';
import { SanityBadge } from './sanity-badge.ts';

export type TrustMessage = Extract<HostMessage, { type: 'badge' | 'checks' | 'evaluation' | 'reveal' }>;

export class Trust {
  /** Of the side bar. */
  readonly root: HTMLElement;
  /** Stands beside everything else. */
  readonly dialog: HTMLElement;
  private readonly badge: SanityBadge;
  private readonly checks: CheckDialog;
  private readonly evaluation: EvaluationSection;

  /** @param said called with messages for a screen reader */
  constructor(post: (message: PanelMessage) => void, said: (message: string) => void) {
    this.checks = new CheckDialog({ check: (mode) => post({ type: 'request-check', mode }), cancel: () => post({ type: 'cancel-check' }), said });
    this.badge = new SanityBadge({ check: () => post({ type: 'request-badge' }), openChecks: () => this.checks.open() });
    this.evaluation = new EvaluationSection({
      plan: () => post({ type: 'plan-evaluation' }), evaluate: (only) => post({ type: 'evaluate', only }), cancel: () => post({ type: 'cancel-evaluation' }), said,
    });
    this.root = element('div', { class: 'trust' }, this.badge.root, this.evaluation.root);
    this.dialog = this.checks.root;
  }

  /** Whether there is a map to be measured. */
  set available(available: boolean) {
    this.evaluation.available = available;
  }

  receive(message: TrustMessage): void {
    switch (message.type) {
      case 'badge': return this.badge.show(message.badge);
      case 'checks': return this.checks.show(message.checks);
      case 'evaluation': return this.evaluation.show(message.evaluation);
      case 'reveal': return message.part === 'checks' ? this.checks.open() : this.evaluation.open();
    }
  }
}
