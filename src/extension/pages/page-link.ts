/** The page of a panel or view, and the messages between the two: a page that does not listen is sent nothing, what is not understood is dropped. */
import { Uri, type Disposable, type WebviewPanel, type WebviewView } from 'vscode';
import type * as z from 'zod/mini';
import type { EngineLog } from '../engine-process.ts';
import { webviewOptions, webviewPage } from './webview-html.ts';

export interface PageServices {
  readonly log: EngineLog;
  readonly extensionUri: Uri;
}

export interface PageHandlers<Received> {
  readonly schema: z.ZodMiniType<Received>;
  /** A page says `ready` when it listens, and so again each time that it is shown after having been hidden. */
  handle(message: Received): Promise<void>;
  failed(error: unknown): void;
  /** Whether what is posted while the page starts waits there for it: then it is not sent again when the page asks for everything. */
  readonly early?: boolean;
}

export class PageLink<Sent, Received extends { readonly type: string }> implements Disposable {
  /** A hidden page is gone and asks for everything again when it is shown. */
  private listening = false;
  /** What a page that is starting was sent already; undefined once it listens, or where it cannot be sent anything before. */
  private sent: Set<Sent> | undefined;
  private readonly disposables: readonly Disposable[];

  /** Shows the page in the panel, which may be a restored one, or in the view. @param page name of its bundle */
  constructor(
    private readonly view: WebviewPanel | WebviewView, page: string, { log, extensionUri }: PageServices,
    private readonly handlers: PageHandlers<Received>,
  ) {
    const isPanel = 'onDidChangeViewState' in view;
    if (isPanel) view.iconPath = Uri.joinPath(extensionUri, 'media', 'fovea.svg');
    const changed = isPanel ? view.onDidChangeViewState : view.onDidChangeVisibility;
    view.webview.options = webviewOptions(extensionUri);
    this.disposables = [
      view.webview.onDidReceiveMessage((message) => this.receive(message, (why) => log.warn(`A message of the page "${page}" was not understood: ${why}`))),
      changed(() => {
        if (view.visible) return;
        this.listening = false;
        this.sent = undefined;
      }),
    ];
    if (handlers.early) this.sent = new Set();
    view.webview.html = webviewPage(view.webview, extensionUri, page);
  }

  get isListening(): boolean {
    return this.listening;
  }

  post(message: Sent): void {
    if ((!this.listening && !this.sent) || this.sent?.has(message)) return;
    this.sent?.add(message);
    void this.view.webview.postMessage(message);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private receive(raw: unknown, misunderstood: (why: string) => void): void {
    const { schema, handle, failed } = this.handlers;
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      misunderstood(parsed.error.message);
      return;
    }
    if (parsed.data.type === 'ready') this.listening = true;
    handle(parsed.data).catch(failed);
    if (parsed.data.type === 'ready') this.sent = undefined;
  }
}
