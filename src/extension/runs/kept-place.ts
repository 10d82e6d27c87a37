/** Where what a panel shows is kept, and what one that the editor restored is to show. Knows no VS Code. */
import { randomUUID } from 'node:crypto';
import type { PanelPlace, PlaceMessage } from '../../protocol/panel-place.ts';
import type { Run } from './run.ts';
import type { RunStore } from './run-store.ts';

export class KeptPlace {
  private current: PanelPlace;

  /** @param earlier of the panel before a reload @param post to the page */
  constructor(earlier: PanelPlace | undefined, private readonly post: (message: PlaceMessage) => void) {
    this.current = earlier ?? { panel: randomUUID() };
  }

  get panel(): string {
    return this.current.panel;
  }

  /** The kept run that is shown. */
  get run(): string | undefined {
    return this.current.run;
  }

  /** For a page that starts anew. */
  get message(): PlaceMessage {
    return { type: 'place', place: this.current };
  }

  /** A kept run is shown; undefined: what is shown, or being made, is not kept yet. */
  shows(run: string | undefined): void {
    this.become({ ...this.current, run });
  }

  /** A run that was made in the panel is kept. */
  made(run: string | undefined): void {
    if (run !== undefined) this.become({ ...this.current, last: run });
  }

  private become(next: PanelPlace): void {
    if (next.run === this.current.run && next.last === this.current.last) return;
    this.current = next;
    this.post(this.message);
  }
}

/** The run that a restored panel is to show. isNews: its page, being that of an earlier moment, does not know of it. */
export async function runOf(store: Pick<RunStore, 'list'>, place: PanelPlace | undefined): Promise<{ readonly run?: Run; readonly isNews: boolean }> {
  if (!place) return { isNews: false };
  const runs = await store.list();
  const newest = runs.find(({ panel }) => panel === place.panel);
  if (newest && newest.id !== place.last) return { run: newest, isNews: true };
  return { run: runs.find(({ id }) => id === place.run), isNews: false };
}
