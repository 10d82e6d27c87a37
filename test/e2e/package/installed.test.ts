/** The platform package of this machine, installed as a person would install it: `npm run package` comes first. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentTarget, packageFile } from '../../../scripts/targets.ts';
import { packageFolders } from '../../../scripts/third-party.ts';
import { ResultPanel } from '../rig/result-panel.ts';
import { Session } from '../rig/session.ts';

const libraryNames = /\.(node|so(\.[\d.]+)?|dylib|dll)$/;

describe('the installed package', () => {
  const vsix = packageFile(currentTarget());

  before(() => assert.ok(existsSync(vsix), 'npm run package has made it'));

  for (const [runtime, shown] of [['auto', /ONNX Runtime [\d.]+(?! \(WebAssembly\))/], ['wasm', /WebAssembly/]] as const) {
    it(`explains a picture from its own files, runtime ${runtime}`, async () => {
      const session = await Session.start({ vsix, settings: { 'fovea.runtime': runtime } });
      try {
        const { workbench } = session;
        await workbench.explorerMenu('espresso.jpg', 'Explain with Grad-CAM');
        assert.match(await (await ResultPanel.painted(workbench)).explainedClass(), /espresso/);
        assert.match(await workbench.statusItem('fovea').innerText(), shown);
        await workbench.screenshot(`installed package ${runtime}`);
        if (runtime === 'auto') await runCopiedLine(session);
        await checkFiles(path.join(session.extensions, (await readdir(session.extensions)).find((name) => name.startsWith('fovea.fovea'))!));
      } catch (error) {
        await session.workbench.screenshot(`failed installed package ${runtime}`);
        throw error;
      } finally {
        await session.stop();
      }
    });
  }
});

/** The result's command line, entered in a terminal as a person would, makes the files that it promises. */
async function runCopiedLine({ workbench, folder }: Session): Promise<void> {
  await workbench.command('Copy Command Line');
  const toast = workbench.page.locator('.notification-list-item').filter({ hasText: 'Copied the command line' });
  await toast.getByRole('button', { name: 'Open in Terminal' }).click();
  const keyboard = workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea');
  const made = ['espresso.grad-cam.npy', 'espresso.grad-cam.png'];
  const deadline = Date.now() + 30_000;
  while (!made.every((file) => existsSync(path.join(folder, file)))) {
    assert.ok(Date.now() < deadline, `${made.join(' and ')} are written by the command`);
    await keyboard.press('Enter'); // at a prompt that the line has not reached yet it does nothing
    await sleep(1_000);
  }
  await workbench.screenshot('installed package terminal');
}

/** What ships: everything that is needed, and no library of another platform. */
async function checkFiles(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll('\\', '/'));
  const needed = [
    'models/index.json', 'models/imagenet-labels.txt', 'models/efficientnet-lite0.onnx', 'dist/engine/engine.js', 'bin/fovea', 'dist/extension/extension.cjs',
    'dist/webview/result.js', 'media/samples/cat-and-espresso.jpg', 'ThirdPartyNotices.txt',
  ];
  for (const file of needed) {
    assert.ok(files.includes(file), `${file} is inside`);
  }
  const libraries = files.filter((file) => libraryNames.test(file));
  assert.ok(libraries.length > 0);
  for (const file of libraries) assert.equal(platformOf(path.join(folder, file)), process.platform, file);
  const notices = readFileSync(path.join(folder, 'ThirdPartyNotices.txt'), 'utf8');
  for (const name of [...packageFolders(files).map((place) => place.replace('node_modules/', '')), 'zod', 'protobufjs', '@vscode/codicons']) {
    assert.ok(notices.includes(`${name} `), `the licence of ${name} is inside`);
  }
  assert.deepEqual(files.filter((file) => /\.(ts|map)$/.test(file) && !file.startsWith('node_modules/')), [], 'no sources');
}

/** By the file's first bytes. */
function platformOf(file: string): NodeJS.Platform | undefined {
  const magic = readFileSync(file).readUInt32BE(0);
  if (magic === 0x7f454c46) return 'linux';
  if (magic === 0xcffaedfe) return 'darwin';
  return magic >>> 16 === 0x4d5a ? 'win32' : undefined;
}
