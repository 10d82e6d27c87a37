/** The whole way without a mouse. */
import assert from 'node:assert/strict';
import { ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

describe('by keyboard alone', () => {
  const session = editorSession();

  it('a picture is explained, and another class of it', async () => {
    const { workbench } = session;
    const { keyboard } = workbench.page;
    await keyboard.press('ControlOrMeta+p');
    await keyboard.type('cat-and-espresso');
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await keyboard.press('Enter');
    await workbench.tab('cat-and-espresso.jpg').waitFor();
    await keyboard.press('F1');
    await keyboard.type('Explain with Grad-CAM');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Explain with Grad-CAM' }).first().waitFor();
    await keyboard.press('Enter');
    const panel = await ResultPanel.painted(workbench);
    const announced = panel.find('#announcement');
    assert.match(await announced.innerText(), /explained by Grad-CAM/);

    const first = await panel.explainedClass();
    await panel.find('body').focus();
    const focused = () => panel.frame.evaluate(() => document.activeElement?.closest('[data-class]')?.className ?? '');
    for (let presses = 0; presses < 40 && (await focused()) !== 'prediction'; presses++) await keyboard.press('Tab');
    assert.equal(await focused(), 'prediction', 'Tab reaches the predictions');
    await keyboard.press('Tab');
    await panel.repaint(() => keyboard.press('Enter'));
    assert.notEqual(await panel.explainedClass(), first);
    assert.ok((await announced.innerText()).includes(await panel.explainedClass()), 'the new result is said');
    await panel.screenshot('keyboard');
  });
});
