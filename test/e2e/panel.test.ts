/** The result panel in the real window: what recolours, what explains anew, by mouse and by keyboard, in every theme. */
import assert from 'node:assert/strict';
import { difference, ResultPanel } from './rig/result-panel.ts';
import { editorSession } from './rig/session.ts';

const picture = 'cat-and-espresso.jpg';

describe('the result panel', () => {
  const session = editorSession();
  const { workbench } = session;
  let panel: ResultPanel;

  before(async () => {
    await workbench.explorerMenu(picture, 'Explain with Grad-CAM');
    panel = await ResultPanel.painted(workbench);
  });

  it('shows five predictions; another one moves the map', async () => {
    assert.equal(await panel.predictions().count(), 5);
    await choose('class', 'espresso');
    assert.equal(await panel.explainedClass(), 'espresso');
    const espresso = await panel.pixels();
    await panel.screenshot('class espresso');
    const cat = panel.predictions().filter({ hasText: /cat|tabby|lynx/ }).first();
    const name = await cat.innerText();
    await panel.repaint(() => cat.click());
    assert.ok(name.includes(await panel.explainedClass()), `${name} is explained`);
    assert.ok(difference(espresso, await panel.pixels()) > 5, 'the map lies elsewhere');
    await panel.screenshot('class cat');
  });

  it('explains at another layer, chosen from the list or from the strip of all layers', async () => {
    const first = await panel.layer();
    await panel.find('#layer').click();
    const other = panel.find('.combobox-option').filter({ hasNotText: first }).nth(-2);
    const name = await other.locator('.combobox-label').innerText();
    await panel.repaint(() => other.click());
    assert.equal(await panel.layer(), name);

    await panel.find('#strip-toggle').click();
    const items = panel.find('.strip-item canvas');
    await items.first().waitFor();
    assert.ok((await items.count()) > 5);
    await panel.screenshot('every layer');
    await panel.repaint(() => panel.find(`.strip-item[data-layer="${first}"]`).click());
    assert.equal(await panel.layer(), first);
    await panel.find('#strip-toggle').click();
  });

  it('recolours by itself', async () => {
    const opaque = await panel.pixels();
    const key = (name: string, selector: string) => panel.repaint(async () => {
      await panel.find(selector).focus();
      await workbench.page.keyboard.press(name);
    });
    await key('Home', '#opacity');
    const bare = await panel.pixels();
    assert.ok(difference(opaque, bare) > 5, 'without opacity the picture is bare');
    await key('End', '#opacity');
    assert.ok(difference(bare, await panel.pixels()) > 5);
    await panel.screenshot('full opacity');
    await key('Home', '#opacity');
    assert.equal(difference(bare, await panel.pixels()), 0, 'the same setting paints the same pixels');
  });

  it('has four layouts', async () => {
    await setOpacity(60);
    const seen: number[][] = [];
    for (const layout of ['Side by side', 'Swipe', 'Map only', 'Overlay']) {
      await panel.repaint(() => panel.find(`.segmented input[aria-label="${layout}"]`).check({ force: true }));
      const pixels = await panel.pixels();
      for (const other of seen) assert.ok(difference(other, pixels) > 1, `${layout} looks like no other layout`);
      seen.push(pixels);
      await panel.screenshot(`layout ${layout.toLowerCase()}`);
    }
  });

  it('says the value under the pointer, and zooms', async () => {
    await panel.canvas.hover();
    assert.match(await panel.find('#probe').innerText(), /x \d+, y \d+/);
    const before = await panel.find('#scale').innerText();
    await panel.repaint(() => panel.find('#zoom-in').click());
    assert.notEqual(await panel.find('#scale').innerText(), before);
    await panel.repaint(() => panel.find('#zoom-fit').click());
    assert.equal(await panel.find('#scale').innerText(), before);
  });

  it('is evaluated on demand: measures with their directions, and curves that end where they must', async () => {
    assert.equal(await panel.find('.measure').count(), 0, 'nothing before it is asked for');
    await workbench.command('Fovea: Evaluate This Map');
    await panel.find('[data-state="done"] #evaluation').waitFor({ timeout: 60_000 });
    const value = async (id: string): Promise<number> => Number(await panel.find(`.measure[data-measure="${id}"] .measure-value`).innerText());
    const [deletion, insertion] = [await value('deletion'), await value('insertion')];
    assert.ok(deletion > 0 && deletion < insertion && insertion < 1, `deletion ${deletion}, insertion ${insertion}`);
    assert.ok(await value('sensitivity-max') > 0 && await value('infidelity') > 0);
    assert.match(await panel.find('.measure[data-measure="completeness"]').innerText(), /does not apply/);
    await panel.find('#curve-share').fill('100');
    const black = await panel.find('.curve-picture[data-measure="deletion"] canvas').evaluate((canvas) => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
      copy.drawImage(canvas as HTMLCanvasElement, 0, 0, 1, 1);
      return [...copy.getImageData(0, 0, 1, 1).data];
    });
    assert.deepEqual(black, [0, 0, 0, 255], 'all of the picture is gone in the end');
    await panel.find('#curve-share').fill('20');
    await panel.screenshot('evaluation');
    await panel.find('#evaluation').click();
  });

  it('is checked with other classes, and says what came of it', async () => {
    await panel.find('#sanity-badge').click();
    await panel.find('#open-checks').click();
    await panel.find('#check-tab-random-logit').click();
    await panel.find('#check-run').click();
    await panel.find('.check-verdict').waitFor({ timeout: 60_000 });
    assert.match(await panel.find('.check-verdict').innerText(), /Grad-CAM's map changes with the class/);
    assert.equal(await panel.find('#checks .film-frame').count(), 7, 'the map, five classes, the edges');
    await panel.screenshot('sanity checks');
    await panel.find('#checks-close').click();
    await panel.find('#sanity-badge').click();
  });

  it('follows the theme', async () => {
    const background = () => panel.frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    for (const theme of ['Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
      await workbench.colorTheme(theme);
      await panel.frame.waitForFunction((previous) => getComputedStyle(document.body).backgroundColor !== previous, dark);
      await workbench.screenshot(`theme ${theme.toLowerCase()}`);
    }
    await workbench.colorTheme('Dark Modern');
  });

  async function setOpacity(percent: number): Promise<void> {
    await panel.find('#opacity').fill(String(percent));
  }

  /** Picks an option of a combobox by typing. */
  async function choose(id: string, text: string): Promise<void> {
    await panel.find(`#${id}`).click();
    await panel.find(`#${id}`).fill(text);
    await panel.repaint(() => panel.find('.combobox-option').filter({ hasText: text }).first().click());
  }
});
