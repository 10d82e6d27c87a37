/**
 * Shows Fovea's main job on the bundled model and a sample picture: in desktop VS Code where there is one, else in code-server,
 * else as a picture written by the command line.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installCodeServer, repositoryRoot } from '../test/e2e/rig/install-tools.ts';
import { EditorServer } from '../test/e2e/rig/server.ts';
import { findDesktopEditor, hasDisplay } from './desktop-editor.ts';

const sample = 'cat-and-espresso.jpg';

const home = path.join(repositoryRoot, '.cache', 'try');
const pictures = path.join(home, 'pictures');
const extensions = path.join(home, 'extensions');
/** Fovea, and what explains the sample with it as soon as the window is there. */
const shown = [path.resolve(repositoryRoot), path.join(repositoryRoot, 'scripts', 'try-extension')];

await rm(home, { recursive: true, force: true });
await mkdir(extensions, { recursive: true });
await cp(path.join(repositoryRoot, 'media', 'samples'), pictures, { recursive: true, filter: (file) => !/\.(md|py)$/.test(file) });

const editor = findDesktopEditor({ platform: process.platform, env: process.env, exists: existsSync });
if (!(editor && openDesktop(editor)) && !(await serve())) writeOverlay();

/** @returns whether it was opened */
function openDesktop(command: string): boolean {
  console.log(`Opening ${command} with the pictures in ${pictures}. Its settings and extensions are its own, so yours stay as they are.`);
  // Data of its own: VS Code starts such a window only when no other shares its data.
  const folders = [pictures, '--user-data-dir', path.join(home, 'data'), '--extensions-dir', extensions];
  const development = shown.map((folder) => `--extensionDevelopmentPath=${folder}`);
  const quiet = ['--new-window', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'];
  try {
    run(command, [...folders, ...development, ...quiet]);
    return true;
  } catch (error) {
    console.log(`It did not start (${sentence(error)}).`);
    return false;
  }
}

/** @returns whether code-server runs, which it does until this process is interrupted */
async function serve(): Promise<boolean> {
  let server: EditorServer;
  try {
    console.log(`${editor ? '' : 'No desktop VS Code was found. '}Starting code-server, which is VS Code in the browser ...`);
    await installCodeServer();
    await listExtensions();
    server = await EditorServer.start({ home, driver: false });
  } catch (error) {
    console.log(`code-server cannot be had here (${sentence(error)}).`);
    return false;
  }
  const url = server.url(pictures);
  console.log(`\nFovea explains the sample picture at\n\n  ${url}\n\nCtrl+C ends the server.`);
  if (hasDisplay(process)) openInBrowser(url);
  const end = (): void => void server.stop().then(() => process.exit());
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return true;
}

/** As the editor itself lists what is installed, so that it takes the extensions from where they are. */
async function listExtensions(): Promise<void> {
  const entries = await Promise.all(shown.map(async (folder) => {
    const { publisher, name, version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Record<string, string>;
    const { pathname } = pathToFileURL(folder);
    return { identifier: { id: `${publisher}.${name}` }, version, location: { $mid: 1, scheme: 'file', path: decodeURIComponent(pathname) } };
  }));
  await writeFile(path.join(extensions, 'extensions.json'), JSON.stringify(entries));
}

function openInBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(command, [url], { stdio: 'ignore', detached: true }).once('error', () => console.log('No browser could be opened; use the address above.')).unref();
}

function writeOverlay(): void {
  const out = path.join(home, 'out');
  console.log('Explaining the sample picture on the command line instead:\n');
  run(process.execPath, [
    path.join(repositoryRoot, 'dist', 'engine', 'cli.js'), 'explain', path.join(pictures, sample), '--technique', 'grad-cam', '--out', out,
  ]);
  console.log(`\nThe heat map over the sample picture is ${path.join(out, 'cat-and-espresso.grad-cam.png')}`);
}

/** @throws Error when it fails */
function run(command: string, words: readonly string[]): void {
  // Windows starts .cmd files through its shell alone, which splits words at spaces.
  const shell = command.endsWith('.cmd');
  const quoted = (word: string): string => (shell ? `"${word}"` : word);
  execFileSync(quoted(command), words.map(quoted), { stdio: 'inherit', shell });
}

/** Why a command failed: its own first words about that where they were caught, else its exit code; not the command, which is long. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stderr, status } = error as Error & { stderr?: string | Buffer | null; status?: number | null };
  const [words] = (stderr ? String(stderr) : '').trim().split('\n').filter((line) => /error/i.test(line));
  return words ?? (typeof status === 'number' ? `exit code ${status}` : error.message.trim().split('\n')[0]);
}
