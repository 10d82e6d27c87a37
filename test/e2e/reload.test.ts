/** What a window reload must not lose. */
import assert from 'node:assert/strict';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

describe('after a reload of the window', () => {
  const session = editorSession();
  const measured = '[data-measure="sparseness"][data-state="taken"]';

  it('the panel is back with its class, its view and what was measured', async () => {
    const { workbench } = session;
    await workbench.explorerMenu('cat-and-espresso.jpg', 'Explain with Grad-CAM');
    const panel = await ResultPanel.painted(workbench);
    await panel.repaint(() => panel.predictions().nth(1).click());
    await panel.repaint(() => panel.find('.segmented input[aria-label="Side by side"]').check({ force: true }));
    await panel.find('#evaluation').click();
    await panel.find('[data-measure="sparseness"] summary').click();
    await panel.find('[data-measure="sparseness"]').getByRole('button', { name: 'Measure Only This' }).click();
    await panel.find(measured).waitFor();
    const [name, before] = [await panel.explainedClass(), await panel.pixels()];
    await workbench.settleState();
    await workbench.reload();
    const restored = await ResultPanel.painted(workbench);
    assert.equal(await restored.explainedClass(), name);
    assert.ok(await restored.find('.segmented input[aria-label="Side by side"]').isChecked());
    assert.deepEqual(await restored.pixels(), before, 'the same pixels');
    await restored.find('#evaluation').click();
    await restored.find(measured).waitFor(); // nothing is measured anew: nobody asked
    await restored.screenshot('after a reload');
  });

  it('a panel that was hidden comes back too', async () => {
    const { workbench } = session;
    await workbench.openFile('README.md');
    await workbench.command('View: Move Editor into Previous Group');
    await workbench.tab('cat-and-espresso.jpg – Grad-CAM').click();
    const panel = await ResultPanel.painted(workbench);
    assert.ok(await panel.find('.segmented input[aria-label="Side by side"]').isChecked());
  });

  it('its run opens with what was kept, and says that nothing has changed', async () => {
    const { workbench } = session;
    await workbench.command('View: Close All Editors');
    await workbench.page.locator('.activitybar .action-label[aria-label="Fovea"]').click();
    const runs = workbench.page.locator('.pane').filter({ has: workbench.page.locator('.pane-header[aria-label^="Runs"]') }).locator('.monaco-list-row');
    await runs.first().click();
    const panel = await ResultPanel.painted(workbench);
    await panel.frame.getByText('Nothing that it depends on has changed since').waitFor();
    await workbench.screenshot('run opened as it was kept');
  });
});
