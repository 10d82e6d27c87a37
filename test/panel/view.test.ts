/** How a result is seen, in a real browser with a test in the place of the host: painting, colours, layouts, zoom, values. */
import assert from 'node:assert/strict';
import { displayRange, paint, reduceChannels, valueAt } from '../../src/protocol/display.ts';
import * as canned from './rig/canned.ts';
import { near } from './rig/near.ts';
import { panelBrowser } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const { subject } = canned;

describe('the result panel: the view', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  const state = (): Promise<string | null> => panel.page.locator('body').getAttribute('data-state');

  /** Where a point of the picture lies on the canvas, for the fitted picture in a single pane. */
  async function onCanvas(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = (await panel.page.locator('#map').boundingBox())!;
    const { width, height } = canned.size;
    const scale = Math.min((box.width - 24) / width, (box.height - 24) / height); // 12 px of room on each side
    return { x: box.width / 2 + (x - width / 2) * scale, y: box.height / 2 + (y - height / 2) * scale };
  }

  it('hears what it was sent before its script was there', async () => {
    panel = await browser.open({ early: [{ type: 'subject', subject: canned.subject, pictureName: 'early.png' }, { type: 'busy', message: 'Reading…' }] });
    assert.equal(await panel.page.locator('h1').textContent(), 'Explanation of early.png');
    assert.equal(await panel.page.locator('body').getAttribute('data-state'), 'busy');
    await panel.send({ type: 'subject', subject: canned.subject, pictureName: 'late.png' });
    assert.equal(await panel.page.locator('h1').textContent(), 'Explanation of late.png');
  });

  describe('painting', () => {
    it('puts the map over the picture, where the model saw it, in the colours of its values', async () => {
      panel = await browser.show();
      const map = canned.result().map;
      const plane = reduceChannels(map);
      const range = displayRange(plane.values, plane.signed);
      const { width, height } = canned.size;
      const over = paint(plane, range, { opacity: 1, threshold: 0 }, { width, height, placement: canned.result().placement });
      const picture = canned.pixels().data;
      for (const [x, y] of [[60, 40], [100, 110], [160, 200], [250, 60]]) {
        const at = (y * width + x) * 4;
        const spot = await onCanvas(x + 0.5, y + 0.5);
        const seen = await panel.pixel(spot.x, spot.y);
        // Scaling blends neighbouring pixels and colours; a wrong place, colour map or opacity differs by far more.
        for (let c = 0; c < 3; c++) near(seen[c], (over[at + c] + picture[at + c]) / 2, 6, `channel ${c} at ${x}, ${y}`);
      }
      const outside = await onCanvas(15, 30);
      const bare = await panel.pixel(outside.x, outside.y);
      for (let c = 0; c < 3; c++) near(bare[c], picture[(30 * width + 15) * 4 + c], 3, 'beside the crop the picture is bare');
    });

    it('says of itself what it shows', async () => {
      panel = await browser.show();
      assert.equal(await state(), 'result');
      const canvas = panel.page.locator('#map');
      assert.equal(await canvas.getAttribute('data-class'), '281');
      assert.equal(await canvas.getAttribute('data-layer'), canned.lastLayer.name);
      assert.equal(await canvas.getAttribute('data-technique'), 'grad-cam');
      assert.match(await panel.page.locator('#announcement').innerText(), /shapes\.png: tabby, tabby cat, 61\.2 %, explained by Grad-CAM.*strongest at the left/);
    });

    it('keeps the picture for results that come without pixels', async () => {
      panel = await browser.show();
      const spot = await onCanvas(15, 30);
      const before = await panel.pixel(spot.x, spot.y);
      await panel.repaint(() => panel.send(canned.shown({ pixels: undefined, class: canned.predictions[1] })));
      assert.deepEqual(await panel.pixel(spot.x, spot.y), before);
    });

    it('says of a map without any evidence that it is zero, and of NaN that it is no number', async () => {
      const values = new Float32Array(49);
      values[0] = NaN;
      panel = await browser.show({}, [canned.shown({ map: { ...canned.bump(3, 3), values } })]);
      assert.match(await panel.page.locator('#announcement').innerText(), /zero everywhere/);
      const box = (await panel.page.locator('#map').boundingBox())!;
      const spot = await onCanvas(45, 5);
      await panel.page.mouse.move(box.x + spot.x, box.y + spot.y);
      assert.equal(await panel.page.locator('.probe-value').innerText(), 'not a number');
    });
  });

  describe('the view', () => {
    it('recolours in the page, without a word to the host', async () => {
      panel = await browser.show();
      const spot = await onCanvas(100, 110);
      const said = await panel.postedCount();
      const before = await panel.pixel(spot.x, spot.y);
      await panel.repaint(() => panel.page.locator('#opacity').fill('100'));
      const opaque = await panel.pixel(spot.x, spot.y);
      assert.notDeepEqual(opaque, before);
      await panel.repaint(async () => {
        await panel.page.locator('#color-map').click();
        await panel.page.getByRole('option', { name: 'Grey' }).click();
      });
      const [r, g, b] = await panel.pixel(spot.x, spot.y);
      assert.ok(Math.max(r, g, b) - Math.min(r, g, b) <= 1, 'grey');
      await panel.repaint(() => panel.page.locator('#threshold').fill('100'));
      const [pr, , pb] = await panel.pixel(spot.x, spot.y);
      assert.ok(pr > pb + 80, 'above the threshold nothing is left but the picture');
      assert.equal(await panel.postedCount(), said);
    });

    it('has four layouts, taken by arrow keys', async () => {
      panel = await browser.show();
      await panel.page.getByRole('radio', { name: 'Overlay' }).focus();
      await panel.repaint(() => panel.page.keyboard.press('ArrowRight'));
      assert.equal((await panel.kept()).view.layout, 'side-by-side');
      await panel.repaint(() => panel.page.keyboard.press('ArrowRight'));
      assert.equal((await panel.kept()).view.layout, 'swipe');
      await panel.repaint(() => panel.page.keyboard.press('ArrowRight'));
      assert.equal((await panel.kept()).view.layout, 'map');
      const outside = await onCanvas(15, 30);
      assert.equal((await panel.pixel(outside.x, outside.y))[3], 0, 'the map alone, and nothing where the model did not see');
    });

    it('swipes by keyboard and by pointer', async () => {
      const view = { layout: 'swipe' as const, display: { opacity: 1, threshold: 0 }, zoom: null, swipe: 0.5, stripOpen: false, standardError: false };
      panel = await browser.show({ state: { subject, view } });
      const handle = panel.page.getByRole('slider', { name: /Divider/ });
      const spot = await onCanvas(60, 110);
      const bare = await panel.pixel(spot.x, spot.y);
      await handle.focus();
      await panel.repaint(() => panel.page.keyboard.press('Home'));
      assert.equal(await handle.getAttribute('aria-valuenow'), '0');
      assert.notDeepEqual(await panel.pixel(spot.x, spot.y), bare, 'the map covers all');
      const box = (await handle.boundingBox())!;
      const stage = (await panel.page.locator('#map').boundingBox())!;
      await panel.page.mouse.move(box.x + box.width / 2, box.y + 40);
      await panel.page.mouse.down();
      await panel.repaint(() => panel.page.mouse.move(stage.x + stage.width * 0.75, box.y + 40, { steps: 4 }));
      await panel.page.mouse.up();
      near((await panel.kept()).view.swipe, 0.75, 0.01, 'the divider follows the pointer');
      assert.deepEqual(await panel.pixel(spot.x, spot.y), bare);
    });

    it('shows the colours with their values in the unit of the map', async () => {
      panel = await browser.show();
      assert.equal(await panel.page.locator('#unit').innerText(), 'logit');
      const labels = await panel.page.locator('.colour-bar-tick').allInnerTexts();
      assert.equal(labels[0], '0');
      const largest = Math.max(...canned.result().map.values);
      near(Number(labels[labels.length - 1]), largest, largest * 0.005, 'the end of the bar is the largest value, of which three digits are shown');
    });

    it('keeps its state and takes it up again', async () => {
      panel = await browser.show();
      await panel.repaint(() => panel.page.locator('#opacity').fill('80'));
      await panel.page.locator('#map').focus();
      await panel.repaint(() => panel.page.keyboard.press('+'));
      const kept = await panel.kept();
      assert.deepEqual(kept.subject, subject);
      await panel.page.close();

      panel = await browser.open({ state: kept });
      assert.deepEqual((await panel.posted('ready'))[0].state, kept);
      await panel.repaint(() => panel.send(...canned.introduction(), canned.shown()));
      assert.equal(await panel.page.locator('#opacity').inputValue(), '80');
      assert.deepEqual((await panel.kept()).view, kept.view);
    });

    it('keeps its state while a slider is still being drawn, for the panel may be hidden in the midst of it', async () => {
      panel = await browser.show();
      const kept = await panel.page.locator('#opacity').evaluate(async (slider: HTMLInputElement) => {
        const opacities = new Set<number>();
        for (let value = 60; value < 100; value++) {
          slider.value = String(value);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          await new Promise((resolve) => setTimeout(resolve, 10));
          const { view } = (window as unknown as { kept?: { view: { display: { opacity: number } } } }).kept ?? {};
          if (view) opacities.add(view.display.opacity);
        }
        return [...opacities];
      });
      assert.ok(kept.some((opacity) => opacity > 0.6 && opacity < 0.99), `kept in the midst: ${kept.join(', ')}`);
    });

    it('starts afresh where what was kept is not understood', async () => {
      panel = await browser.show({ state: { subject: 'nonsense' } as never });
      assert.equal(await state(), 'result');
      assert.equal((await panel.posted('ready'))[0].state, undefined);
    });
  });

  describe('zoom and pan', () => {
    const scale = async (): Promise<number> => parseInt(await panel.page.locator('#scale').innerText(), 10);

    it('climbs the ladder of the image preview by click, and down with alt', async () => {
      panel = await browser.show();
      const box = (await panel.page.locator('#map').boundingBox())!;
      const fitted = await scale();
      await panel.repaint(() => panel.page.mouse.click(box.x + 300, box.y + 300));
      const next = await scale();
      assert.ok(next > fitted && [300, 500].includes(next), `${next} % is on the ladder`);
      await panel.repaint(() => panel.page.locator('#map').click({ modifiers: ['Alt'] }));
      await panel.repaint(() => panel.page.locator('#map').click({ modifiers: ['Alt'] }));
      assert.equal(await scale(), 150);
    });

    it('keeps the point under the pointer where it is', async () => {
      panel = await browser.show();
      const box = (await panel.page.locator('#map').boundingBox())!;
      const place = () => panel.page.locator('.probe-place').innerText();
      await panel.page.locator('#map').focus();
      for (let step = 0; step < 2; step++) await panel.repaint(() => panel.page.keyboard.press('+')); // larger than the pane both ways
      await panel.page.mouse.move(box.x + 300, box.y + 250);
      const before = await place();
      await panel.page.keyboard.down('Control');
      for (let notch = 0; notch < 12; notch++) await panel.repaint(() => panel.page.mouse.wheel(0, -100));
      await panel.page.keyboard.up('Control');
      assert.equal(await place(), before);
      assert.ok((await scale()) > 400);
    });

    it('pans by dragging, which is no click, and by the plain wheel once it is zoomed', async () => {
      panel = await browser.show();
      const fitted = await scale();
      await panel.page.mouse.move(500, 400);
      await panel.page.mouse.wheel(0, 100);
      assert.equal(await scale(), fitted);
      await panel.page.locator('#map').focus();
      for (let step = 0; step < 4; step++) await panel.repaint(() => panel.page.keyboard.press('+'));
      const zoomed = await scale();
      const before = (await panel.kept()).view.zoom!;
      await panel.page.mouse.move(400, 400);
      await panel.page.mouse.down();
      await panel.repaint(() => panel.page.mouse.move(300, 350, { steps: 5 }));
      await panel.page.mouse.up();
      const after = (await panel.kept()).view.zoom!;
      assert.equal(await scale(), zoomed);
      near(after.offsetX - before.offsetX, 100 / before.scale, 0.5, 'as far as the pointer went');
      near(after.offsetY - before.offsetY, 50 / before.scale, 0.5, 'as far as the pointer went');
      await panel.repaint(() => panel.page.mouse.wheel(0, -200));
      assert.ok((await panel.kept()).view.zoom!.offsetY < after.offsetY);
      await panel.repaint(() => panel.page.locator('#zoom-fit').click());
      assert.equal((await panel.kept()).view.zoom, null);
    });

    it('shows pixels as squares from 3× on, and never beyond 20×', async () => {
      panel = await browser.show();
      await panel.repaint(() => panel.page.locator('#opacity').fill('0'));
      await panel.page.locator('#map').focus();
      for (let step = 0; step < 10; step++) await panel.page.keyboard.press('+');
      await panel.page.waitForFunction(() => document.getElementById('scale')?.textContent === '2000 %');
      const box = (await panel.page.locator('#map').boundingBox())!;
      const middle = { x: box.width / 2 + 10, y: box.height / 2 + 10 }; // inside of one pixel of 20 × 20
      assert.deepEqual(await panel.pixel(middle.x - 8, middle.y), await panel.pixel(middle.x + 8, middle.y));
    });
  });

  describe('the value pointed at', () => {
    it('is the raw value, in its unit', async () => {
      panel = await browser.show();
      const { map, placement } = canned.result();
      const box = (await panel.page.locator('#map').boundingBox())!;
      for (const [x, y] of [[100, 110], [200, 50], [57, 137]]) {
        const spot = await onCanvas(x + 0.5, y + 0.5);
        await panel.page.mouse.move(box.x + spot.x, box.y + spot.y);
        assert.equal(await panel.page.locator('.probe-place').innerText(), `x ${x}, y ${y}`);
        const [number, unit] = (await panel.page.locator('.probe-value').innerText()).split(' ');
        const wanted = valueAt(reduceChannels(map), placement, x + 0.5, y + 0.5)!;
        near(Number(number), wanted, wanted * 0.005, 'three digits are shown');
        assert.equal(unit, 'logit');
      }
      const beside = await onCanvas(10, 100);
      await panel.page.mouse.move(box.x + beside.x, box.y + beside.y);
      assert.equal(await panel.page.locator('.probe-value').innerText(), 'not seen by the model');
    });

    it('is found by arrow keys too, and said', async () => {
      panel = await browser.show();
      await panel.page.locator('#map').focus();
      await panel.repaint(() => panel.page.keyboard.press('ArrowRight'));
      assert.equal(await panel.page.locator('.probe-place').innerText(), 'x 160, y 120');
      await panel.repaint(() => panel.page.keyboard.press('Shift+ArrowLeft'));
      assert.match(await panel.page.locator('#announcement').innerText(), /^x 159, y 120: [\d.e-]+ logit$/);
      await panel.repaint(() => panel.page.keyboard.press('Escape'));
      assert.equal(await panel.page.locator('#probe').innerText(), '');
    });
  });
});
