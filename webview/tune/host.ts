/** The extension host as the side panel's page sees it. The page keeps nothing: it is told everything again when it is shown. */
import type { TuneHostMessage, TuneMessage } from '../../src/protocol/tune-panel.ts';
import { hear } from '../ui/host.ts';

export class TuneHost {
  private readonly api = acquireVsCodeApi<unknown>();

  constructor(onMessage: (message: TuneHostMessage) => void) {
    hear(onMessage);
  }

  post(message: TuneMessage): void {
    this.api.postMessage(message);
  }
}
