/**
 * Runs test/integration in a real extension host, in a trusted and in a restricted workspace: code-server's by default, desktop VS Code's with
 * `--desktop`. Prints the totals as mocha does; exit code 1 when a test failed or none ran.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import * as z from 'zod';
import { findChromium } from '../../rig/chromium.ts';
import { openBrowser } from './browser.ts';
import { repositoryRoot } from './install-tools.ts';
import { editorSettings, EditorServer } from './server.ts';

const timeLimit = 300_000;

/** What test/integration writes into the file named by FOVEA_TEST_RESULTS. */
const resultsSchema = z.object({
  passes: z.array(z.string()),
  failures: z.array(z.object({ title: z.string(), error: z.string() })),
  pending: z.array(z.string()).default([]),
});

const extensionTestsPath = path.join(repositoryRoot, 'out', 'integration', 'index.cjs');
const runIn = process.argv.includes('--desktop') ? inDesktop : inCodeServer;

for (const trusted of [true, false]) {
  const home = await mkdtemp(path.join(tmpdir(), 'fovea-integration-'));
  const run: Run = { home, workspace: path.join(home, 'workspace'), results: path.join(home, 'results.json'), trusted };
  try {
    await mkdir(run.workspace);
    const skipped = await runIn(run);
    if (skipped !== undefined) {
      console.log(`SKIPPED: ${skipped}`);
      break;
    }
    console.log(trusted ? '\nIn a trusted workspace' : '\nIn Restricted Mode');
    await report(run);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** One start of the editor. */
interface Run {
  /** Folder for everything that is written. */
  readonly home: string;
  /** Folder that the editor opens. */
  readonly workspace: string;
  /** File that test/integration writes. */
  readonly results: string;
  /** Whether the workspace is trusted, or open in Restricted Mode. */
  readonly trusted: boolean;
}

/** @returns why it was skipped, or undefined when the tests ran */
async function inCodeServer({ home, workspace, results, trusted }: Run): Promise<string | undefined> {
  if (!findChromium()) return 'integration tests: no Chromium on this machine.';
  const server = await EditorServer.start({ home, driver: true, workspaceTrust: !trusted, environment: { FOVEA_TEST_RESULTS: results } });
  try {
    const browser = await openBrowser(home);
    const page = browser.pages()[0] ?? (await browser.newPage());
    const finished = new Promise<void>((resolve) => void page.exposeFunction('codeAutomationExit', () => resolve()));
    await page.goto(server.url(workspace, [
      ['extensionDevelopmentPath', server.remoteUri(repositoryRoot)],
      ['extensionTestsPath', server.remoteUri(extensionTestsPath)],
    ]));
    await Promise.race([finished, sleep(timeLimit, undefined, { ref: false })]);
    await browser.close();
  } finally {
    await server.stop();
  }
  return undefined;
}

/** @returns why it was skipped, or undefined when the tests ran */
async function inDesktop({ home, workspace, results, trusted }: Run): Promise<string | undefined> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'tests in desktop VS Code: no display.';
  let vscodeExecutablePath = process.env.VSCODE_EXECUTABLE;
  try {
    vscodeExecutablePath ??= await downloadAndUnzipVSCode({ cachePath: path.join(repositoryRoot, '.cache', 'vscode') });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return `tests in desktop VS Code: none could be downloaded (${detail}). VSCODE_EXECUTABLE can name one.`;
  }
  const data = path.join(home, 'data');
  await mkdir(path.join(data, 'User'), { recursive: true });
  await writeFile(path.join(data, 'User', 'settings.json'), JSON.stringify(editorSettings(!trusted)));
  // The tests' failures are in the results; a crash shows as missing results.
  await runTests({
    vscodeExecutablePath, extensionDevelopmentPath: repositoryRoot, extensionTestsPath, extensionTestsEnv: { FOVEA_TEST_RESULTS: results },
    launchArgs: [workspace, '--user-data-dir', data, '--extensions-dir', path.join(home, 'extensions')],
  }).catch(console.error);
  return undefined;
}

async function report(run: Run): Promise<void> {
  if (!existsSync(run.results)) throw new Error('The integration tests ended without results.');
  const results = resultsSchema.parse(JSON.parse(await readFile(run.results, 'utf8')));
  for (const title of results.passes) console.log(`  ✔ ${title}`);
  for (const title of results.pending) console.log(`  - ${title}`);
  for (const { title, error } of results.failures) console.log(`  ✘ ${title}\n${error.replaceAll(/^/gm, '      ')}`);
  console.log(`\n  ${results.passes.length} passing`);
  if (results.pending.length > 0) console.log(`  ${results.pending.length} pending`);
  if (results.failures.length > 0) console.log(`  ${results.failures.length} failing`);
  if (results.failures.length > 0 || results.passes.length === 0) process.exitCode = 1;
}
