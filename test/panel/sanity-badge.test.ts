/** The badge beside the map, in a real browser: its words, its details, what it asks for. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { BadgeState, HostMessage } from '../../src/protocol/result-panel.ts';
import type { CheckResult, VerdictLevel } from '../../src/protocol/trust.ts';
import * as canned from './rig/canned.ts';
import { PanelBrowser, themes, type PanelPage } from './rig/panel-page.ts';

const similarity = { spearman: -0.1, absoluteSpearman: 0.21, ssim: 0.32, hog: 0.43 };

function checked(level: VerdictLevel, steps = 3): CheckResult {
  return {
    mode: 'cascading', technique: 'grad-cam', picture: 'shapes.png', class: { index: 281, name: 'tabby' }, layer: undefined, layers: 50,
    map: canned.bump(2, 3), edges: { map: canned.bump(4, 4), similarity }, caveats: ['A caveat.'], notes: [], runtime: 'ONNX Runtime', milliseconds: 1,
    steps: Array.from({ length: steps }, (_, i) => ({ title: `/blocks.${i}/conv`, layers: i + 1, map: canned.bump(i % 7, 3), similarity })),
    verdict: { level, label: `Sanity check ${level}`, sentence: 'What was found.', rule: 'How it was decided.' },
    recipe: { ...canned.result().recipe, mode: 'cascading' },
  };
}

const done = (level: VerdictLevel, steps?: number): BadgeState => ({ state: 'done', result: checked(level, steps) });

describe('the badge of the sanity check', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;

  before(async function () {
    browser = await PanelBrowser.start(this);
  });
  after(() => browser?.stop());
  afterEach(() => panel?.close());

  const show = (badge: BadgeState | null): Promise<unknown> => panel.send({ type: 'badge', badge } satisfies HostMessage);
  const badge = () => panel.page.locator('#sanity-badge');

  it('is not there before it is known, nor when it is taken back', async () => {
    panel = await browser.show();
    assert.equal(await badge().isVisible(), false);
    await show({ state: 'running' });
    assert.match(await badge().innerText(), /Checking/);
    await show(null);
    assert.equal(await badge().isVisible(), false);
  });

  it('says the verdict in words, with a sign for each that is not its colour alone', async () => {
    panel = await browser.show();
    const signs: (string | null)[] = [];
    for (const level of ['passed', 'mixed', 'failed'] as const) {
      await show(done(level));
      assert.equal((await badge().innerText()).trim(), `Sanity check ${level}`);
      assert.equal(await badge().getAttribute('title'), 'What was found.');
      signs.push(await badge().locator('.codicon').getAttribute('class'));
    }
    assert.equal(new Set(signs).size, 3);
  });

  it('opens by keyboard onto the film strip, the numbers and the caveats, and stays open', async () => {
    panel = await browser.show();
    await show(done('passed'));
    const frames = panel.page.locator('.film-frame');
    assert.equal(await frames.first().isVisible(), false);
    await badge().focus();
    await panel.page.keyboard.press('Enter');
    assert.equal(await frames.count(), 5, 'the map, three steps, the edges');
    assert.ok(await frames.first().isVisible());
    assert.match(await frames.nth(1).innerText(), /0\.21 · 0\.32 · 0\.43/);
    const body = await panel.page.locator('.badge-body').innerText();
    for (const words of ['What was found.', 'How it was decided.', 'A caveat.', 'Checked on shapes.png, tabby.']) assert.ok(body.includes(words), words);
    await show({ state: 'running', fraction: 0.5 });
    assert.match(await badge().innerText(), /50 %/);
    await show(done('failed', 16));
    assert.ok(await frames.first().isVisible());
    assert.equal(await panel.page.locator('.curve polyline').count(), 4);
  });

  it('asks for a check that was only offered, and for more layers', async () => {
    panel = await browser.show();
    await show({ state: 'offered' });
    await badge().click();
    await panel.page.getByRole('button', { name: 'Check Now' }).click();
    await show(done('passed'));
    await panel.page.getByRole('button', { name: 'Check More Layers' }).click();
    assert.deepEqual(await panel.posted('request-check'), [{ type: 'request-check', quick: true }, { type: 'request-check', quick: false }]);
  });

  it('says why a check was not possible', async () => {
    panel = await browser.show();
    await show({ state: 'failed', message: 'It broke.' });
    await badge().click();
    assert.match(await panel.page.locator('.badge-body').innerText(), /It broke\./);
  });

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      panel = await browser.show({ theme });
      await show(done('failed', 16));
      await badge().click();
      await panel.screenshot(`sanity badge ${theme}`);
      const { violations } = await new AxeBuilder({ page: panel.page }).include('.sidebar').analyze();
      assert.deepEqual(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)), []);
    });
  }
});
