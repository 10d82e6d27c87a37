/** What is taken out of the result panel, in a real browser with a test in the place of the host. */
import assert from 'node:assert/strict';
import { colorTable, reduceChannels, valueAt } from '../../src/protocol/display.ts';
import * as canned from './rig/canned.ts';
import { near } from './rig/near.ts';
import { panelBrowser } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

describe('the result panel: taking the result along', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  it('exports by asking the host, with the view as it is', async () => {
    panel = await browser.show();
    await panel.page.locator('#threshold').fill('30');
    const expected = { opacity: 0.5, threshold: 0.3 };
    for (const [index, what] of (['overlay', 'map', 'values'] as const).entries()) {
      await panel.page.getByRole('button', { name: 'Export' }).click();
      for (let row = 0; row < index; row++) await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual((await panel.posted('export'))[index], { type: 'export', what, display: expected });
    }
  });

  it('takes report, recipe and command line by asking the host', async () => {
    panel = await browser.show();
    for (const label of ['Report (HTML)', 'Recipe (.fovea-run.json)', 'Copy command line']) {
      await panel.page.getByRole('button', { name: 'Export' }).click();
      await panel.page.getByRole('menuitem', { name: label }).click();
    }
    assert.deepEqual((await panel.posted('take')).map(({ what }) => what), ['report', 'recipe', 'command-line']);
  });

  it('copies the picture with its map at its own size', async () => {
    panel = await browser.show();
    await panel.page.getByRole('button', { name: 'Copy picture' }).click();
    await panel.page.locator('#announcement:has-text("Copied")').waitFor();
    const copied = await panel.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const bitmap = await createImageBitmap(await item.getType('image/png'));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      canvas.drawImage(bitmap, 0, 0);
      const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
      const [peak, bare] = [[101, 109], [15, 30]].map(([x, y]) => [...data.subarray((y * bitmap.width + x) * 4).subarray(0, 4)]);
      return { width: bitmap.width, height: bitmap.height, peak, bare };
    });
    assert.deepEqual({ width: copied.width, height: copied.height }, canned.size);
    const picture = canned.pixels().data;
    const { map, placement } = canned.result();
    const value = valueAt(reduceChannels(map), placement, 101.5, 109.5)! / Math.max(...map.values);
    const color = colorTable('turbo').subarray(Math.round(value * 255) * 3);
    for (let c = 0; c < 3; c++) {
      near(copied.bare[c], picture[(30 * 320 + 15) * 4 + c], 1, 'beside the map');
      near(copied.peak[c], (color[c] + picture[(109 * 320 + 101) * 4 + c]) / 2, 6, 'under the map'); // colours between two cells of the table
    }
  });
});
