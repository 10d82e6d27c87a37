/** Every way from a picture to its heat map. */
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { difference, ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';
import { clickToRepaint, clickToSight, watch } from './rig/timing.ts';

const explain = 'Explain with Grad-CAM';

describe('explaining a picture', () => {
  const session = editorSession({ prepare: (folder) => copyFile(path.join(folder, 'espresso.jpg'), path.join(folder, 'CAMERA.JPG')) });
  const { workbench } = session;
  afterEach(() => workbench.clear());

  it('from the Explorer: the map is painted beside the picture', async () => {
    await watch(workbench.page);
    const cold = await clickToMap('chelsea-cat.png');
    const panel = await ResultPanel.painted(workbench);
    assert.match(await panel.explainedClass(), /tabby|tiger cat|Egyptian cat/);
    const overlay = await panel.pixels();
    await panel.screenshot('explorer');

    const warm = await clickToMap('espresso.jpg');
    const other = await ResultPanel.painted(workbench, 'espresso.jpg');
    assert.match(await other.explainedClass(), /espresso/);
    assert.ok(difference(overlay, await other.pixels()) > 5, 'another picture shows another result');
    const again = Math.round(await clickToRepaint(other, () => other.predictions().nth(1).click()));
    assert.match(await other.explainedClass(), /cup/);
    console.log(`      click to painted map: first picture ${cold} ms, another picture ${warm} ms, another class ${again} ms`);
  });

  it('from the palette, for the picture that is open', async () => {
    await workbench.openFile('espresso.jpg');
    await workbench.command(explain);
    const panel = await ResultPanel.painted(workbench);
    assert.match(await panel.explainedClass(), /espresso/);
    await panel.screenshot('palette beside the picture');
  });

  it('from the palette with no picture open, for one that is asked for', async () => {
    await workbench.command(explain);
    await workbench.pick('CAMERA.JPG');
    assert.match(await (await ResultPanel.painted(workbench, 'CAMERA.JPG')).explainedClass(), /espresso/);
  });

  it('from the title of an open picture', async () => {
    await workbench.openFile('espresso.jpg');
    await workbench.editorTitleAction(explain);
    assert.match(await (await ResultPanel.painted(workbench)).explainedClass(), /espresso/);
  });

  it('from the context menu of the image preview', async () => {
    await workbench.openFile('espresso.jpg');
    const preview = await workbench.webview('img.scale-to-fit, img');
    await workbench.contextMenu(preview.locator('img').first(), explain);
    assert.match(await (await ResultPanel.painted(workbench)).explainedClass(), /espresso/);
  });

  it('for a selection of several', async () => {
    await workbench.select('chelsea-cat.png', 'espresso.jpg');
    await workbench.explorerMenu('espresso.jpg', explain);
    await workbench.tab('espresso.jpg – Grad-CAM').waitFor();
    await workbench.tab('chelsea-cat.png – Grad-CAM').click();
    assert.match(await (await ResultPanel.painted(workbench, 'chelsea-cat.png')).explainedClass(), /cat/);
    await workbench.tab('espresso.jpg – Grad-CAM').click();
    assert.match(await (await ResultPanel.painted(workbench, 'espresso.jpg')).explainedClass(), /espresso/);
  });

  /** @returns milliseconds from the click on the menu's entry to the painted map */
  async function clickToMap(picture: string): Promise<number> {
    await workbench.explorerMenu(picture, explain);
    const { frame } = await ResultPanel.painted(workbench, picture);
    return Math.round(await clickToSight(workbench.page, frame));
  }
});
