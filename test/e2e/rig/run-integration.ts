/**
 * Runs test/integration in a real extension host: of code-server by default, of desktop VS Code with `--desktop`.
 * Prints the totals as mocha does; exit code 1 when a test failed, or when no test ran.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import * as z from 'zod';
import { findChromium } from '../../rig/chromium.ts';
import { openBrowser } from './browser.ts';
import { repositoryRoot } from './install-tools.ts';
import { EditorServer } from './server.ts';

const timeLimit = 300_000;

/** What test/integration writes into the file named by FOVEA_TEST_RESULTS. */
const resultsSchema = z.object({
  passes: z.array(z.string()),
  failures: z.array(z.object({ title: z.string(), error: z.string() })),
  pending: z.array(z.string()).default([]),
});

const extensionTestsPath = path.join(repositoryRoot, 'out', 'integration', 'index.cjs');
const home = await mkdtemp(path.join(tmpdir(), 'fovea-integration-'));
const workspace = path.join(home, 'workspace');
const resultsFile = path.join(home, 'results.json');
try {
  await mkdir(workspace);
  const skipped = process.argv.includes('--desktop') ? await inDesktop() : await inCodeServer();
  if (skipped === undefined) await report();
  else console.log(`SKIPPED: ${skipped}`);
} finally {
  await rm(home, { recursive: true, force: true });
}

/** @returns why it was skipped, or undefined when the tests ran */
async function inCodeServer(): Promise<string | undefined> {
  if (!findChromium()) return 'integration tests: no Chromium on this machine.';
  const server = await EditorServer.start({ home, driver: true, environment: { FOVEA_TEST_RESULTS: resultsFile } });
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
async function inDesktop(): Promise<string | undefined> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'tests in desktop VS Code: no display.';
  let vscodeExecutablePath = process.env.VSCODE_EXECUTABLE;
  try {
    vscodeExecutablePath ??= await downloadAndUnzipVSCode({ cachePath: path.join(repositoryRoot, '.cache', 'vscode') });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return `tests in desktop VS Code: none could be downloaded (${detail}). VSCODE_EXECUTABLE can name one.`;
  }
  // The exit code of the tests is in the results; a crash shows as missing results.
  await runTests({
    vscodeExecutablePath, extensionDevelopmentPath: repositoryRoot, extensionTestsPath,
    extensionTestsEnv: { FOVEA_TEST_RESULTS: resultsFile },
    launchArgs: [workspace, '--disable-workspace-trust', '--user-data-dir', path.join(home, 'data'), '--extensions-dir', path.join(home, 'extensions')],
  }).catch(console.error);
  return undefined;
}

async function report(): Promise<void> {
  if (!existsSync(resultsFile)) throw new Error('The integration tests ended without results.');
  const results = resultsSchema.parse(JSON.parse(await readFile(resultsFile, 'utf8')));
  for (const title of results.passes) console.log(`  ✔ ${title}`);
  for (const title of results.pending) console.log(`  - ${title}`);
  for (const { title, error } of results.failures) console.log(`  ✘ ${title}\n${error.replaceAll(/^/gm, '      ')}`);
  console.log(`\n  ${results.passes.length} passing`);
  if (results.pending.length > 0) console.log(`  ${results.pending.length} pending`);
  if (results.failures.length > 0) console.log(`  ${results.failures.length} failing`);
  if (results.failures.length > 0 || results.passes.length === 0) process.exitCode = 1;
}
