/**
 * Shows Fovea's main job on the bundled model and a sample picture: in desktop VS Code where there is one, else in code-server,
 * else as a picture written by the command line.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { installCodeServer, repositoryRoot } from '../test/e2e/rig/install-tools.ts';
import { EditorServer } from '../test/e2e/rig/server.ts';

const sample = 'cat-and-espresso.jpg';

const home = path.join(repositoryRoot, '.cache', 'try');
const pictures = path.join(home, 'pictures');
const explain = path.join(repositoryRoot, 'scripts', 'try-explain.cjs');
await rm(home, { recursive: true, force: true });
await mkdir(home, { recursive: true });
await cp(path.join(repositoryRoot, 'media', 'samples'), pictures, { recursive: true });

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
const desktop = hasDisplay ? ['code', 'code-insiders', 'codium'].map(onPath).find((file) => file !== undefined) : undefined;
if (desktop) openDesktop(desktop);
else if (await codeServerInstalls()) await serve();
else await writeOverlay();

function openDesktop(editor: string): void {
  console.log(`Opening ${editor} ...`);
  // Data of its own: VS Code starts such a window only when no other shares its data, and the user's settings stay as they are.
  const folders = [pictures, '--user-data-dir', path.join(home, 'data'), '--extensions-dir', path.join(home, 'extensions')];
  const development = [`--extensionDevelopmentPath=${repositoryRoot}`, `--extensionTestsPath=${explain}`];
  const shell = process.platform === 'win32';
  execFileSync(editor, [...folders, ...development, '--new-window', '--disable-workspace-trust', '--skip-welcome'], { stdio: 'inherit', shell });
}

async function codeServerInstalls(): Promise<boolean> {
  try {
    await installCodeServer();
    return true;
  } catch (error) {
    console.log(`No VS Code was found, and code-server cannot be installed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function serve(): Promise<void> {
  const server = await EditorServer.start({ home, driver: true });
  const url = server.url(pictures, [
    ['extensionDevelopmentPath', server.remoteUri(repositoryRoot)],
    ['extensionTestsPath', server.remoteUri(explain)],
  ]);
  console.log(`VS Code with Fovea runs at\n\n  ${url}\n\nCtrl+C ends it.`);
  if (hasDisplay) openInBrowser(url);
  const end = (): void => void server.stop().then(() => process.exit());
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function openInBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(command, [url], { stdio: 'ignore', detached: true }).once('error', () => console.log('No browser could be opened; use the address above.')).unref();
}

async function writeOverlay(): Promise<void> {
  const out = path.join(home, 'out');
  await mkdir(out);
  const options = ['explain', path.join(pictures, sample), '--technique', 'grad-cam', '--out', out];
  execFileSync(process.execPath, [path.join(repositoryRoot, 'dist', 'engine', 'cli.js'), ...options], { stdio: 'inherit' });
  console.log(`The heat map over the sample picture is in ${path.relative(process.cwd(), out)}.`);
}

function onPath(command: string): string | undefined {
  const suffix = process.platform === 'win32' ? '.cmd' : '';
  return (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, command + suffix)).find((file) => existsSync(file));
}
