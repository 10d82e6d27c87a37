/** One window for a suite: a server, a browser and a workspace folder of their own, thrown away at the end. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { repositoryRoot } from './install-tools.ts';
import { EditorServer, type ServerOptions } from './server.ts';
import { Workbench } from './workbench.ts';

export interface SessionOptions extends Partial<Omit<ServerOptions, 'home' | 'driver'>> {
  /** Fills the workspace folder, which holds the sample pictures already. */
  readonly prepare?: (folder: string) => Promise<void>;
}

/** A window for the suite that calls this: it opens before the suite's tests and closes after them; what it showed when a test failed is kept. */
export function editorSession(options: SessionOptions = {}): Session {
  const session = new Session(options);
  before(() => session.start());
  afterEach(async function () {
    if (this.currentTest?.isFailed()) await session.workbench.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => session.stop());
  return session;
}

export class Session {
  readonly workbench = new Workbench();
  server!: EditorServer;
  private home: string | undefined;
  private context: BrowserContext | undefined;

  constructor(private readonly options: SessionOptions) {}

  /** Starts with the extension as it lies in dist/, or with the package named by `options.vsix`. */
  static async start(options: SessionOptions = {}): Promise<Session> {
    const session = new Session(options);
    try {
      await session.start();
    } catch (error) {
      await session.stop();
      throw error;
    }
    return session;
  }

  async start(): Promise<void> {
    const { prepare, ...options } = this.options;
    if (!options.vsix && !existsSync(path.join(repositoryRoot, 'dist', 'extension', 'extension.cjs'))) throw new Error('Run `npm run build` first.');
    this.home = await mkdtemp(path.join(tmpdir(), 'fovea-e2e-'));
    await mkdir(this.folder);
    await cp(path.join(repositoryRoot, 'media', 'samples'), this.folder, { recursive: true });
    await prepare?.(this.folder);
    this.server = await EditorServer.start({ ...options, home: this.home, driver: !options.vsix });
    this.context = await openBrowser(this.home);
    this.workbench.page = this.context.pages()[0] ?? (await this.context.newPage());
    const development: [string, string][] = options.vsix ? [] : [['extensionDevelopmentPath', this.server.remoteUri(repositoryRoot)]];
    await this.workbench.open(this.server.url(this.folder, development));
  }

  /** The workspace. */
  get folder(): string {
    return path.join(this.home!, 'pictures');
  }

  /** Folder of the installed extensions. */
  get extensions(): string {
    return path.join(this.home!, 'extensions');
  }

  async stop(): Promise<void> {
    await this.context?.close();
    await (this.server as EditorServer | undefined)?.stop();
    if (this.home !== undefined) await rm(this.home, { recursive: true, force: true });
  }
}
