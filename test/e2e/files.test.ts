/** Files around a result: what is exported and copied is right; a model that is replaced and a picture that goes are noticed. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { Engine } from '../../src/engine/engine.ts';
import { decodeNpy } from '../../src/pictures/npy.ts';
import { runtimeLoaders, Runtimes } from '../../src/runtimes/choose.ts';
import { techniques } from '../../src/techniques/registry.ts';
import { convolutional, writeModel } from '../support/small-models.ts';
import { repositoryRoot } from './rig/install-tools.ts';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

const picture = 'cat-and-espresso.jpg';
const explain = 'Explain with Grad-CAM';

describe('files around a result', () => {
  const session = editorSession({ prepare: async (folder) => void (await writeModel(convolutional({ side: 32 }), path.join(folder, 'small.onnx'))) });
  const { workbench } = session;

  before(async () => {
    await workbench.explorerMenu(picture, explain);
    await ResultPanel.painted(workbench, picture);
  });

  /** Exports by the panel's menu and the save dialog. @returns path of the file, once it is there */
  async function save(panel: ResultPanel, item: string, ending: string): Promise<string> {
    await panel.frame.getByRole('button', { name: 'Export' }).click();
    await panel.frame.getByRole('menuitem', { name: item }).click();
    const input = workbench.page.locator('.quick-input-widget input[aria-controls]');
    await input.waitFor();
    await workbench.page.waitForFunction((end) => document.querySelector<HTMLInputElement>('.quick-input-widget input[aria-controls]')?.value.endsWith(end), ending);
    const file = path.join(session.folder, `taken${ending}`);
    await input.fill(file);
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await workbench.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await workbench.file(`taken${ending}`).waitFor();
    return file;
  }

  it('the picture with its map is saved as a PNG of the picture\'s size', async () => {
    const file = await save(await ResultPanel.painted(workbench, picture), 'Picture with heat map (PNG)', '.png');
    const original = path.join(session.folder, picture);
    const [saved, plain] = await Promise.all([file, original].map((one) => sharp(one).removeAlpha().raw().toBuffer({ resolveWithObject: true })));
    assert.equal((await sharp(file).metadata()).format, 'png');
    assert.deepEqual([saved.info.width, saved.info.height], [plain.info.width, plain.info.height]);
    const change = saved.data.reduce((sum, value, i) => sum + Math.abs(value - plain.data[i]), 0) / saved.data.length;
    assert.ok(change > 5, 'the map lies over the picture');
  });

  it('the raw values are saved as the engine computes them', async () => {
    const panel = await ResultPanel.painted(workbench, picture);
    const file = await save(panel, 'Raw values (.npy)', '.npy');
    const saved = decodeNpy(await readFile(file));
    const engine = new Engine({ packageRoot: repositoryRoot, runtimes: new Runtimes(runtimeLoaders), techniques });
    try {
      const [{ reference }] = await engine.bundledModels();
      const { map } = await engine.explain({ picture: { path: path.join(session.folder, picture) }, model: reference, technique: 'grad-cam' });
      assert.deepEqual(saved.dims, [1, map.channels, map.height, map.width]);
      // The same graph in the same runtime; threads may sum in another order.
      const most = Math.max(...map.values);
      (saved.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - map.values[i]) <= 1e-5 * most, `${i}`));
    } finally {
      await engine.dispose();
    }
  });

  it('the picture is copied, which is said', async () => {
    const panel = await ResultPanel.painted(workbench, picture);
    await panel.find('#copy').click();
    await panel.find('#announcement').filter({ hasText: 'Copied the picture.' }).waitFor();
  });

  it('a model that is replaced while it is in use gives a new result', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.explorerMenu('small.onnx', 'Use as Active Model');
    await workbench.statusItem('fovea').filter({ hasText: 'small.onnx' }).waitFor();
    await workbench.explorerMenu('espresso.jpg', explain);
    const panel = await ResultPanel.painted(workbench, 'espresso.jpg');
    const probabilities = async () => (await panel.predictions().allInnerTexts()).sort();
    const before = await probabilities();
    await panel.repaint(() => panel.predictions().nth(1).click());
    assert.deepEqual(await probabilities(), before, 'of the same model');
    await writeModel(convolutional({ side: 32, seed: 5 }), path.join(session.folder, 'small.onnx'));
    await panel.repaint(() => panel.predictions().nth(2).click());
    assert.notDeepEqual(await probabilities(), before);
  });

  it('a picture that is deleted while it is shown is missed by name, and can be closed over', async () => {
    const panel = await ResultPanel.painted(workbench, 'espresso.jpg');
    await rm(path.join(session.folder, 'espresso.jpg'));
    await panel.predictions().nth(1).click();
    const failed = await ResultPanel.failed(workbench);
    assert.equal(await failed.find('#error').getAttribute('data-reason'), 'picture-missing');
    assert.match(await failed.find('.error-message').innerText(), /espresso\.jpg/);
    await failed.screenshot('picture deleted');
    await failed.find('#close-error').click();
    await ResultPanel.painted(workbench, 'espresso.jpg');
  });
});
