/** The difference of two cells of the compare panel: what it subtracts, its values, and why there may be none. */
import assert from 'node:assert/strict';
import { bump, predictions } from './rig/canned.ts';
import { byClass, byModel, byTechnique, comparison, fourTechniques, result, threeClasses } from './rig/canned-compare.ts';
import { around, labels, pointAt, showComparison, values } from './rig/compare-cells.ts';
import { near } from './rig/near.ts';
import { panelBrowser } from './rig/panel-browser.ts';

describe('the difference of two cells', () => {
  const browser = panelBrowser('compare');

  describe('of two models', () => {
    it('is beside them, signed', async () => {
      const panel = await showComparison(browser, byModel, [result('grad-cam'), result('grad-cam', 0.25)]);
      assert.deepEqual(await labels(panel), ['Toy network', 'tuned.onnx', 'tuned.onnx − Toy network']);
      await pointAt(panel, '#difference', 102.5, 110.5); // near the peak
      const [first, second, difference] = (await values(panel)).map(Number);
      assert.ok(difference < 0);
      near(difference, second - first, Math.abs(first) * 0.01, 'three digits are shown of each');
      await panel.screenshot('compare models');
    });

    it('is not there where the maps do not fit, and says why', async () => {
      const { page } = await showComparison(browser, byModel, [result('grad-cam'), result('grad-cam', 1, { map: bump(2, 3, 14) })]);
      await page.getByText('different resolutions: 14 × 14 and 7 × 7').waitFor();
      assert.equal(await page.locator('.map[data-painted]').count(), 2);
    });
  });

  it('is chosen in its cell, says what it subtracts, and stays with its cells', async () => {
    const panel = await showComparison(browser, byClass, threeClasses);
    const { page } = panel;
    assert.equal(await page.locator('#difference').count(), 0);
    await page.locator('#difference-toggle').click();
    await page.locator('#difference[data-painted]').waitFor();
    const name = () => around(panel, '#difference').locator('.cell-label').innerText();
    const [first, second, third] = predictions.map((prediction) => prediction.name);
    assert.equal(await name(), `${second} − ${first}`);
    await page.locator('#difference-from').click();
    await page.locator('#difference-from').getByRole('option', { name: third }).click();
    await page.locator('#difference-swap').click();
    assert.equal(await name(), `${first} − ${third}`);
    assert.match(await page.locator('#difference').getAttribute('aria-label') ?? '', /values, in logit\. Above zero: more in/);
    await panel.screenshot('compare difference of three');
    await panel.send(comparison([byClass[2], byClass[0], byClass[1]]));
    assert.equal(await name(), `${first} − ${third}`);
    const { view } = await panel.kept();
    assert.deepEqual(view.difference, { shown: true, from: 1, less: 0, magnitudes: false, scaled: false });
  });

  it('of other units is refused with a way out', async () => {
    const [cam, saliency] = fourTechniques;
    const panel = await showComparison(browser, byTechnique.slice(0, 2), [cam, { ...saliency, map: { ...cam.map, unit: 'score per unit of input' } }]);
    await panel.page.locator('#difference-toggle').click();
    await panel.page.getByText('They can be subtracted once').waitFor();
    await panel.screenshot('compare difference refused');
    await panel.page.getByRole('button', { name: 'Scale Each Map' }).click();
    await panel.page.locator('#difference[data-painted]').waitFor();
    await panel.page.getByText('share of the largest magnitude', { exact: true }).waitFor();
  });
});
