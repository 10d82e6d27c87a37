/** The notice above a result that was kept from an earlier run: its words, its two ways, and its looks. */
import assert from 'node:assert/strict';
import type { HostMessage, KeptState, PanelMessage, PanelState } from '../../src/protocol/result-panel.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser, themes, type PanelOptions } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const changed: KeptState = { time: Date.UTC(2026, 0, 5, 12), shown: 'kept', changes: ['The picture has changed since.', 'The model has changed since.'] };

describe('a result that was kept', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  const kept = (state: KeptState | null): HostMessage => ({ type: 'kept', kept: state });
  const words = () => panel.page.locator('#kept').innerText();
  const open = async (options: PanelOptions<PanelState> = {}): Promise<void> => {
    panel = await browser.open(options);
    await panel.send({ type: 'subject', subject: canned.subject, pictureName: 'shapes.png' }, { type: 'result', subject: canned.subject, result: canned.result() });
  };

  it('says what has changed since, runs again when asked to, and goes back to what was kept', async () => {
    await open();
    assert.ok(await panel.page.locator('#kept').isHidden());
    await panel.send(kept({ ...changed, changes: null }));
    assert.match(await words(), /^Kept from .*2026/);
    await panel.send(kept({ ...changed, changes: [] }));
    assert.match(await words(), /Nothing that it depends on has changed since/);
    await panel.send(kept(changed));
    assert.match(await words(), /picture has changed since\. The model has changed since/);
    await panel.page.locator('#run-again').click();
    await panel.send(kept({ ...changed, shown: 'again', difference: 0.25 }));
    assert.match(await words(), /Run again: values differ by up to 0\.25 from .* picture has changed/);
    await panel.page.locator('#show-kept').click();
    await panel.send(kept({ ...changed, shown: 'again', changes: [], difference: 0 }));
    assert.match(await words(), /the same values as/);
    const types: PanelMessage['type'][] = ['run-again', 'show-kept'];
    for (const type of types) assert.equal((await panel.posted(type)).length, 1);
    await panel.send(kept(null));
    assert.ok(await panel.page.locator('#kept').isHidden());
  });

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      await open({ theme, width: 560 });
      await panel.send(kept(changed));
      await panel.screenshot(`kept ${theme}`);
      await panel.assertAccessible(theme, '#kept');
    });
  }
});
