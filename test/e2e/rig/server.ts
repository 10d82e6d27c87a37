/** Starts and stops code-server in a folder of its own: no settings, extensions or state of the machine's user are seen or changed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installCodeServer, outerEnvironment } from './install-tools.ts';

/** The user without rights of every Unix. */
const nobody = 65534;

/** Settings that keep the workbench still: no welcome page, no updates, no AI features, no animation. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
};

/** User settings for a still workbench, with the trust of workspaces switched off or on (Restricted Mode, without a question). */
export function editorSettings(workspaceTrust: boolean): Record<string, unknown> {
  return {
    ...quietSettings,
    'security.workspace.trust.enabled': workspaceTrust,
    'security.workspace.trust.startupPrompt': 'never',
    'security.workspace.trust.banner': 'never',
  };
}

export interface ServerOptions {
  /** Folder for everything that the server writes; the caller makes and removes it. */
  readonly home: string;
  /** Accepts extensions under development from the address, and reports test results; hides information messages. */
  readonly driver: boolean;
  /** Settings of the machine that extensions run on, e.g. `fovea.runtime`. */
  readonly settings?: Record<string, unknown>;
  /** Seen by the extension host and the processes that it forks. */
  readonly environment?: Record<string, string>;
  /** Whether the workspace opens in Restricted Mode. Default false. */
  readonly workspaceTrust?: boolean;
  /** Runs as a user without rights where this process is root, whom no file mode stops. Default false. */
  readonly unprivileged?: boolean;
  /** Packaged extension to install before the start. */
  readonly vsix?: string;
}

/** A running code-server. */
export class EditorServer {
  private constructor(private readonly child: ChildProcess, readonly port: number, private readonly output: string[]) {}

  /** @throws Error with the server's output if it does not answer within 30 seconds */
  static async start(options: ServerOptions): Promise<EditorServer> {
    const tools = await installCodeServer();
    const data = path.join(options.home, 'data');
    await mkdir(path.join(data, 'User'), { recursive: true });
    await mkdir(path.join(data, 'Machine'), { recursive: true });
    await writeFile(path.join(data, 'User', 'settings.json'), JSON.stringify(editorSettings(options.workspaceTrust ?? false)));
    await writeFile(path.join(data, 'Machine', 'settings.json'), JSON.stringify(options.settings ?? {}));
    const config = path.join(options.home, 'config.yaml');
    await writeFile(config, '');
    const folders = ['--config', config, '--user-data-dir', data, '--extensions-dir', path.join(options.home, 'extensions')];
    // With an empty gallery the editor asks no server for extensions.
    const env = { ...outerEnvironment(), EXTENSIONS_GALLERY: '{}', NODE_OPTIONS: '', HOME: options.home, ...options.environment };

    const user = options.unprivileged && process.getuid?.() === 0 ? nobody : undefined;
    if (user !== undefined) await giveTo(options.home, user);
    if (options.vsix) {
      const install = launch(tools.node, [tools.server, ...folders, '--install-extension', options.vsix], env, user);
      const code = await Promise.race([ended(install.child), sleep(60_000)]);
      if (code !== 0) throw new Error(`Installing ${options.vsix} failed (${code}):\n${install.output.join('')}`);
    }
    const port = await freePort();
    const server = launch(tools.node, [
      tools.server, ...folders, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
      '--disable-getting-started-override', '--disable-proxy',
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.driver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ], env, user);
    const running = new EditorServer(server.child, port, server.output);
    const deadline = Date.now() + 30_000;
    while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
      if (Date.now() > deadline || server.child.exitCode !== null) {
        await running.stop();
        throw new Error(`code-server did not start:\n${running.log}`);
      }
      await sleep(100);
    }
    return running;
  }

  /** Process id of the server, whose descendants are the extension host and what it forks. */
  get pid(): number {
    return this.child.pid!;
  }

  /** What the server has printed so far. */
  get log(): string {
    return this.output.join('');
  }

  /**
   * Address of the workbench with a folder open.
   * @param payload pairs that VS Code's web workbench takes from its address, e.g. extensionDevelopmentPath (needs `driver`)
   */
  url(folder: string, payload: [string, string][] = []): string {
    const query = new URLSearchParams({ folder });
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  /** An absolute path as the web workbench names it in a payload. */
  remoteUri(file: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${file}`;
  }

  /** Ends the server and every process that it forked. */
  async stop(): Promise<void> {
    if (this.child.pid === undefined || this.child.exitCode !== null) return;
    const end = ended(this.child);
    signalGroup(this.child.pid, 'SIGTERM');
    await Promise.race([end, sleep(3_000)]);
    signalGroup(this.child.pid, 'SIGKILL');
    await end;
  }
}

/** Makes a folder and all in it the property of a user. */
async function giveTo(folder: string, user: number): Promise<void> {
  await chown(folder, user, user);
  for (const entry of await readdir(folder, { recursive: true })) await chown(path.join(folder, entry), user, user);
}

/** In a process group of its own, because the server forks several children. */
function launch(command: string, args: string[], env: NodeJS.ProcessEnv, user?: number): { child: ChildProcess; output: string[] } {
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], uid: user, gid: user });
  const output: string[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(String(data)));
  child.stderr.on('data', (data: Buffer) => output.push(String(data)));
  return { child, output };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port.'))));
    });
  });
}
