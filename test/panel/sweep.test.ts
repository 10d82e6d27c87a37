/** The sweep panel in a real browser: sides and their values, cells as they fill, keyboard, enlargement, exports, axe in every theme. */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { SweepCell, SweepHostMessage, SweepState } from '../../src/protocol/sweep-panel.ts';
import * as studio from './rig/canned-studio.ts';
import * as canned from './rig/canned-sweep.ts';
import { pixels } from './rig/canned.ts';
import { panelBrowser, themes, type PanelOptions } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const { styleSwept, mapSwept, plan, mapPlan, done, busy, failed, cells } = canned;
const grid: SweepHostMessage = { type: 'grid', plan };
const running = [styleSwept, grid, ...cells(done(20), done(60), busy(80), { state: 'waiting' }, { state: 'waiting' }, { state: 'waiting' })];
const drawn = [styleSwept, grid, ...cells(...[20, 60, 100, 140, 180, 220].map((level) => done(level)))];
const mixed = [styleSwept, grid, ...cells(
  done(20), failed, { state: 'stopped', made: { pictures: [studio.picture(120)] } }, done(60, { fooled: true }), done(90, { fooled: false }), { state: 'stopped' },
)];
const maps: SweepHostMessage[] = [
  mapSwept, { type: 'grid', plan: mapPlan }, { type: 'picture', pixels: pixels() }, ...cells(...[0.4, 0.7, 1, 1.6, 2.3, 3].map((factor) => canned.map(factor))),
];
const broken: SweepHostMessage[] = [{
  type: 'error', error: { reason: 'model-missing', message: 'The model "net.onnx" is not there.', help: 'Choose another.' }, actions: [{ id: 'select-model', title: 'Select Model…' }],
}];

describe('the sweep panel', () => {
  const browser = panelBrowser('sweep');
  let panel: PanelPage<'sweep'>;

  async function show(messages: SweepHostMessage[], options: PanelOptions<SweepState> = {}): Promise<void> {
    panel = await browser.open({ height: 900, ...options });
    await panel.send(...messages);
    await panel.settle();
  }
  const cell = (index: number) => panel.page.locator(`#cell-${index}`);
  const ran = async () => (await panel.posted('run')).at(-1)?.plan;
  const enlarged = () => panel.page.locator('#enlarged');

  for (const theme of themes) {
    for (const [what, messages] of Object.entries({ empty: [styleSwept], running, mixed, maps, broken })) {
      it(`keeps axe's rules in the theme ${theme}: ${what}`, async () => {
        await show(messages, { theme });
        await panel.screenshot(`sweep ${what} ${theme}`);
        await panel.assertAccessible(what);
      });
    }
  }

  it('proposes two sides with values around the present ones, and says what they cost', async () => {
    await show([styleSwept]);
    assert.equal(await panel.page.locator('#columns-values').inputValue(), '128, 320, 512');
    assert.equal(await panel.page.locator('#cost').innerText(), '9 pictures × 200 steps = 1,800 steps');
    await panel.page.locator('#columns-values-count').fill('5');
    assert.equal(await panel.page.locator('#columns-values').inputValue(), '128, 224, 320, 416, 512');
    assert.equal(await panel.page.locator('#cost').innerText(), '15 pictures × 200 steps = 3,000 steps');
    await panel.page.locator('#columns-values').fill('64, 96');
    await panel.page.locator('#run').click();
    assert.deepEqual(await ran(), { columns: { parameter: 'size', values: [64, 96] }, rows: { parameter: 'contentWeight', values: [0.5, 1.25, 2] } });
  });

  it('tells how the values of a grid are spread', async () => {
    await show([styleSwept, grid]);
    const spacing = (side: string) => panel.page.locator(`#${side}-values-spacing`).evaluate((list: HTMLSelectElement) => list.value);
    assert.deepEqual([await spacing('columns'), await spacing('rows')], ['logarithmic', 'linear'], '0.1, 1, 10; 128, 256');
  });

  it('spreads by ratios where asked to, and not through zero', async () => {
    await show([styleSwept]);
    const spacing = panel.page.locator('#rows-values-spacing');
    await spacing.focus();
    await spacing.press('ArrowDown');
    await panel.page.locator('#rows-values-from').fill('0.01');
    await panel.page.locator('#rows-values-to').fill('100');
    assert.equal(await panel.page.locator('#rows-values').inputValue(), '0.01, 1, 100');
    await panel.page.locator('#rows-values-from').fill('0');
    assert.equal(await panel.page.locator('#rows-values-from').getAttribute('aria-invalid'), 'true');
    assert.equal(await panel.page.locator('#rows-values').inputValue(), '0.01, 1, 100', 'the values stay as they were');
  });

  for (const [entered, why] of [
    ['128, 4000', /^4000: Enter a whole number from 16 to 512/], ['', /one or more/], ['128, 128', /twice/], ['128, x', /^x: Enter a whole number/],
    [Array.from({ length: 17 }, (_, at) => at + 20).join(), /16 values at most/],
  ] as const) {
    it(`explains in place why it does not take "${entered.slice(0, 12)}", and does not run`, async () => {
      await show([styleSwept]);
      await panel.page.locator('#columns-values').fill(entered);
      assert.match(await panel.page.locator('#columns-section .parameter-error').innerText(), why);
      assert.equal(await panel.page.locator('#columns-values').getAttribute('aria-invalid'), 'true');
      await panel.page.locator('#run').click({ force: true });
      assert.equal(await ran(), undefined);
    });
  }

  it('refuses more pictures than a grid holds', async () => {
    await show([styleSwept]);
    await panel.page.locator('#columns-values-count').fill('16');
    await panel.page.locator('#rows-values-count').fill('5');
    assert.match(await panel.page.locator('#refused').innerText(), /80 pictures; at most 64/);
    await panel.page.locator('#run').click({ force: true });
    assert.equal(await ran(), undefined);
  });

  it('draws a single row, and takes values of a list by their boxes', async () => {
    await show([mapSwept]);
    const rows = panel.page.locator('#rows');
    await rows.focus();
    await rows.press('Home');
    assert.equal(await panel.page.locator('#rows-values').count(), 0);
    await panel.page.locator('#columns').focus();
    await panel.page.locator('#columns').press('Home');
    await panel.page.getByLabel('On', { exact: true }).uncheck();
    await panel.page.locator('#run').click();
    assert.deepEqual(await ran(), { columns: { parameter: 'eigen', values: [false] } });
  });

  it('paints what comes into the cells as it is, and confirms frames', async () => {
    await show(running);
    const own = studio.picture(80);
    const painted = await cell(2).locator('canvas').evaluate((canvas) => [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(31, 77, 1, 1).data]);
    assert.deepEqual(painted, [...studio.picture(120).data.subarray((77 * own.width + 31) * 4).subarray(0, 4)]);
    assert.deepEqual((await panel.posted('shown')).map(({ frame }) => frame), [80]);
    // Four seconds each, of the third one 60 % ahead, makes 14.4 s; what the test itself has taken since the third was heard of comes on top.
    assert.match(await panel.page.locator('#progress').innerText(), /^2 of 6 · about 1[4-9] s left$/);
    assert.equal(await cell(2).getAttribute('aria-label'), 'Content: 10 · Size: 128 px, under way');
    await panel.send(styleSwept, grid, { type: 'cell', index: 0, cell: busy(40) });
    assert.equal(await panel.page.locator('#progress').innerText(), '0 of 6', 'nothing is known yet of how long it takes');
    await panel.page.waitForTimeout(100);
    await panel.send({ type: 'cell', index: 0, cell: busy(80) });
    assert.match(await panel.page.locator('#progress').innerText(), /^0 of 6 · about .* left$/, 'the first cell tells on its way');
    await panel.page.locator('#cancel').click();
    assert.equal((await panel.posted('cancel')).length, 1);
  });

  it('shows all pictures of a batch in their cell, side by side, and what each is seen as', async () => {
    const tops = ['tabby', 'goldfish'].map((name, index) => ({ index, name, logit: 3, probability: 0.5 }));
    const batch: SweepCell = { ...done(20, { tops }), made: { pictures: [20, 200, 60].map((level) => studio.picture(level)) } } as SweepCell;
    await show([styleSwept, grid, ...cells(batch, done(60))]);
    const { width, height } = studio.picture(20);
    const middles = [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]].map(([across, down]) => [across * width, down * height]);
    const seen = await cell(0).locator('canvas').evaluate((element, places) => {
      const canvas = element as HTMLCanvasElement;
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
      return { size: [width, height], opacities: places.map(([x, y]) => data[4 * (y * width + x) + 3]) };
    }, middles);
    assert.deepEqual(seen, { size: [2 * width + 4, 2 * height + 4], opacities: [255, 255, 255, 0] }, 'three of them in two rows');
    await cell(0).focus();
    assert.match(await panel.page.locator('#detail').innerText(), /tabby, 50.*; goldfish, 50/);
    await panel.screenshot('sweep batch');
  });

  it('names the sides of a kept grid that comes before they are known', async () => {
    await show([grid, ...cells(done(20), done(60)), styleSwept]);
    assert.match(await cell(1).getAttribute('aria-label') ?? '', /^Content: 1 · .*, done$/);
    assert.equal(await panel.page.locator('.sweep-cell[data-state="done"]').count(), 2);
  });

  it('is a grid: arrow keys move within its bounds, Enter opens, one cell is reached with Tab', async () => {
    await show(drawn);
    assert.equal(await panel.page.getByRole('grid').getAttribute('aria-label'), 'Style Transfer – tower.jpg in the style of waves.jpg · Toy network');
    assert.deepEqual(await panel.page.getByRole('columnheader').evaluateAll((all) => all.slice(1).map((head) => head.getAttribute('aria-label'))), ['Content: 0.1', 'Content: 1', 'Content: 10']);
    const current = () => panel.page.evaluate(() => document.activeElement?.id);
    await cell(0).focus();
    for (const [key, id] of [
      ['ArrowLeft', 0], ['ArrowRight', 1], ['ArrowDown', 4], ['ArrowDown', 4], ['End', 5], ['ArrowRight', 5], ['ArrowUp', 2], ['Control+End', 5], ['Home', 3], ['Control+Home', 0],
    ] as const) {
      await panel.page.keyboard.press(key);
      assert.equal(await current(), `cell-${id}`, key);
    }
    assert.equal(await panel.page.locator('.sweep-cell[tabindex="0"]').count(), 1);
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    await cell(1).dblclick();
    await panel.page.locator('#open').click();
    assert.deepEqual((await panel.posted('open')).map(({ index }) => index), [3, 1, 1]);
  });

  it('enlarges the cell under the pointer or reached by key, beside it; Escape puts that away', async () => {
    const wide = { ...plan, columns: { parameter: 'seed', values: [1, 2, 3, 4, 5, 6, 7, 8] } };
    await show([styleSwept, { type: 'grid', plan: wide }, ...cells(...Array.from({ length: 16 }, (_, at) => done(at * 15)))]);
    await cell(5).hover();
    await enlarged().waitFor();
    assert.equal(await enlarged().innerText(), 'Seed: 6 · Size: 128 px');
    const [small, large] = [(await cell(5).boundingBox())!, (await enlarged().boundingBox())!];
    assert.ok(large.width > 1.25 * small.width, `${large.width} px is not much larger than ${small.width}`);
    assert.ok(large.x >= small.x + small.width || large.x + large.width <= small.x, 'the cell itself stays seen');
    await panel.screenshot('sweep enlarged');
    await panel.page.keyboard.press('Escape');
    await enlarged().waitFor({ state: 'hidden' });
    await panel.page.mouse.move(0, 0);
    await cell(5).focus();
    await panel.page.keyboard.press('ArrowRight');
    await enlarged().waitFor();
    assert.equal(await enlarged().innerText(), 'Seed: 7 · Size: 128 px');
  });

  it('says why a cell failed, what can be done, and goes on with what is missing', async () => {
    await show(mixed);
    await cell(1).focus();
    assert.match(await panel.page.locator('#detail').innerText(), /"waves.jpg" is not there.*Put it back/s);
    await panel.page.locator('#detail').getByText('Try Again').click();
    assert.deepEqual((await panel.posted('action')).map(({ id }) => id), ['retry']);
    assert.equal(await panel.page.locator('#progress').innerText(), '3 of 6 · stopped');
    await panel.page.locator('#continue').click();
    assert.equal((await panel.posted('continue')).length, 1);
    await cell(3).focus();
    assert.match((await cell(3).getAttribute('aria-label'))!, /the model is fooled/);
  });

  it('gives all maps one scale of colours where asked to', async () => {
    await show(maps);
    const colours = () => cell(0).locator('canvas').evaluate((canvas) => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
      copy.drawImage(canvas as HTMLCanvasElement, -190, -200);
      return [...copy.getImageData(0, 0, 1, 1).data];
    });
    const own = await colours();
    await panel.page.locator('#shared').check();
    await panel.settle();
    assert.notDeepEqual(await colours(), own, 'the weakest map is paler beside the strongest');
  });

  it('exports the grid as a picture, and the cells that are done for a page', async () => {
    await show(mixed);
    await panel.page.getByRole('button', { name: 'Export' }).click();
    await panel.page.getByRole('menuitem', { name: /PNG/ }).click();
    const { png } = await panel.whenPosted('export-picture');
    await panel.keep('sweep exported', png);
    const { width, height } = await sharp(png).metadata();
    assert.ok(width > 3 * 512 && height > 2 * 512, `${width} × ${height}: cells at full size, and words`);
    await panel.page.getByRole('button', { name: 'Export' }).click();
    await panel.page.getByRole('menuitem', { name: /HTML/ }).click();
    const { cells: sent } = await panel.whenPosted('export-page');
    assert.deepEqual(sent.map(({ index }) => index), [0, 3, 4]);
    const { data, info } = await sharp(sent[0].png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, ...data.subarray(0, 3)], [96, 96, ...studio.picture(20).data.subarray(0, 3)]);
  });

  for (const width of [320, 480, 720]) {
    it(`has room for everything at ${width} px`, async () => {
      await show(maps, { width });
      await panel.assertFits('.sweep-scroller');
      await panel.screenshot(`sweep ${width}`);
    });
  }

  it('comes back with its sides after a reload, and as it was when it is shown again', async () => {
    await show([styleSwept]);
    await panel.page.locator('#columns-values').fill('64, 96');
    const kept = await panel.kept();
    await panel.page.close();
    await show([styleSwept], { state: kept });
    assert.equal(await panel.page.locator('#columns-values').inputValue(), '64, 96');
    await panel.send(...drawn.slice(1));
    assert.equal(await panel.page.locator('#columns-values').inputValue(), '64, 96', 'what is being edited stays');
    assert.match(await panel.page.locator('#progress').innerText(), /Run draws the new grid/);
  });
});
