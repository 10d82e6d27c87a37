/** The badge beside the map, in a real browser: its words, its details, what it asks for. */
import assert from 'node:assert/strict';
import type { CheckMode } from '../../src/protocol/checks.ts';
import type { BadgeState, CheckState, HostMessage } from '../../src/protocol/result-panel.ts';
import type { CheckResult, VerdictLevel } from '../../src/protocol/trust.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser, themes } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const similarity = { spearman: -0.1, absoluteSpearman: 0.21, ssim: 0.32, hog: 0.43 };

function checked(level: VerdictLevel, steps = 3, mode: CheckMode = 'cascading'): CheckResult {
  return {
    mode, technique: 'grad-cam', picture: 'shapes.png', class: { index: 281, name: 'tabby' }, layer: undefined, layers: 50,
    map: canned.bump(2, 3), edges: { map: canned.bump(4, 4), similarity }, caveats: ['A caveat.'], notes: [], runtime: 'ONNX Runtime', milliseconds: 1,
    steps: Array.from({ length: steps }, (_, i) => ({
      title: mode === 'random-logit' ? `class ${i}` : `/blocks.${i}/conv`, layers: 3 * i + 1, map: canned.bump(i % 7, 3),
      similarity: { ...similarity, absoluteSpearman: 0.21 + 0.5 * Math.exp(-i / 2), ssim: 0.3 + 0.6 * Math.exp(-i / 3) },
    })),
    verdict: { level, label: `Sanity check ${level}`, sentence: 'What was found.', rule: 'How it was decided.' },
    recipe: { ...canned.result().recipe, mode },
  };
}

const done = (level: VerdictLevel, steps?: number, mode?: CheckMode): CheckState => ({ state: 'done', result: checked(level, steps, mode) });

describe('the badge of the sanity check', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

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
      signs.push(await badge().locator('.badge-sign').getAttribute('class'));
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
    assert.match(await frames.nth(1).innerText(), /conv\s+0\.71$/, 'the median of 0.71, 0.90 and 0.43');
    const body = await panel.page.locator('#sanity-badge + .badge-body').innerText();
    for (const words of ['What was found.', 'How it was decided.', 'Checked on shapes.png, tabby.']) assert.ok(body.includes(words), words);
    await show({ state: 'running', fraction: 0.5 });
    assert.match(await badge().innerText(), /50 %/);
    await show(done('failed'));
    assert.ok(await frames.first().isVisible());
  });

  it('asks for a check that was only offered', async () => {
    panel = await browser.show();
    await show({ state: 'offered' });
    await badge().click();
    await panel.page.getByRole('button', { name: 'Check Now' }).click();
    assert.deepEqual(await panel.posted('request-badge'), [{ type: 'request-badge' }]);
  });

  it('says why a check was not possible', async () => {
    panel = await browser.show();
    await show({ state: 'failed', message: 'It broke.' });
    await badge().click();
    assert.match(await panel.page.locator('#sanity-badge + .badge-body').innerText(), /It broke\./);
  });

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      panel = await browser.show({ theme });
      await show(done('failed'));
      await badge().click();
      await panel.screenshot(`sanity badge ${theme}`);
      await panel.assertAccessible(theme, '.sidebar');
    });
  }
});

describe('all sanity checks', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  const send = (checks: Partial<Record<CheckMode, CheckState>>): Promise<unknown> => panel.send({ type: 'checks', checks } satisfies HostMessage);
  const dialog = () => panel.page.getByRole('dialog');
  const tab = (name: RegExp) => panel.page.getByRole('tab', { name });

  async function open(theme: (typeof themes)[number] = 'dark'): Promise<void> {
    panel = await browser.show({ theme, height: 1000 });
    await panel.send({ type: 'badge', badge: done('passed') } satisfies HostMessage);
    await panel.page.locator('#sanity-badge').click();
    await panel.page.locator('#open-checks').click();
  }

  it('open from the badge, say what each asks, and check the mode that is chosen by keyboard', async () => {
    await open();
    assert.equal(await tab(/From the top down/).getAttribute('aria-selected'), 'true');
    await panel.page.locator('#check-run').click();
    await tab(/From the top down/).focus();
    await panel.page.keyboard.press('ArrowLeft');
    assert.match(await dialog().innerText(), /when another class, drawn at random, is explained/);
    await panel.page.locator('#check-run').click();
    assert.deepEqual(await panel.posted('request-check'), [{ type: 'request-check', mode: 'cascading' }, { type: 'request-check', mode: 'random-logit' }]);
    await panel.page.keyboard.press('Escape');
    assert.equal(await dialog().count(), 0);
  });

  it('show how far one is, cancel it, and say why one failed', async () => {
    await open();
    await send({ cascading: { state: 'running', fraction: 0.4 } });
    assert.match(await dialog().innerText(), /40 %/);
    await panel.page.locator('#check-cancel').click();
    assert.equal((await panel.posted('cancel-check')).length, 1);
    await send({ cascading: { state: 'failed', message: 'The model has no weights.' } });
    assert.equal(await dialog().getByRole('alert').innerText(), 'The model has no weights.');
    await panel.page.getByRole('button', { name: 'Try Again' }).click();
    assert.equal((await panel.posted('request-check')).length, 1);
  });

  it('are shown by a command', async () => {
    panel = await browser.show();
    await panel.send({ type: 'reveal', part: 'checks' }, { type: 'checks', checks: { cascading: { state: 'running' } } });
    assert.match(await dialog().innerText(), /Checking… 0 %/);
  });

  it('have the verdict, curves, the maps with their likeness and the caveats; plot and strip point at each other', async () => {
    await open();
    await send({ cascading: done('failed', 16), 'random-logit': done('passed', 5, 'random-logit') });
    const words = await dialog().innerText();
    for (const part of ['What was found.', 'How it was decided.', 'A caveat.', '50 layers with weights', 'Layers shuffled']) assert.ok(words.includes(part), part);
    const plot = panel.page.locator('#checks .plot');
    await plot.locator('path.look-2').waitFor({ state: 'attached' });
    assert.match((await plot.getAttribute('aria-label'))!, /^Rank correlation of magnitudes from 0\.71 to 0\.21\d* at layers shuffled: 46; SSIM from/, 'of a map without a sign the other rank correlation is the same');
    const frames = panel.page.locator('#checks .film-frame');
    assert.equal(await frames.count(), 18, 'the map, sixteen steps, the edges');
    assert.match(await frames.nth(1).innerText(), /0\.71$/);
    assert.match((await frames.nth(1).getAttribute('title'))!, /Rank correlation of magnitudes 0\.71, Rank correlation -0\.10, SSIM 0\.90, HOG correlation 0\.43/);
    assert.match(await panel.page.locator('#checks .legend').innerText(), /SSIM\s*0\.9\s/, 'the first step is marked');
    const box = (await plot.boundingBox())!;
    await panel.page.mouse.move(box.x + box.width - 18, box.y + 40);
    assert.match((await frames.nth(16).getAttribute('class'))!, /current/);
    await frames.nth(3).hover();
    assert.match((await frames.nth(3).getAttribute('class'))!, /current/);
    assert.match(await panel.page.locator('#checks .legend').innerText(), /SSIM\s*0\.608\s/, '0.3 + 0.6 · exp(−2 / 3)');
    await tab(/Another class passed/).click();
    assert.equal(await frames.count(), 7);
    assert.equal(await plot.count(), 0, 'classes have no order');
    assert.match(await frames.nth(1).innerText(), /\|ρ\|\s*0\.71\s*ρ\s*-0\.10\s*SSIM\s*0\.90\s*HOG\s*0\.43/);
  });

  for (const theme of themes) {
    it(`keep axe's rules in the theme ${theme}`, async () => {
      await open(theme);
      await panel.screenshot(`checks asked ${theme}`);
      await send({ cascading: { ...done('mixed', 16) }, 'random-logit': done('passed', 5, 'random-logit') });
      await panel.page.locator('#checks .plot path.look-2').waitFor({ state: 'attached' });
      await panel.page.locator('#checks .film-frame').nth(4).hover();
      await panel.screenshot(`checks ${theme}`);
      await panel.assertAccessible(theme, '#checks');
    });
  }
});
