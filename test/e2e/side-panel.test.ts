/** The side panel in the real window: a control changes the picture, a run is opened again after a reload, a recipe opens as a result. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { difference, ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

const picture = 'cat-and-espresso.jpg';

describe('the side panel', () => {
  const session = editorSession();
  const { workbench } = session;

  const openContainer = (): Promise<void> => workbench.page.locator('.activitybar .action-label[aria-label="Fovea"]').click();
  const runs = () => workbench.page.locator('.pane').filter({ has: workbench.page.locator('.pane-header[aria-label^="Runs"]') }).locator('.monaco-list-row');

  it('says what to do while there is no result, and explains the sample', async () => {
    await openContainer();
    const tune = await workbench.webview('#explain-sample');
    await workbench.screenshot('side panel empty');
    await tune.locator('#explain-sample').click();
    await ResultPanel.painted(workbench);
  });

  it('changes the picture by a check box, and back by undo', async () => {
    const panel = await ResultPanel.painted(workbench);
    const tune = await workbench.webview('#parameter-relu');
    const before = await panel.pixels();
    await panel.repaint(() => tune.locator('#parameter-relu').click());
    const signed = await panel.pixels();
    assert.ok(difference(before, signed) > 2, 'evidence against the class is shown, too');
    await workbench.screenshot('side panel without relu');
    await panel.repaint(() => tune.locator('#undo').click());
    assert.deepEqual(await panel.pixels(), before);
  });

  it('changes the picture by a slider of a sampling technique', async () => {
    const panel = await ResultPanel.painted(workbench);
    await panel.find('#technique').click();
    await panel.repaint(() => panel.frame.getByRole('option', { name: 'SmoothGrad', exact: true }).click());
    const tune = await workbench.webview('#parameter-samples');
    await tune.locator('#parameter-samples').fill('3');
    await tune.waitForFunction(() => document.body.dataset.state === 'pending' || document.body.dataset.state === 'busy');
    if (await tune.locator('body').getAttribute('data-state') === 'pending') await panel.repaint(() => tune.locator('#run').click());
    await panel.frame.waitForFunction(() => document.querySelector('.status-line')?.textContent?.includes('3 of 3 samples'));
    await workbench.screenshot('side panel smooth-grad');
    const before = await panel.pixels();
    await panel.repaint(() => tune.locator('#seed-dice').click());
    assert.ok(difference(before, await panel.pixels()) > 0, 'another seed, another mean of three');
  });

  it('keeps runs over a reload, and opens one', async () => {
    await runs().filter({ hasText: 'SmoothGrad' }).first().waitFor();
    await runs().filter({ hasText: 'Grad-CAM' }).first().waitFor();
    await workbench.settleState();
    await workbench.reload();
    const restored = await ResultPanel.painted(workbench);
    assert.match(await restored.find('.status-line').innerText(), /3 of 3 samples/, 'with its parameters');
    await workbench.command('View: Close All Editors');
    await openContainerIfHidden();
    await runs().filter({ hasText: 'Grad-CAM' }).first().click();
    const panel = await ResultPanel.painted(workbench, picture);
    assert.equal(await panel.find('#technique').evaluate((list) => (list as HTMLSelectElement).value), 'grad-cam');
    await workbench.screenshot('run opened after a reload');
  });

  it('compares the runs that are selected', async () => {
    await openContainerIfHidden();
    await workbench.page.mouse.move(700, 500); // away from the tooltip
    const wanted = ['SmoothGrad', 'Grad-CAM'].map((name) => runs().filter({ hasText: name }).first());
    for (const run of wanted) {
      // The run that is open may be selected already, and would be no longer.
      if (await run.getAttribute('aria-selected') !== 'true') await run.click({ modifiers: ['ControlOrMeta'] });
    }
    await workbench.contextMenu(wanted[1], 'Compare Selected');
    const compared = await workbench.webview('body[data-state="result"] #compare .map[data-painted]', 60_000);
    assert.deepEqual((await compared.locator('.cell-label').allInnerTexts()).map((name) => name.split(' · ')[0]).sort(), ['Grad-CAM', 'SmoothGrad']);
    await workbench.screenshot('runs compared');
    await workbench.command('View: Close Editor');
  });

  it('saves a recipe that opens as the same result', async () => {
    const panel = await ResultPanel.painted(workbench);
    const explained = await panel.explainedClass();
    await workbench.command('Fovea: Save Recipe…');
    const file = path.join(session.folder, 'again.fovea-run.json');
    await workbench.saveAs(file);
    await workbench.command('View: Show Explorer');
    await workbench.file('again.fovea-run.json').waitFor();
    const saved = JSON.parse(await readFile(file, 'utf8')) as { recipe: { technique: string }; files: object };
    assert.equal(saved.recipe.technique, 'grad-cam');
    await workbench.command('View: Close All Editors');
    await workbench.openFile('again.fovea-run.json');
    const opened = await ResultPanel.painted(workbench, picture);
    await workbench.screenshot('recipe opened');
    assert.equal(await opened.explainedClass(), explained);
  });

  async function openContainerIfHidden(): Promise<void> {
    if (!(await runs().first().isVisible())) await openContainer();
    await runs().first().waitFor();
  }
});
