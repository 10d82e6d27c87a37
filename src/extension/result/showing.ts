/** What a result panel shows: the latest message of each kind, for a page that starts anew; and the work under way that brings the next ones. */
import { CancelledError, FoveaError } from '../../protocol/errors.ts';
import type { HostMessage } from '../../protocol/result-panel.ts';
import type { CallOptions } from '../engine-client.ts';
import { actionsFor } from '../pages/error-actions.ts';

/** What can be under way, each at most once. The strip and the trials outlive a mere change of layer. */
export type Work = 'explain' | 'strip' | 'trials';

/** Messages that stay true until the next of their kind. */
export type Shown = Exclude<HostMessage, { type: 'announce' | 'reveal' | 'place' }>;

/** In the order in which a panel that starts anew needs them. */
const snapshotOrder: readonly Shown['type'][] = [
  'techniques', 'subject', 'model', 'result', 'partial', 'kept', 'badge', 'checks', 'evaluation', 'strip', 'preprocessing-trials', 'error', 'busy',
];

export interface ShowingHost {
  post(message: HostMessage): void;
  /** Called when something that is shown, or whether anything is under way, has changed. */
  changed(): void;
}

export class Showing {
  private readonly latest = new Map<Shown['type'], Shown>();
  private readonly running = new Map<Work, AbortController>();

  constructor(private readonly host: ShowingHost) {}

  get isBusy(): boolean {
    return this.running.size > 0;
  }

  /** Everything that a panel needs to show the present state, in order. */
  snapshot(): Shown[] {
    return snapshotOrder.flatMap((type) => this.latest.get(type) ?? []);
  }

  has(type: Shown['type']): boolean {
    return this.latest.has(type);
  }

  last<T extends Shown['type']>(type: T): Extract<Shown, { type: T }> | undefined {
    return this.latest.get(type) as Extract<Shown, { type: T }> | undefined;
  }

  /** @param kept what a page that starts anew is sent instead */
  show(message: Shown, kept = message): void {
    if (message.type === 'result') this.latest.delete('error');
    this.keep(kept);
    this.host.post(message);
    this.host.changed();
    // The page takes any outcome for the end of all work.
    const busy = this.latest.get('busy');
    if ((message.type === 'strip' || message.type === 'preprocessing-trials') && this.running.has('explain') && busy) this.host.post(busy);
  }

  /** For a page that starts anew; the present one is not told. */
  keep(message: Shown): void {
    this.latest.set(message.type, message);
  }

  /** @returns whether there was anything to forget */
  forget(type: Shown['type']): boolean {
    return this.latest.delete(type);
  }

  fail(error: unknown): void {
    const known = FoveaError.from(error);
    if (known instanceof CancelledError) return;
    this.show({ type: 'error', error: known.toData(), actions: actionsFor(known.reason) });
  }

  /** Newer work takes the place of older work of the same kind. Its progress is shown, and its failure. */
  async task(work: Work, message: string, run: (options: CallOptions & { signal: AbortSignal }) => Promise<void>): Promise<void> {
    const controller = this.begin(work);
    this.latest.delete('error');
    if (work === 'explain') this.latest.delete('partial');
    this.show({ type: 'busy', message: `${message}…` });
    try {
      await run({
        signal: controller.signal,
        onProgress: (note) => {
          if (!controller.signal.aborted) this.show({ type: 'busy', message: note.message, fraction: note.fraction });
        },
      });
    } catch (error) {
      if (!controller.signal.aborted) this.fail(error);
    } finally {
      this.end(work, controller);
      if (!this.isBusy) this.latest.delete('busy');
      this.host.changed();
    }
  }

  /** Work that shows nothing on its way. @returns what aborts it */
  begin(work: Work): AbortController {
    this.running.get(work)?.abort();
    const controller = new AbortController();
    this.running.set(work, controller);
    return controller;
  }

  end(work: Work, controller: AbortController): void {
    if (this.running.get(work) === controller) this.running.delete(work);
  }

  abortAll(): void {
    for (const controller of this.running.values()) controller.abort();
    this.running.clear();
  }

  /** Stops work whose outcome is no longer wanted, and forgets the last one. */
  drop(work: Work, outcome: Shown['type']): void {
    this.running.get(work)?.abort();
    this.running.delete(work);
    this.latest.delete(outcome);
  }
}
