/** The result panel by itself, in a real browser, with a test in the place of the extension host. */
import assert from 'node:assert/strict';
import { colorTable, paint, reduceChannels, displayRange, valueAt } from '../../src/protocol/display.ts';
import type { HostMessage } from '../../src/protocol/result-panel.ts';
import * as canned from './rig/canned.ts';
import { PanelBrowser, type PanelOptions, type PanelPage } from './rig/panel-page.ts';

const { subject } = canned;
const start: HostMessage[] = [
  { type: 'techniques', techniques: canned.techniques }, { type: 'subject', subject, pictureName: 'shapes.png' }, { type: 'model', model: canned.model },
];
const shown: HostMessage = { type: 'result', subject, result: canned.result() };

describe('the result panel in a page of its own', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;

  before(async function () {
    browser = await PanelBrowser.start(this);
  });
  after(() => browser?.stop());
  const reported: string[] = [];
  afterEach(async function () {
    reported.push(...(panel?.problems ?? []).map((problem) => `${this.currentTest?.title}: ${problem}`));
    await panel?.close();
  });

  async function open(options?: PanelOptions, ...messages: HostMessage[]): Promise<PanelPage> {
    panel = await browser.open(options);
    await panel.send(...start);
    await panel.repaint(() => panel.send(...(messages.length > 0 ? messages : [shown])));
    return panel;
  }

  const state = (): Promise<string | null> => panel.page.locator('body').getAttribute('data-state');

  /** Where a point of the picture lies on the canvas, for the fitted picture in a single pane. */
  async function onCanvas(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = (await panel.page.locator('#map').boundingBox())!;
    const { width, height } = canned.size;
    const scale = Math.min((box.width - 24) / width, (box.height - 24) / height); // 12 px of room on each side
    return { x: box.width / 2 + (x - width / 2) * scale, y: box.height / 2 + (y - height / 2) * scale };
  }

  describe('painting', () => {
    it('puts the map over the picture, where the model saw it, in the colours of its values', async () => {
      await open();
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
      await open();
      assert.equal(await state(), 'result');
      const canvas = panel.page.locator('#map');
      assert.equal(await canvas.getAttribute('data-class'), '281');
      assert.equal(await canvas.getAttribute('data-layer'), canned.lastLayer.name);
      assert.equal(await canvas.getAttribute('data-technique'), 'grad-cam');
      assert.match(await panel.page.locator('#announcement').innerText(), /shapes\.png: tabby, tabby cat, 61\.2 %, explained by Grad-CAM.*strongest at the left/);
    });

    it('keeps the picture for results that come without pixels', async () => {
      await open();
      const spot = await onCanvas(15, 30);
      const before = await panel.pixel(spot.x, spot.y);
      await panel.repaint(() => panel.send({ type: 'result', subject, result: canned.result({ pixels: undefined, class: canned.predictions[1] }) }));
      assert.deepEqual(await panel.pixel(spot.x, spot.y), before);
    });

    it('sees a map without any evidence through, and names NaN for what it is', async () => {
      const values = new Float32Array(49);
      values[0] = NaN;
      await open({}, { type: 'result', subject, result: canned.result({ map: { ...canned.bump(3, 3), values } }) });
      assert.match(await panel.page.locator('#announcement').innerText(), /zero everywhere/);
    });
  });

  describe('the view', () => {
    it('recolours in the page, without a word to the host', async () => {
      await open();
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
      await open();
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
      await open({ state: { subject, view: { layout: 'swipe', display: { opacity: 1, threshold: 0 }, zoom: null, swipe: 0.5, stripOpen: false } } });
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
      await open();
      assert.equal(await panel.page.locator('#unit').innerText(), 'logit');
      const labels = await panel.page.locator('.colour-bar-tick').allInnerTexts();
      assert.equal(labels[0], '0');
      near(Number(labels[labels.length - 1]), Math.max(...canned.result().map.values), 1e-4, 'the end of the bar is the largest value, to its three digits');
    });

    it('keeps its state and takes it up again', async () => {
      await open();
      await panel.repaint(() => panel.page.locator('#opacity').fill('80'));
      await panel.page.locator('#map').focus();
      await panel.repaint(() => panel.page.keyboard.press('+'));
      const kept = await panel.kept();
      assert.deepEqual(kept.subject, subject);
      await panel.close();

      panel = await browser.open({ state: kept });
      assert.deepEqual((await panel.posted('ready'))[0].state, kept);
      await panel.repaint(() => panel.send(...start, shown));
      assert.equal(await panel.page.locator('#opacity').inputValue(), '80');
      assert.deepEqual((await panel.kept()).view, kept.view);
    });

    it('starts afresh where what was kept is not understood', async () => {
      await open({ state: { subject: 'nonsense' } as never });
      assert.equal(await state(), 'result');
      assert.equal((await panel.posted('ready'))[0].state, undefined);
    });
  });

  describe('zoom and pan', () => {
    const scale = async (): Promise<number> => parseInt(await panel.page.locator('#scale').innerText(), 10);

    it('climbs the ladder of the image preview by click, and down with alt', async () => {
      await open();
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
      await open();
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
      await open();
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
      await open();
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
      await open();
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
      await open();
      await panel.page.locator('#map').focus();
      await panel.repaint(() => panel.page.keyboard.press('ArrowRight'));
      assert.equal(await panel.page.locator('.probe-place').innerText(), 'x 160, y 120');
      await panel.repaint(() => panel.page.keyboard.press('Shift+ArrowLeft'));
      assert.match(await panel.page.locator('#announcement').innerText(), /^x 159, y 120: [\d.e-]+ logit$/);
      await panel.repaint(() => panel.page.keyboard.press('Escape'));
      assert.equal(await panel.page.locator('#probe').innerText(), '');
    });
  });

  describe('what is explained', () => {
    it('another prediction, by Enter; it is marked at once and the result is said', async () => {
      await open();
      const second = panel.page.locator('.prediction').nth(1);
      await second.focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual((await panel.posted('explain')).map((message) => message.subject), [{ ...subject, class: 967 }]);
      assert.equal(await panel.page.locator('.prediction[aria-current="true"]').getAttribute('data-class'), '967');
      assert.equal(await panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.class), '967', 'the focus stays');
      await panel.repaint(() => panel.send({ type: 'result', subject: { ...subject, class: 967 }, result: canned.result({ class: canned.predictions[1] }) }));
      assert.match(await panel.page.locator('#announcement').innerText(), /espresso, 20\.4 %.*strongest at the right of/);
      assert.equal(await panel.page.locator('#class').inputValue(), 'espresso');
    });

    it('any class, found by typing', async () => {
      await open();
      const box = panel.page.getByRole('combobox', { name: 'Class' });
      await box.click();
      assert.equal(await panel.page.getByRole('listbox', { name: 'Class' }).getByRole('option').count(), 1000);
      await panel.page.keyboard.type('COFFEE');
      const options = panel.page.getByRole('listbox', { name: 'Class' }).getByRole('option');
      assert.deepEqual(await options.allInnerTexts(), ['coffee mug\n504']);
      assert.equal(await box.getAttribute('aria-activedescendant'), await options.first().getAttribute('id'));
      await panel.page.keyboard.press('Enter');
      assert.equal((await panel.posted('explain'))[0].subject.class, 504);
      assert.equal(await box.getAttribute('aria-expanded'), 'false');
      await box.press('ArrowDown');
      await panel.page.keyboard.type('17');
      await panel.page.keyboard.press('Enter');
      assert.equal((await panel.posted('explain'))[1].subject.class, 17, 'the number of a class names it');
      await box.press('ArrowDown');
      await panel.page.keyboard.type('zebra crossing');
      assert.match(await panel.page.getByRole('listbox', { name: 'Class' }).innerText(), /Nothing matches/);
      await panel.page.keyboard.press('Escape');
      assert.equal(await box.inputValue(), 'class 17');
      assert.equal((await panel.posted('explain')).length, 2);
    });

    it('another layer, from the list with shapes or from the strip', async () => {
      await open();
      await panel.page.locator('#layer').click();
      const rows = await panel.page.getByRole('option').allInnerTexts();
      assert.equal(rows.length, canned.layers.length);
      assert.match(rows[0], /Clip\s+16 × 112 × 112/);
      await panel.page.keyboard.press('ArrowUp');
      await panel.page.keyboard.press('Enter');
      assert.equal((await panel.posted('explain'))[0].subject.layer, canned.layers[5].name);

      await panel.page.locator('#strip-toggle').click();
      await panel.page.waitForFunction(() => (window as unknown as { posted: { type: string }[] }).posted.some(({ type }) => type === 'request-strip'));
      await panel.send({ type: 'strip', subject, entries: canned.strip });
      const items = panel.page.locator('.strip-item');
      assert.equal(await items.count(), canned.layers.length);
      await items.nth(2).click();
      assert.equal((await panel.posted('explain'))[1].subject.layer, canned.layers[2].name);
      assert.equal(await items.nth(2).getAttribute('aria-pressed'), 'true');
      assert.equal((await panel.posted('request-strip')).length, 1);
    });

    it('a class among no best is listed apart; a technique without layers hides them', async () => {
      await open({}, { type: 'result', subject: { ...subject, class: 17 }, result: canned.result({ class: { index: 17, name: 'class 17', logit: -3, probability: 1e-7 } }) });
      assert.equal(await panel.page.locator('.prediction').count(), 6);
      assert.match(await panel.page.locator('.apart').innerText(), /class 17\s+< 0\.1 %/);
      await panel.page.locator('#technique').click();
      await panel.page.getByRole('option', { name: 'Saliency' }).click();
      assert.equal((await panel.posted('explain'))[0].subject.technique, 'saliency');
      assert.equal(await panel.page.locator('#layer').isVisible(), false);
    });

    it('another score', async () => {
      await open();
      await panel.page.locator('#score').click();
      await panel.page.getByRole('option', { name: 'Log-probability' }).click();
      assert.equal((await panel.posted('explain'))[0].subject.score, 'log-probability');
    });
  });

  describe('when not all is well', () => {
    it('an error stands over the last result, with its help and its buttons', async () => {
      await open();
      await panel.send({ type: 'error', error: { reason: 'engine-crashed', message: 'The engine stopped.', help: 'Try again.' }, actions: [{ id: 'retry', title: 'Try Again' }] });
      assert.equal(await state(), 'error');
      const card = panel.page.getByRole('alert');
      assert.match(await card.innerText(), /The engine stopped\.\s+Try again\./);
      assert.equal(await panel.page.locator('#map').isVisible(), true);
      await card.getByRole('button', { name: 'Try Again' }).click();
      assert.deepEqual(await panel.posted('action'), [{ type: 'action', id: 'retry' }]);
      await panel.repaint(() => panel.send(shown));
      assert.equal(await card.isVisible(), false);
    });

    it('work is shown as it goes on, and can be stopped', async () => {
      panel = await browser.open();
      assert.equal(await state(), 'empty');
      assert.match(await panel.page.locator('#empty').innerText(), /Right-click a picture/);
      await panel.send(...start, { type: 'busy', message: 'Building the program', fraction: 0.42 });
      assert.equal(await state(), 'busy');
      assert.match(await panel.page.locator('#busy').innerText(), /Building the program 42 %/);
      assert.equal(await panel.page.getByRole('progressbar').getAttribute('aria-valuenow'), '42');
      await panel.page.locator('#cancel').click();
      assert.equal((await panel.posted('cancel')).length, 1);
      assert.equal(await state(), 'empty');
    });

    it('a guessed preprocessing is named a guess, corrected by what it predicts, and saved', async () => {
      const model = { ...canned.model, reference: '/models/mine.onnx' };
      const mine = { ...subject, model: model.reference };
      await open({}, { type: 'subject', subject: mine, pictureName: 'shapes.png' }, { type: 'model', model },
        { type: 'result', subject: mine, result: canned.result({ notes: ['Tokens are read as a map.'], model: { reference: model.reference, title: 'mine', preprocessingSource: 'guess' } }) });
      assert.match(await panel.page.locator('#preprocessing-source').innerText(), /guess/);
      assert.match(await panel.page.locator('#notes').innerText(), /Tokens are read as a map/);
      await panel.page.locator('#correct-preprocessing').click();
      assert.equal((await panel.posted('request-preprocessing-trials')).length, 1);
      await panel.send({ type: 'preprocessing-trials', trials: canned.trials });
      const choices = panel.page.getByRole('radiogroup', { name: 'How does this model want its pictures?' }).getByRole('radio');
      assert.equal(await choices.count(), 3);
      assert.equal(await choices.nth(0).isChecked(), true, 'the present one');
      await choices.nth(2).check();
      await panel.page.locator('#trial-save').click();
      assert.deepEqual(await panel.posted('use-preprocessing'), [{ type: 'use-preprocessing', preprocessing: canned.trials[2].preprocessing, save: true }]);
      assert.equal(await panel.page.getByRole('dialog').count(), 0);
    });
  });

  describe('taking the result along', () => {
    it('exports by asking the host, with the view as it is', async () => {
      await open();
      await panel.page.locator('#threshold').fill('30');
      const expected = { opacity: 0.5, threshold: 0.3 };
      for (const [index, what] of (['overlay', 'map', 'values'] as const).entries()) {
        await panel.page.getByRole('button', { name: 'Export' }).click();
        for (let row = 0; row < index; row++) await panel.page.keyboard.press('ArrowDown');
        await panel.page.keyboard.press('Enter');
        assert.deepEqual((await panel.posted('export'))[index], { type: 'export', what, display: expected });
      }
    });

    it('copies the picture with its map at its own size', async () => {
      await open();
      await panel.page.getByRole('button', { name: 'Copy picture' }).click();
      await panel.page.locator('#announcement:has-text("Copied")').waitFor();
      const copied = await panel.page.evaluate(async () => {
        const [item] = await navigator.clipboard.read();
        const bitmap = await createImageBitmap(await item.getType('image/png'));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        canvas.drawImage(bitmap, 0, 0);
        return { width: bitmap.width, height: bitmap.height, peak: [...canvas.getImageData(101, 109, 1, 1).data], bare: [...canvas.getImageData(15, 30, 1, 1).data] };
      });
      assert.deepEqual({ width: copied.width, height: copied.height }, canned.size);
      const picture = canned.pixels().data;
      const { map, placement } = canned.result();
      const value = valueAt(reduceChannels(map), placement, 101.5, 109.5)! / Math.max(...map.values);
      const color = colorTable('turbo').subarray(Math.round(value * 255) * 3);
      for (let c = 0; c < 3; c++) {
        near(copied.bare[c], picture[(30 * 320 + 15) * 4 + c], 1, 'beside the map');
        near(copied.peak[c], (color[c] + picture[(109 * 320 + 101) * 4 + c]) / 2, 6, 'under the map'); // colours between two cells of the table
      }
    });
  });

  describe('all the while', () => {
    it('nothing was reported to the console, least of all a breach of the policy', () => {
      assert.deepEqual(reported, []);
    });
  });
});

function near(actual: number, expected: number, tolerance: number, message: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${message}: ${actual} is not within ${tolerance} of ${expected}`);
}
