/** The result panel for everyone: axe's rules in every theme and state, the way by keyboard, forced colours, less motion. */
import assert from 'node:assert/strict';
import type { HostMessage } from '../../src/protocol/result-panel.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser, themes } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const { subject } = canned;
const guessed = canned.result({ notes: ['Tokens are read as a map.'], model: { reference: '/m.onnx', title: 'm', preprocessingSource: 'guess' } });
const failure: HostMessage = {
  type: 'error', error: { reason: 'engine-crashed', message: 'The engine stopped.', help: 'It starts again.' },
  actions: [{ id: 'retry', title: 'Try Again' }, { id: 'show-log', title: 'Show Log' }],
};

describe('the result panel for everyone', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      panel = await browser.open({ theme });
      await panel.assertAccessible('empty');
      await panel.send(...canned.introduction(), { type: 'busy', message: 'Explaining…' });
      await panel.page.waitForTimeout(700); // until the words have appeared
      await panel.assertAccessible('busy');
      await panel.repaint(() => panel.send({ type: 'result', subject, result: guessed }));
      await panel.screenshot(`axe ${theme}`);
      await panel.assertAccessible('result');
      await panel.page.locator('#class').click();
      await panel.page.keyboard.type('cat');
      await panel.assertAccessible('class search');
      await panel.page.keyboard.press('Escape');
      await panel.page.locator('#strip-toggle').click();
      await panel.send({ type: 'strip', subject, entries: canned.strip });
      await panel.page.getByRole('button', { name: 'Export' }).click();
      await panel.assertAccessible('strip and menu');
      await panel.page.keyboard.press('Escape');
      await panel.page.locator('#correct-preprocessing').click();
      await panel.send({ type: 'preprocessing-trials', trials: canned.trials });
      await panel.assertAccessible('trials');
      await panel.page.keyboard.press('Escape');
      await panel.send(failure);
      await panel.assertAccessible('error');
    });
  }

  it('is walked through by Tab in the order of reading', async () => {
    panel = await browser.show({}, [{ type: 'result', subject, result: guessed }]);
    const stops: string[] = [];
    await panel.page.locator('body').focus();
    for (let presses = 0; presses < 60; presses++) {
      await panel.page.keyboard.press('Tab');
      const stop = await panel.page.evaluate(() => {
        const active = document.activeElement;
        return active && active !== document.body ? active.id || active.getAttribute('aria-label') || active.className : '';
      });
      if (!stop || stop === stops[0]) break;
      stops.push(stop);
    }
    const order = ['technique', 'class', 'layer', 'strip-toggle', 'copy', 'map', 'correct-preprocessing', 'prediction', 'opacity', 'threshold', 'color-map', 'score', 'select-model', 'zoom-out', 'zoom-fit'];
    const places = order.map((name) => stops.indexOf(name));
    assert.ok(places.every((place, index) => place >= 0 && (index === 0 || place > places[index - 1])), `${stops.join(', ')}`);
  });

  it('shows its parts in forced colours', async () => {
    panel = await browser.show({});
    await panel.page.emulateMedia({ forcedColors: 'active' });
    await panel.screenshot('forced-colours');
    const colours = await panel.page.evaluate(() => ({
      bar: getComputedStyle(document.querySelector('.bar-fill')!).backgroundColor,
      canvas: getComputedStyle(document.getElementById('map')!).forcedColorAdjust,
      body: getComputedStyle(document.body).backgroundColor,
    }));
    assert.notEqual(colours.bar, colours.body, 'bars are seen');
    assert.equal(colours.canvas, 'none', 'the colours of a map are its content');
  });

  it('stands still where less motion is wanted', async () => {
    panel = await browser.show({});
    await panel.page.emulateMedia({ reducedMotion: 'reduce' });
    await panel.send({ type: 'busy', message: 'Explaining…' });
    const repeats = await panel.page.evaluate(() => getComputedStyle(document.querySelector('.progress')!, '::before').animationIterationCount);
    assert.equal(repeats, '1');
  });

  for (const width of [300, 480, 720, 1400]) {
    it(`has room for everything at ${width} px`, async () => {
      panel = await browser.show({ width, height: 800 }, [{ type: 'result', subject, result: guessed }]);
      await panel.assertFits('.strip-row');
      const canvas = (await panel.page.locator('#map').boundingBox())!;
      assert.ok(canvas.width >= width * 0.6 && canvas.height >= 200, 'the picture has the most of it');
    });
  }
});
