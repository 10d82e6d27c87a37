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

export class Session {
  private constructor(
    readonly server: EditorServer,
    readonly workbench: Workbench,
    /** The workspace. */
    readonly folder: string,
    private readonly context: BrowserContext,
    private readonly home: string,
  ) {}

  /** Starts with the extension as it lies in dist/, or with the package named by `options.vsix`. */
  static async start(options: SessionOptions = {}): Promise<Session> {
    if (!options.vsix && !existsSync(path.join(repositoryRoot, 'dist', 'extension', 'extension.cjs'))) throw new Error('Run `npm run build` first.');
    const home = await mkdtemp(path.join(tmpdir(), 'fovea-e2e-'));
    const folder = path.join(home, 'pictures');
    await mkdir(folder);
    await cp(path.join(repositoryRoot, 'media', 'samples'), folder, { recursive: true });
    await options.prepare?.(folder);
    const server = await EditorServer.start({ ...options, home, driver: !options.vsix });
    try {
      const context = await openBrowser(home);
      const page = context.pages()[0] ?? (await context.newPage());
      const session = new Session(server, new Workbench(page), folder, context, home);
      const development: [string, string][] = options.vsix ? [] : [['extensionDevelopmentPath', server.remoteUri(repositoryRoot)]];
      await session.workbench.open(server.url(folder, development));
      return session;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Folder of the installed extensions. */
  get extensions(): string {
    return path.join(this.home, 'extensions');
  }

  async stop(): Promise<void> {
    await this.context.close();
    await this.server.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}
