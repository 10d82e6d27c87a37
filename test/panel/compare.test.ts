/** The compare panel: cells side by side with one zoom, one pointer and one scale. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Cell, CompareHostMessage, CompareMessage, CompareState } from '../../src/protocol/compare-panel.ts';
import { colorTable, displayRange, reduceChannels, valueAt } from '../../src/protocol/display.ts';
import { subjectKey } from '../../src/protocol/comparison.ts';
import type { ExplainResult } from '../../src/protocol/engine.ts';
import type { Subject } from '../../src/protocol/result-panel.ts';
import * as canned from './rig/canned.ts';
import { near } from './rig/near.ts';
import { PanelBrowser, themes, type PanelPage } from './rig/panel-page.ts';

const names = {
  techniques: { 'grad-cam': 'Grad-CAM', saliency: 'Saliency', 'integrated-gradients': 'Integrated Gradients', occlusion: 'Occlusion' },
  models: { 'bundled:toy': 'Toy network', '/models/tuned.onnx': 'tuned.onnx' },
};
const techniques = Object.keys(names.techniques);
const { bump, predictions, size, subject } = canned;

/** A result without pixels, as the session sends it; its map is scaled by a factor. */
function result(technique: string, factor = 1, patch: Partial<ExplainResult> = {}): ExplainResult {
  const { pixels: _, ...rest } = canned.result();
  const map = bump(1.8, 3.2, technique === 'grad-cam' ? 7 : 56);
  return { ...rest, technique, map: { ...map, values: map.values.map((value) => value * factor) }, ...patch };
}

const signedMap = { ...bump(3, 3, 28), values: bump(3, 3, 28).values.map((value, at) => (at % 28 < 14 ? -value : value)), signed: true };
const four: ExplainResult[] = [
  result('grad-cam', 40), result('saliency', 1, { map: { ...bump(2, 3, 56), unit: 'score per unit of input' } }),
  result('integrated-gradients', 1, { map: signedMap, metrics: [{ id: 'delta', title: 'Completeness error', value: 0.0123, better: 'lower' }] }),
  result('occlusion', 3, { samples: { done: 169, total: 169 } }),
];

const picture: CompareHostMessage = { type: 'picture', picture: subject.picture, pixels: canned.pixels() };
const cells = (results: readonly ExplainResult[]): CompareHostMessage[] => results.map((one, index) => ({ type: 'cell', index, cell: { state: 'done', result: one } }));
const comparison = (subjects: Subject[], edits = { canUndo: false, canRedo: false }): CompareHostMessage => ({ type: 'comparison', comparison: { subjects }, names, ...edits });
const byTechnique = techniques.map((technique) => ({ ...subject, technique }));
const byClass = predictions.slice(0, 3).map(({ index }) => ({ ...subject, class: index }));
const threeClasses = predictions.slice(0, 3).map((prediction, at) => result('grad-cam', 1 / (at + 1), { class: prediction }));

describe('the compare panel', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;

  before(async function () {
    browser = await PanelBrowser.start(this, 'compare');
  });
  after(() => browser?.stop());
  afterEach(() => panel?.close());

  async function show(subjects: Subject[], results: readonly ExplainResult[], options: Parameters<PanelBrowser['open']>[0] = {}): Promise<void> {
    panel = await browser.open(options);
    await panel.send(comparison(subjects), picture, ...cells(results));
    await panel.page.waitForFunction((count) => document.querySelectorAll('.map[data-painted]').length >= count, results.length);
    await settle();
  }

  /** Two frames: what was changed is painted. */
  const settle = () => panel.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const labels = () => panel.page.locator('.cell-label').allInnerTexts();
  const values = () => panel.page.locator('.cell-value').allInnerTexts();
  const ends = () => panel.page.locator('.cell').evaluateAll((all) => all.map((cell) => [...cell.querySelectorAll('.colour-bar-tick')].at(-1)?.textContent));

  /** Where a point of the picture is on a fitted canvas, in CSS pixels of the page. */
  async function onPage(selector: string, x: number, y: number): Promise<{ x: number; y: number }> {
    const box = (await panel.page.locator(selector).boundingBox())!;
    const scale = Math.min((box.width - 24) / size.width, (box.height - 24) / size.height);
    return { x: box.x + box.width / 2 + (x - size.width / 2) * scale, y: box.y + box.height / 2 + (y - size.height / 2) * scale };
  }

  /** RGB of a canvas at a point of the fitted picture. */
  async function colour(selector: string, x: number, y: number): Promise<number[]> {
    const spot = await onPage(selector, x, y);
    return panel.page.locator(selector).evaluate((canvas, [left, top]) => {
      const box = canvas.getBoundingClientRect();
      const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
      copy.drawImage(canvas as HTMLCanvasElement, -Math.floor((left - box.x) * devicePixelRatio), -Math.floor((top - box.y) * devicePixelRatio));
      return [...copy.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    }, [spot.x, spot.y] as const);
  }

  describe('cells', () => {
    it('are named by what sets them apart, and say what is known', async () => {
      await show(byTechnique, four);
      assert.deepEqual(await labels(), Object.values(names.techniques));
      assert.equal(await panel.page.locator('h1').innerText(), 'shapes.png – 4 techniques');
      const facts = await panel.page.locator('#cell-2').locator('xpath=ancestor::article').innerText();
      for (const words of ['tabby, tabby cat', '61.2 %', 'Completeness error ↓', '0.0123', '34 ms']) assert.ok(facts.includes(words), `${words} in ${facts}`);
      await panel.screenshot('compare techniques');
    });

    it('fill as results come, and say what they wait for', async () => {
      panel = await browser.open({});
      const busy: Cell = { state: 'busy', message: 'Integrated Gradients', fraction: 0.4 };
      await panel.send(comparison(byTechnique), picture, ...cells(four.slice(0, 2)), { type: 'cell', index: 2, cell: busy });
      const states = () => panel.page.locator('.cell').evaluateAll((all) => all.map((cell) => (cell as HTMLElement).dataset.state));
      assert.deepEqual(await states(), ['done', 'done', 'busy', 'waiting']);
      assert.equal(await panel.page.locator('.compare-status').innerText(), '2 of 4');
      await panel.screenshot('compare filling');
      await panel.page.locator('#cancel').click();
      assert.equal((await panel.posted('cancel')).length, 1);
      await panel.send({ type: 'cell', index: 2, cell: { state: 'stopped', result: four[2] } }, { type: 'cell', index: 3, cell: { state: 'stopped' } });
      await panel.page.locator('#run').click();
      assert.equal((await panel.posted('run' as never)).length, 1, 'what is left can be explained after all');
    });

    it('show a failure with what can be done, and leave the others alone', async () => {
      await show(byTechnique, four.slice(0, 3));
      const error = { reason: 'layer-unsuitable' as const, message: 'This layer has no map.', help: 'Choose another one.' };
      await panel.send({ type: 'cell', index: 3, cell: { state: 'failed', error, actions: [{ id: 'retry', title: 'Try Again' }] } });
      await panel.page.getByText('This layer has no map.').waitFor();
      await panel.screenshot('compare failed cell');
      await panel.page.getByRole('button', { name: 'Try Again' }).click();
      assert.deepEqual(await panel.posted('action'), [{ type: 'action', id: 'retry' }]);
    });

    it('open as a result by click, by their name, and by Enter', async () => {
      await show(byTechnique, four);
      const spot = await onPage('#cell-1', 100, 100);
      await panel.page.mouse.click(spot.x, spot.y);
      await panel.page.getByRole('button', { name: 'Occlusion' }).click();
      await panel.page.locator('#cell-2').focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual((await panel.posted('open')).map(({ index }) => index), [1, 3, 2]);
    });
  });

  describe('one scale', () => {
    it('recolours every map over the same range, without a word to the host', async () => {
      await show(byClass, threeClasses);
      const range = (at: number) => displayRange(reduceChannels(threeClasses[at].map).values, false).max;
      const largest = (await ends()).map(Number);
      for (const end of largest) near(end, range(0), range(0) * 0.005, 'results of one technique share the largest range');
      // The strongest place of the third map has a third of the value, so the colour at a third of the bar.
      const opacity = panel.page.locator('#opacity');
      await opacity.fill('100');
      await settle();
      const said = await panel.postedCount();
      const peak = { x: 40 + (1.8 / 7) * 240, y: (3.2 / 7) * 240 };
      const value = valueAt(reduceChannels(threeClasses[2].map), canned.result().placement, peak.x, peak.y)!;
      const expected = (max: number): number[] => [...colorTable('turbo').subarray(Math.round((value / max) * 255) * 3).subarray(0, 3)];
      const shared = await colour('#cell-2', peak.x, peak.y);
      shared.forEach((channel, at) => near(channel, expected(range(0))[at], 12, `channel ${at} with one scale`)); // a raster pixel away

      await panel.page.locator('#shared').click();
      await settle();
      const own = await colour('#cell-2', peak.x, peak.y);
      own.forEach((channel, at) => near(channel, expected(range(2))[at], 12, `channel ${at} with its own scale`));
      near(Number((await ends())[2]), range(2), range(2) * 0.005, 'its own range');
      assert.equal(await panel.postedCount(), said);
      await panel.screenshot('compare classes own scales');
    });

    it('is refused for different units, and says why', async () => {
      await show(byTechnique, four);
      assert.ok(await panel.page.locator('#shared').evaluate((box) => box.getAttribute('aria-disabled') === 'true' || (box as HTMLInputElement).disabled));
      assert.match(await panel.page.locator('#shared-reason').innerText(), /different units: logit; score per unit of input/);
    });
  });

  describe('one pointer', () => {
    it('reads the raw value of every cell at the same place', async () => {
      await show(byTechnique, four);
      for (const [x, y] of [[100, 110], [200, 50]]) {
        const spot = await onPage('#cell-0', x + 0.5, y + 0.5);
        await panel.page.mouse.move(spot.x, spot.y);
        await settle();
        (await values()).forEach((shown, at) => {
          const { map, placement } = four[at];
          const wanted = valueAt(reduceChannels(map), placement, x + 0.5, y + 0.5)!;
          near(Number(shown), wanted, Math.abs(wanted) * 0.005, `${techniques[at]}: three digits are shown`);
        });
      }
      const beside = await onPage('#cell-0', 10, 100);
      await panel.page.mouse.move(beside.x, beside.y);
      await settle();
      assert.deepEqual(await values(), Array(4).fill('not seen'));
    });

    it('is moved by arrow keys, and says all values', async () => {
      await show(byTechnique, four);
      await panel.page.locator('#cell-1').focus();
      await panel.page.keyboard.press('ArrowRight');
      await settle();
      assert.match(await panel.page.locator('#announcement').innerText(), /^Grad-CAM: [\d.e-]+; Saliency: [\d.e-]+; Integrated Gradients: -?[\d.e-]+; Occlusion: /);
      await panel.page.keyboard.press('Escape');
      assert.deepEqual(await values(), Array(4).fill(''));
    });
  });

  it('zooms and pans all cells together', async () => {
    await show(byTechnique, four);
    const before = await Promise.all([0, 3].map((cell) => colour(`#cell-${cell}`, 245, 165)));
    await panel.page.locator('#cell-0').focus();
    for (let step = 0; step < 3; step++) await panel.page.keyboard.press('+');
    await settle();
    const kept = await panel.kept() as unknown as CompareState;
    assert.ok(kept.view.zoom && kept.view.zoom.scale > 1.2);
    const after = await Promise.all([0, 3].map((cell) => colour(`#cell-${cell}`, 245, 165)));
    assert.notDeepEqual(after, before);
    await panel.screenshot('compare zoomed');
    await panel.page.locator('#zoom-fit').click();
    await settle();
    assert.deepEqual(await Promise.all([0, 3].map((cell) => colour(`#cell-${cell}`, 245, 165))), before);
  });

  describe('two models', () => {
    const models = ['bundled:toy', '/models/tuned.onnx'].map((model) => ({ ...subject, model }));

    it('have their difference beside them, signed', async () => {
      await show(models, [result('grad-cam'), result('grad-cam', 0.25)]);
      assert.deepEqual(await labels(), ['Toy network', 'tuned.onnx', 'tuned.onnx − Toy network']);
      const peak = { x: 102, y: 110 };
      const spot = await onPage('#difference', peak.x + 0.5, peak.y + 0.5);
      await panel.page.mouse.move(spot.x, spot.y);
      await settle();
      const [first, second, difference] = (await values()).map(Number);
      assert.ok(difference < 0);
      near(difference, second - first, Math.abs(first) * 0.01, 'three digits are shown of each');
      await panel.screenshot('compare models');
    });

    it('have none where the maps do not fit, and say why', async () => {
      await show(models, [result('grad-cam'), result('grad-cam', 1, { map: bump(2, 3, 14) })]);
      await panel.page.getByText('different resolutions: 14 × 14 and 7 × 7').waitFor();
      assert.deepEqual(await panel.page.locator('.map[data-painted]').count(), 2);
    });
  });

  describe('is edited', () => {
    const keys = byTechnique.map(subjectKey);
    const more = (at: number) => panel.page.locator(`#cell-${at}`).locator('xpath=ancestor::article').getByRole('button', { name: 'Change, move or remove' });
    const edits = async (...types: CompareMessage['type'][]): Promise<CompareMessage[]> => {
      const posted = await panel.page.evaluate(() => (window as unknown as { posted: unknown[] }).posted) as CompareMessage[];
      return posted.filter(({ type }) => types.includes(type));
    };

    it('by the menu of a cell: changed in a part, moved, removed', async () => {
      await show(byTechnique, four);
      await more(1).click();
      await panel.screenshot('compare cell menu');
      await panel.page.getByRole('menuitem', { name: 'Change class…' }).click();
      await more(0).click();
      assert.ok(await panel.page.getByRole('menuitem', { name: 'Move left' }).isDisabled());
      await panel.page.getByRole('menuitem', { name: 'Move right' }).click();
      await more(2).click();
      await panel.page.getByRole('menuitem', { name: 'Remove' }).click();
      assert.deepEqual(await edits('change', 'move', 'remove'), [
        { type: 'change', cell: keys[1], part: 'class' }, { type: 'move', cell: keys[0], to: 1 }, { type: 'remove', cell: keys[2] },
      ]);
    });

    it('by keyboard, and the focus stays with what has it', async () => {
      await show(byTechnique, four);
      const title = panel.page.getByRole('button', { name: 'Saliency' });
      await title.focus();
      await panel.page.keyboard.press('Alt+ArrowLeft');
      await panel.send(comparison([byTechnique[1], byTechnique[0], ...byTechnique.slice(2)], { canUndo: true, canRedo: false }));
      assert.deepEqual(await labels(), ['Saliency', 'Grad-CAM', 'Integrated Gradients', 'Occlusion']);
      assert.equal(await panel.page.locator('.map[data-painted]').count(), 4, 'nothing is painted anew');
      assert.ok(await title.evaluate((one) => one === document.activeElement));
      await panel.page.keyboard.press('Delete');
      await panel.send(comparison([byTechnique[0], ...byTechnique.slice(2)], { canUndo: true, canRedo: false }));
      assert.ok(await panel.page.getByRole('button', { name: 'Grad-CAM' }).evaluate((one) => one === document.activeElement), 'its neighbour has it');
      await panel.page.keyboard.press('Control+z');
      await panel.page.keyboard.press('Control+Shift+Z');
      assert.deepEqual(await edits('move', 'remove', 'undo', 'redo'), [
        { type: 'move', cell: keys[1], to: 0 }, { type: 'remove', cell: keys[1] }, { type: 'undo' }, { type: 'redo' },
      ]);
    });

    it('by dragging a title onto another cell', async () => {
      await show(byTechnique, four);
      await panel.page.getByRole('button', { name: 'Occlusion' }).dragTo(panel.page.locator('#cell-0'));
      assert.deepEqual(await edits('move', 'open'), [{ type: 'move', cell: keys[3], to: 0 }]);
    });

    it('by adding to the cell that had the focus', async () => {
      await show(byTechnique, four);
      assert.ok(await panel.page.locator('#undo').evaluate((one) => (one as HTMLButtonElement).disabled));
      await panel.page.getByRole('button', { name: 'Integrated Gradients' }).focus();
      await panel.page.getByRole('button', { name: 'Add cells' }).click();
      await panel.screenshot('compare add menu');
      await panel.page.getByRole('menuitem', { name: 'Another model…' }).click();
      assert.deepEqual(await edits('add'), [{ type: 'add', cell: keys[2], part: 'model' }]);
    });
  });

  describe('the difference of any two cells', () => {
    it('is chosen in its cell, says what it subtracts, and stays with its cells', async () => {
      await show(byClass, threeClasses);
      assert.equal(await panel.page.locator('#difference').count(), 0);
      await panel.page.locator('#difference-toggle').click();
      await panel.page.locator('#difference[data-painted]').waitFor();
      const name = () => panel.page.locator('#difference').locator('xpath=ancestor::article').locator('.cell-label').innerText();
      const [first, second, third] = predictions.map((prediction) => prediction.name);
      assert.equal(await name(), `${second} − ${first}`);
      await panel.page.locator('#difference-from').click();
      await panel.page.locator('#difference-from').getByRole('option', { name: third }).click();
      await panel.page.locator('#difference-swap').click();
      assert.equal(await name(), `${first} − ${third}`);
      assert.match(await panel.page.locator('#difference').getAttribute('aria-label') ?? '', /values, in logit\. Above zero: more in/);
      await panel.screenshot('compare difference of three');
      await panel.send(comparison([byClass[2], byClass[0], byClass[1]]));
      assert.equal(await name(), `${first} − ${third}`);
      const { view } = await panel.kept() as unknown as CompareState;
      assert.deepEqual(view.difference, { shown: true, from: 1, less: 0, magnitudes: false, scaled: false });
    });

    it('of other units is refused with a way out', async () => {
      await show(byTechnique.slice(0, 2), [four[0], { ...four[1], map: { ...four[0].map, unit: 'score per unit of input' } }]);
      await panel.page.locator('#difference-toggle').click();
      await panel.page.getByText('They can be subtracted once').waitFor();
      await panel.screenshot('compare difference refused');
      await panel.page.getByRole('button', { name: 'Scale Each Map' }).click();
      await panel.page.locator('#difference[data-painted]').waitFor();
      await panel.page.getByText('share of the largest magnitude', { exact: true }).waitFor();
    });
  });

  it('keeps its state and takes it up again', async () => {
    await show(byClass, threeClasses);
    await panel.page.locator('#shared').click();
    await panel.page.locator('#opacity').fill('80');
    const kept = await panel.kept() as unknown as CompareState;
    assert.deepEqual(kept.comparison.subjects, byClass);
    assert.equal(kept.view.shared, false);
    await panel.close();
    await show(byClass, threeClasses, { state: kept });
    assert.equal(await panel.page.locator('#opacity').inputValue(), '80');
    assert.deepEqual((await panel.kept() as unknown as CompareState).view, kept.view);
  });

  it('exports pictures that are PNG files of what is seen', async () => {
    await show(byTechnique, four);
    for (const [item, type] of [['Picture of all cells (PNG)', 'export-picture'], ['Page with all cells (HTML)', 'export-page']]) {
      await panel.page.getByRole('button', { name: 'Export' }).click();
      await panel.page.getByRole('menuitem', { name: item }).click();
      await panel.page.waitForFunction((wanted) => {
        const { posted } = window as unknown as { posted: { type: string }[] };
        return posted.some((message) => message.type === wanted);
      }, type);
    }
    const exported = await panel.page.evaluate(async () => {
      interface Png { label: string; png: Uint8Array<ArrayBuffer> }
      const { posted } = window as unknown as { posted: (Png & { type: string; cells: Png[] })[] };
      const whole = posted.find(({ type }) => type === 'export-picture')!.png;
      const { cells } = posted.find(({ type }) => type === 'export-page')!;
      const [first, ...others] = await Promise.all([whole, ...cells.map(({ png }) => png)].map(async (png) => {
        const { width, height } = await createImageBitmap(new Blob([png], { type: 'image/png' }));
        return [width, height];
      }));
      return { whole: first, bytes: [...whole], page: cells.map(({ label }, at) => ({ label, size: others[at] })) };
    });
    assert.deepEqual(exported.page.map(({ label }) => label), Object.values(names.techniques));
    for (const cell of exported.page) assert.deepEqual(cell.size, [720, 540]);
    assert.ok(exported.whole[0] > 1000 && exported.whole[1] > 600, `${exported.whole.join(' × ')}`);
    await panel.keep('compare export', Uint8Array.from(exported.bytes));
  });

  describe('for everyone', () => {
    for (const theme of themes) {
      it(`keeps axe's rules in the theme ${theme}`, async () => {
        await show(byTechnique, four.slice(0, 2), { theme });
        const error = { reason: 'layer-unsuitable' as const, message: 'This layer has no map.', help: 'Choose another one.' };
        await panel.send({ type: 'cell', index: 3, cell: { state: 'failed', error, actions: [{ id: 'retry', title: 'Try Again' }] } });
        await panel.screenshot(`compare axe ${theme}`);
        const { violations } = await new AxeBuilder({ page: panel.page }).analyze();
        assert.deepEqual(violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`)), []);
      });
    }

    for (const width of [320, 640, 1000]) {
      it(`has room for everything at ${width} px`, async () => {
        await show(byTechnique, four, { width, height: 700 });
        await panel.screenshot(`compare ${width}`);
        const overflow = await panel.page.evaluate(() => [...document.querySelectorAll<HTMLElement>('#app *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.visually-hidden, .progress')).map((element) => element.outerHTML.slice(0, 80)));
        assert.deepEqual(overflow, []);
      });
    }
  });
});
