/** Pictures dropped on the studio's fields. */
import assert from 'node:assert/strict';
import * as canned from './rig/canned-studio.ts';
import { panelBrowser } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

describe('a field for a picture', () => {
  const browser = panelBrowser('studio');
  let panel: PanelPage<'studio'>;

  it('takes a picture that is dropped on a field, says where it would land, and takes nothing from what is no file', async () => {
    panel = await browser.open();
    await panel.send(...canned.introduction({ work: canned.styleWork, names: { content: 'tower.jpg', style: 'waves.jpg' } }));
    /** @returns whether the page keeps the event from the browser, which would open the file */
    const drag = (id: string, type: string, list?: string): Promise<boolean> => panel.page.locator(`#${id}`).evaluate((field, [name, text]) => {
      const dataTransfer = new DataTransfer();
      if (text !== undefined) dataTransfer.setData('text/uri-list', text);
      return !field.dispatchEvent(new DragEvent(name!, { dataTransfer, bubbles: true, cancelable: true }));
    }, [type, list]);
    const isMarked = (id: string): Promise<boolean> => panel.page.locator(`#${id}`).evaluate((field) => field.classList.contains('dropping'));
    assert.equal(await drag('style', 'dragover'), true);
    assert.deepEqual([await isMarked('style'), await isMarked('content')], [true, false]);
    await panel.screenshot('studio dropping');
    await drag('style', 'dragleave');
    assert.equal(await isMarked('style'), false);
    await drag('content', 'dragover');
    assert.equal(await drag('content', 'drop', '# from the explorer\r\nfile:///pictures/harbour.png\r\nfile:///pictures/other.png'), true);
    assert.equal(await isMarked('content'), false);
    await drag('style', 'drop');
    assert.deepEqual(await panel.posted('drop-picture'), [{ type: 'drop-picture', role: 'content', uri: 'file:///pictures/harbour.png' }]);
  });
});
