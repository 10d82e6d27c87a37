/** The extension host as the page sees it: messages both ways and the state that survives hiding and reloading. */
import { panelStateSchema, type HostMessage, type PanelMessage, type PanelState } from '../../src/protocol/result-panel.ts';

/** State changes come with every pixel of a drag; they are kept when they rest. */
const saveDelay = 200;

export class Host {
  private readonly api = acquireVsCodeApi<unknown>();
  private unsaved: PanelState | undefined;
  private timer = 0;

  constructor(onMessage: (message: HostMessage) => void) {
    addEventListener('message', (event: MessageEvent<HostMessage>) => onMessage(event.data));
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
  }

  post(message: PanelMessage): void {
    this.api.postMessage(message);
  }

  /** What an earlier page of this panel left; undefined where there is none or it cannot be understood any more. */
  readState(): PanelState | undefined {
    return panelStateSchema.safeParse(this.api.getState()).data;
  }

  saveState(state: PanelState): void {
    this.unsaved = state;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), saveDelay);
  }

  private flush(): void {
    if (this.unsaved) this.api.setState(this.unsaved);
    this.unsaved = undefined;
  }
}
