/** Results side by side in the real window. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { repositoryRoot } from './rig/install-tools.ts';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

const picture = 'cat-and-espresso.jpg';
const title = `${picture} – 4 techniques`;

describe('comparing', () => {
  const session = editorSession({
    prepare: async (folder) => {
      const models = path.join(repositoryRoot, 'models');
      const { models: [{ file, preprocessing, layer }] } = JSON.parse(await readFile(path.join(models, 'index.json'), 'utf8')) as {
        models: { file: string; preprocessing: object; layer: string }[];
      };
      await cp(path.join(models, file), path.join(folder, 'copy.onnx'));
      await writeFile(path.join(folder, 'copy.fovea.json'), JSON.stringify({ preprocessing, layer }));
    },
  });
  const { workbench } = session;

  /** The visible panel, once it has explained everything. */
  async function compared(): Promise<Frame> {
    return workbench.webview('body[data-state="result"] #compare .map[data-painted]', 90_000);
  }

  it('shows four techniques on the picture that is open, from the palette', async () => {
    await workbench.openFile(picture);
    await workbench.command('Compare Techniques…');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Saliency' }).first().waitFor();
    await workbench.page.keyboard.press('Enter'); // the four that are chosen beforehand
    const frame = await compared();
    assert.deepEqual(await frame.locator('.cell-label').allInnerTexts(), ['Grad-CAM', 'Saliency', 'Integrated Gradients', 'Occlusion']);
    assert.deepEqual(await frame.locator('.cell').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.state)), Array(4).fill('done'));
    await frame.locator('#cell-0').hover();
    const values = await frame.locator('.cell-value').allInnerTexts();
    assert.ok(values.every((value) => Number.isFinite(Number(value)) && value !== ''), `${values.join()} are numbers`);
    assert.equal(new Set(values).size, 4, 'of four maps');
    await workbench.screenshot('compare techniques');
  });

  it('is saved as a picture and as a page', async () => {
    const frame = await compared();
    for (const [item, name, start] of [['Picture of all cells (PNG)', 'all.png', '\x89PNG'], ['Page with all cells (HTML)', 'all.html', '<!DOCTYPE html>']]) {
      await frame.getByRole('button', { name: 'Export' }).click();
      await frame.getByRole('menuitem', { name: item }).click();
      const file = path.join(session.folder, name);
      await workbench.saveAs(file);
      await workbench.file(name).waitFor();
      const content = await readFile(file, 'latin1');
      assert.ok(content.startsWith(start), name);
      if (name.endsWith('.html')) assert.equal(content.match(/<figure><img alt="[^"]+" src="data:image\/png;base64,/g)?.length, 4);
    }
  });

  it('is there again after a reload', async () => {
    await workbench.settleState();
    await workbench.reload();
    await workbench.tab(title).waitFor();
    const frame = await compared();
    assert.equal(await frame.locator('.cell[data-state="done"]').count(), 4);
  });

  it('takes another cell in its panel, keeps what is there when that is cancelled, and goes back by undo', async () => {
    const frame = await compared();
    const states = () => frame.locator('.cell').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.state));
    await frame.getByRole('button', { name: 'Add cells' }).click();
    await frame.getByRole('menuitem', { name: 'Another technique…' }).click();
    await workbench.page.locator('.quick-input-widget input[aria-controls]').fill('RISE'); // only rows that are seen are there
    await workbench.pick('RISE');
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await frame.locator('.cell[data-state="busy"]').waitFor();
    await frame.locator('#cancel').click();
    await frame.locator('.cell[data-state="stopped"]').waitFor();
    assert.deepEqual(await states(), [...Array<string>(4).fill('done'), 'stopped']);
    await workbench.screenshot('compare cancelled');
    await frame.locator('#undo').click();
    await frame.waitForFunction(() => document.querySelectorAll('.cell').length === 4);
    assert.deepEqual(await states(), Array(4).fill('done'));
    await workbench.tab(title).waitFor();
  });

  it('opens a cell as a result of its own', async () => {
    const frame = await compared();
    await frame.getByRole('button', { name: 'Integrated Gradients' }).click();
    await workbench.tab(`${picture} – Integrated Gradients`).waitFor();
    assert.match(await (await ResultPanel.painted(workbench, picture)).explainedClass(), /./);
    await workbench.command('View: Close All Editors');
  });

  it('shows two models and their difference: of a copy of the same weights it is nothing', async () => {
    await workbench.openFile(picture);
    await workbench.command('Compare Models…');
    await workbench.pick('Grad-CAM');
    await workbench.pick('copy.onnx'); // besides the active one, which is chosen beforehand
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    const frame = await compared();
    await frame.locator('#difference[data-painted]').waitFor();
    assert.equal((await frame.locator('.cell-label').allInnerTexts()).length, 3);
    await frame.locator('#difference').hover();
    const values = await frame.locator('.cell-value').allInnerTexts();
    assert.equal(values[0], values[1]);
    assert.equal(values[2], '0');
    await workbench.screenshot('compare models');
    await workbench.command('View: Close All Editors');
  });

  it('shows one technique over the pictures that are selected', async () => {
    await workbench.select('chelsea-cat.png', 'espresso.jpg');
    await workbench.explorerMenu('espresso.jpg', 'Compare Pictures…', 'Fovea');
    await workbench.pick('Saliency');
    const frame = await compared();
    assert.deepEqual((await frame.locator('.cell-label').allInnerTexts()).sort(), ['chelsea-cat.png', 'espresso.jpg']);
    await workbench.screenshot('compare pictures');
    await workbench.command('View: Close All Editors');
  });

  it('shows layers from the first to the last', async () => {
    await workbench.explorerMenu(picture, 'Compare Layers…', 'Fovea');
    await workbench.pick('Grad-CAM');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: /\d × \d/ }).first().waitFor();
    await workbench.page.keyboard.press('Enter'); // those that are chosen beforehand
    const frame = await compared();
    const labels = await frame.locator('.cell-label').allInnerTexts();
    assert.ok(labels.length >= 6 && new Set(labels).size === labels.length, labels.join());
    await workbench.screenshot('compare layers');
    await workbench.command('View: Close All Editors');
  });

  it('shows the likeliest classes, from the menu of a picture', async () => {
    await workbench.explorerMenu(picture, 'Compare Classes…', 'Fovea');
    await workbench.pick('Grad-CAM');
    const frame = await compared();
    const labels = await frame.locator('.cell-label').allInnerTexts();
    assert.equal(new Set(labels).size, 5, labels.join());
    assert.ok(await frame.locator('#shared').evaluate((box) => (box as HTMLInputElement).checked), 'one scale for all');
    await workbench.screenshot('compare classes');
  });
});
