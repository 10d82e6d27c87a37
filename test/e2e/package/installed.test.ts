/** The platform package of this machine, installed as a person would install it: `npm run package` comes first. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { currentTarget, packageFile } from '../../../scripts/targets.ts';
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

/** What ships: everything that is needed, and no library of another platform. */
async function checkFiles(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll('\\', '/'));
  const needed = [
    'models/index.json', 'models/imagenet-labels.txt', 'models/efficientnet-lite0.onnx', 'dist/engine.cjs', 'dist/extension/extension.js',
    'dist/webview/result.js', 'media/samples/cat-and-espresso.jpg',
  ];
  for (const file of needed) {
    assert.ok(files.includes(file), `${file} is inside`);
  }
  const libraries = files.filter((file) => libraryNames.test(file));
  assert.ok(libraries.length > 0);
  for (const file of libraries) assert.equal(platformOf(path.join(folder, file)), process.platform, file);
  assert.deepEqual(files.filter((file) => /\.(ts|map)$/.test(file) && !file.startsWith('node_modules/')), [], 'no sources');
}

/** By the file's first bytes. */
function platformOf(file: string): NodeJS.Platform | undefined {
  const magic = readFileSync(file).readUInt32BE(0);
  if (magic === 0x7f454c46) return 'linux';
  if (magic === 0xcffaedfe) return 'darwin';
  return magic >>> 16 === 0x4d5a ? 'win32' : undefined;
}
