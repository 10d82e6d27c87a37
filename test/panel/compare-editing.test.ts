/** Cells of the compare panel are changed, moved, removed and added: by menus, by keyboard, by dragging. */
import assert from 'node:assert/strict';
import { subjectKey } from '../../src/protocol/comparison.ts';
import { byTechnique, comparison, fourTechniques } from './rig/canned-compare.ts';
import { around, labels, showComparison } from './rig/compare-cells.ts';
import { panelBrowser } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

describe('a comparison is edited', () => {
  const browser = panelBrowser('compare');
  let panel: PanelPage<'compare'>;

  beforeEach(async () => {
    panel = await showComparison(browser, byTechnique, fourTechniques);
  });

  const keys = byTechnique.map(subjectKey);
  const more = (cell: number) => around(panel, `#cell-${cell}`).getByRole('button', { name: 'Change, move or remove' });

  it('by the menu of a cell: changed in a part, moved, removed', async () => {
    await more(1).click();
    await panel.screenshot('compare cell menu');
    await panel.page.getByRole('menuitem', { name: 'Change class…' }).click();
    await more(0).click();
    assert.ok(await panel.page.getByRole('menuitem', { name: 'Move left' }).isDisabled());
    await panel.page.getByRole('menuitem', { name: 'Move right' }).click();
    await more(2).click();
    await panel.page.getByRole('menuitem', { name: 'Remove' }).click();
    assert.deepEqual(await panel.posted('change', 'move', 'remove'), [
      { type: 'change', cell: keys[1], part: 'class' }, { type: 'move', cell: keys[0], to: 1 }, { type: 'remove', cell: keys[2] },
    ]);
  });

  it('by keyboard, and the focus stays with what has it', async () => {
    const title = panel.page.getByRole('button', { name: 'Saliency' });
    await title.focus();
    await panel.page.keyboard.press('Alt+ArrowLeft');
    await panel.send(comparison([byTechnique[1], byTechnique[0], ...byTechnique.slice(2)], { canUndo: true, canRedo: false }));
    assert.deepEqual(await labels(panel), ['Saliency', 'Grad-CAM', 'Integrated Gradients', 'Occlusion']);
    assert.equal(await panel.page.locator('.map[data-painted]').count(), 4, 'nothing is painted anew');
    assert.ok(await title.evaluate((one) => one === document.activeElement));
    await panel.page.keyboard.press('Delete');
    await panel.send(comparison([byTechnique[0], ...byTechnique.slice(2)], { canUndo: true, canRedo: false }));
    assert.ok(await panel.page.getByRole('button', { name: 'Grad-CAM' }).evaluate((one) => one === document.activeElement), 'its neighbour has it');
    await panel.page.keyboard.press('Control+z');
    await panel.page.keyboard.press('Control+Shift+Z');
    assert.deepEqual(await panel.posted('move', 'remove', 'undo', 'redo'), [
      { type: 'move', cell: keys[1], to: 0 }, { type: 'remove', cell: keys[1] }, { type: 'undo' }, { type: 'redo' },
    ]);
  });

  it('by dragging a title onto another cell', async () => {
    await panel.page.getByRole('button', { name: 'Occlusion' }).dragTo(panel.page.locator('#cell-0'));
    assert.deepEqual(await panel.posted('move', 'open'), [{ type: 'move', cell: keys[3], to: 0 }]);
  });

  it('by adding to the cell that had the focus', async () => {
    assert.ok(await panel.page.locator('#undo').evaluate((one) => (one as HTMLButtonElement).disabled));
    await panel.page.getByRole('button', { name: 'Integrated Gradients' }).focus();
    await panel.page.getByRole('button', { name: 'Add cells' }).click();
    await panel.screenshot('compare add menu');
    await panel.page.getByRole('menuitem', { name: 'Another model…' }).click();
    assert.deepEqual(await panel.posted('add'), [{ type: 'add', cell: keys[2], part: 'model' }]);
  });
});
