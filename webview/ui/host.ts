/** The extension host as a page with a state sees it: messages both ways and the state that survives hiding and reloading. */
import type * as z from 'zod/mini';

/** State changes come with every pixel of a drag; they are kept at this distance, in milliseconds. A page that is hidden is gone at once. */
const saveDelay = 50;

declare global {
  /** Messages that came while the script was on its way: the page that loads it collects them. */
  var earlyMessages: unknown[] | undefined;
}

/** Calls for every message of the extension host, also those that came before; not before the present script is through. */
export function hear<In>(onMessage: (message: In) => void): void {
  queueMicrotask(() => globalThis.earlyMessages?.splice(0).forEach((message) => onMessage(message as In)));
  globalThis.onmessage = (event: MessageEvent<In>) => onMessage(event.data);
}

/** Of pages that receive `In`, post `Out` and keep `State`. */
export class Host<In, Out, State> {
  private readonly api = acquireVsCodeApi<unknown>();
  private unsaved: State | undefined;
  private timer: number | undefined;

  constructor(private readonly state: z.ZodMiniType<State>, onMessage: (message: In) => void) {
    hear(onMessage);
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
  }

  post(message: Out): void {
    this.api.postMessage(message);
  }

  /** What an earlier page of this panel left; undefined where there is none or it cannot be understood any more. */
  readState(): State | undefined {
    return this.state.safeParse(this.api.getState()).data;
  }

  saveState(state: State): void {
    this.unsaved = state;
    this.timer ??= window.setTimeout(() => this.flush(), saveDelay);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.unsaved !== undefined) this.api.setState(this.unsaved);
    this.unsaved = undefined;
  }
}
