/** The compare panel: cells side by side with one zoom, one pointer and one scale. */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { Cell, CompareState } from '../../src/protocol/compare-panel.ts';
import { colorTable, displayRange, reduceChannels, valueAt } from '../../src/protocol/display.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';
import * as canned from './rig/canned.ts';
import { byClass, byTechnique, cells, comparison, failedCell, fourTechniques as four, picture, techniqueTitles, threeClasses } from './rig/canned-compare.ts';
import { around, colour, labels, pointAt, showComparison, spot, values } from './rig/compare-cells.ts';
import { near } from './rig/near.ts';
import { panelBrowser, themes, type PanelOptions } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

describe('the compare panel', () => {
  const browser = panelBrowser('compare');
  let panel: PanelPage<'compare'>;

  async function show(subjects: Subject[], results: readonly ExplainResult[], options: PanelOptions<CompareState> = {}): Promise<void> {
    panel = await showComparison(browser, subjects, results, options);
  }

  const ends = () => panel.page.locator('.cell').evaluateAll((all) => all.map((cell) => [...cell.querySelectorAll('.colour-bar-tick')].at(-1)?.textContent));

  describe('cells', () => {
    it('are named by what sets them apart, and say what is known', async () => {
      await show(byTechnique, four);
      assert.deepEqual(await labels(panel), techniqueTitles);
      assert.equal(await panel.page.locator('h1').innerText(), 'shapes.png – 4 techniques');
      const facts = await around(panel, '#cell-2').innerText();
      for (const words of ['tabby, tabby cat', '61.2 %', 'Completeness error ↓', '0.0123', '34 ms']) assert.ok(facts.includes(words), `${words} in ${facts}`);
      await panel.screenshot('compare techniques');
    });

    it('fill as results come, and say what they wait for', async () => {
      panel = await browser.open({});
      const busy: Cell = { state: 'busy', message: 'Integrated Gradients', fraction: 0.4 };
      await panel.send(comparison(byTechnique), picture, ...cells(four.slice(0, 2)), { type: 'cell', index: 2, cell: busy });
      const states = () => panel.page.locator('.cell').evaluateAll((all) => all.map((cell) => (cell as HTMLElement).dataset.state));
      assert.deepEqual(await states(), ['done', 'done', 'busy', 'waiting']);
      assert.equal(await panel.page.locator('.compare-status').innerText(), '2 of 4');
      await panel.screenshot('compare filling');
      await panel.page.locator('#cancel').click();
      assert.equal((await panel.posted('cancel')).length, 1);
      await panel.send({ type: 'cell', index: 2, cell: { state: 'stopped', result: four[2] } }, { type: 'cell', index: 3, cell: { state: 'stopped' } });
      await panel.page.locator('#run').click();
      assert.equal((await panel.posted('run')).length, 1, 'what is left can be explained after all');
    });

    it('show a failure with what can be done, and leave the others alone', async () => {
      await show(byTechnique, four.slice(0, 3));
      await panel.send(failedCell(3));
      await panel.page.getByText('This layer has no map.').waitFor();
      await panel.screenshot('compare failed cell');
      await panel.page.getByRole('button', { name: 'Try Again' }).click();
      assert.deepEqual(await panel.posted('action'), [{ type: 'action', id: 'retry' }]);
    });

    it('open as a result by click, by their name, and by Enter', async () => {
      await show(byTechnique, four);
      const { x, y } = await spot(panel, '#cell-1', 100, 100);
      await panel.page.mouse.click(x, y);
      await panel.page.getByRole('button', { name: 'Occlusion' }).click();
      await panel.page.locator('#cell-2').focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual((await panel.posted('open')).map(({ index }) => index), [1, 3, 2]);
    });
  });

  describe('one scale', () => {
    it('recolours every map over the same range, without a word to the host', async () => {
      await show(byClass, threeClasses);
      const range = (at: number) => displayRange(reduceChannels(threeClasses[at].map).values, false).max;
      const largest = (await ends()).map(Number);
      for (const end of largest) near(end, range(0), range(0) * 0.005, 'results of one technique share the largest range');
      // The strongest place of the third map has a third of the value, so the colour at a third of the bar.
      const opacity = panel.page.locator('#opacity');
      await opacity.fill('100');
      await panel.settle();
      const said = await panel.postedCount();
      const peak = { x: 40 + (1.8 / 7) * 240, y: (3.2 / 7) * 240 };
      const value = valueAt(reduceChannels(threeClasses[2].map), canned.result().placement, peak.x, peak.y)!;
      const expected = (max: number): number[] => [...colorTable('turbo').subarray(Math.round((value / max) * 255) * 3).subarray(0, 3)];
      const shared = await colour(panel, '#cell-2', peak.x, peak.y);
      shared.forEach((channel, at) => near(channel, expected(range(0))[at], 12, `channel ${at} with one scale`)); // a raster pixel away

      await panel.page.locator('#shared').click();
      await panel.settle();
      const own = await colour(panel, '#cell-2', peak.x, peak.y);
      own.forEach((channel, at) => near(channel, expected(range(2))[at], 12, `channel ${at} with its own scale`));
      near(Number((await ends())[2]), range(2), range(2) * 0.005, 'its own range');
      assert.equal(await panel.postedCount(), said);
      await panel.screenshot('compare classes own scales');
    });

    it('is refused for different units, and says why', async () => {
      await show(byTechnique, four);
      assert.ok(await panel.page.locator('#shared').evaluate((box) => box.getAttribute('aria-disabled') === 'true' || (box as HTMLInputElement).disabled));
      assert.match(await panel.page.locator('#shared-reason').innerText(), /different units: logit; score per unit of input/);
    });
  });

  describe('one pointer', () => {
    it('reads the raw value of every cell at the same place', async () => {
      await show(byTechnique, four);
      for (const [x, y] of [[100, 110], [200, 50]]) {
        await pointAt(panel, '#cell-0', x + 0.5, y + 0.5);
        (await values(panel)).forEach((shown, at) => {
          const { map, placement } = four[at];
          const wanted = valueAt(reduceChannels(map), placement, x + 0.5, y + 0.5)!;
          near(Number(shown), wanted, Math.abs(wanted) * 0.005, `${techniqueTitles[at]}: three digits are shown`);
        });
      }
      await pointAt(panel, '#cell-0', 10, 100); // beside the crop
      assert.deepEqual(await values(panel), Array(4).fill('not seen'));
    });

    it('is moved by arrow keys, and says all values', async () => {
      await show(byTechnique, four);
      await panel.page.locator('#cell-1').focus();
      await panel.page.keyboard.press('ArrowRight');
      await panel.settle();
      assert.match(await panel.page.locator('#announcement').innerText(), /^Grad-CAM: [\d.e-]+; Saliency: [\d.e-]+; Integrated Gradients: -?[\d.e-]+; Occlusion: /);
      await panel.page.keyboard.press('Escape');
      assert.deepEqual(await values(panel), Array(4).fill(''));
    });
  });

  it('zooms and pans all cells together', async () => {
    await show(byTechnique, four);
    const before = await Promise.all([0, 3].map((cell) => colour(panel, `#cell-${cell}`, 245, 165)));
    await panel.page.locator('#cell-0').focus();
    for (let step = 0; step < 3; step++) await panel.page.keyboard.press('+');
    await panel.settle();
    const kept = await panel.kept();
    assert.ok(kept.view.zoom && kept.view.zoom.scale > 1.2);
    const after = await Promise.all([0, 3].map((cell) => colour(panel, `#cell-${cell}`, 245, 165)));
    assert.notDeepEqual(after, before);
    await panel.screenshot('compare zoomed');
    await panel.page.locator('#zoom-fit').click();
    await panel.settle();
    assert.deepEqual(await Promise.all([0, 3].map((cell) => colour(panel, `#cell-${cell}`, 245, 165))), before);
  });

  it('keeps its state and takes it up again', async () => {
    await show(byClass, threeClasses);
    await panel.page.locator('#shared').click();
    await panel.page.locator('#opacity').fill('80');
    const kept = await panel.kept();
    assert.deepEqual(kept.comparison.subjects, byClass);
    assert.equal(kept.view.shared, false);
    await panel.page.close();
    await show(byClass, threeClasses, { state: kept });
    assert.equal(await panel.page.locator('#opacity').inputValue(), '80');
    assert.deepEqual((await panel.kept()).view, kept.view);
  });

  it('exports pictures that are PNG files of what is seen', async () => {
    await show(byTechnique, four);
    const take = async (item: string): Promise<void> => {
      await panel.page.getByRole('button', { name: 'Export' }).click();
      await panel.page.getByRole('menuitem', { name: item }).click();
    };
    await take('Picture of all cells (PNG)');
    const { png } = await panel.whenPosted('export-picture');
    const whole = await sharp(png).metadata();
    assert.ok(whole.width > 1000 && whole.height > 600, `${whole.width} × ${whole.height}`);
    await panel.keep('compare export', png);
    await take('Page with all cells (HTML)');
    const page = await panel.whenPosted('export-page');
    assert.deepEqual(page.cells.map(({ label }) => label), techniqueTitles);
    for (const cell of page.cells) {
      const { width, height } = await sharp(cell.png).metadata();
      assert.deepEqual([width, height], [720, 540]);
    }
  });

  describe('for everyone', () => {
    for (const theme of themes) {
      it(`keeps axe's rules in the theme ${theme}`, async () => {
        await show(byTechnique, four.slice(0, 2), { theme });
        await panel.send(failedCell(3));
        await panel.screenshot(`compare axe ${theme}`);
        await panel.assertAccessible(theme);
      });
    }

    for (const width of [320, 640, 1000]) {
      it(`has room for everything at ${width} px`, async () => {
        await show(byTechnique, four, { width, height: 700 });
        await panel.screenshot(`compare ${width}`);
        await panel.assertFits();
      });
    }
  });
});
