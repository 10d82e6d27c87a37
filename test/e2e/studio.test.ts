/** Pictures made in the real window: seen while they are made, steered, stopped, kept. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { editorSession } from './rig/session.ts';

/** The first run loads the model and builds its programs. */
const patience = 120_000;

describe('the studio', () => {
  const session = editorSession();
  const { workbench } = session;
  afterEach(() => workbench.clear());

  /** The visible studio, once it shows something. */
  const studio = (shows: 'frame' | 'result'): Promise<Frame> => workbench.webview(`body[data-shown="${shows}"] #picture-made[data-painted]`, patience);
  const steps = async (frame: Frame): Promise<number> => Number(/Step (\d+)/.exec(await frame.locator('#progress').innerText())?.[1]);
  /** The step of a paused run, once what was on its way has come. */
  const standing = async (frame: Frame): Promise<number> => {
    for (let before = -1, now = await steps(frame); ; [before, now] = [now, await steps(frame)]) {
      if (now === before) return now;
      await sleep(1_000);
    }
  };
  const pixels = (frame: Frame, id = 'made'): Promise<number[]> => frame.locator(`#picture-${id}`).evaluate((canvas) => {
    const small = new OffscreenCanvas(32, 32).getContext('2d')!;
    small.drawImage(canvas as HTMLCanvasElement, 0, 0, 32, 32);
    return [...small.getImageData(0, 0, 32, 32).data];
  });
  const differ = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0) / a.length;

  it('paints a class from the palette, frame by frame; is steered, paused and gone on with, also after a reload, from the picture that was kept', async () => {
    await workbench.command('Visualize a Class');
    await workbench.page.locator('.quick-input-widget input[aria-controls]').fill('goldfish');
    await workbench.pick('goldfish');
    const frame = await studio('frame');
    const early = await pixels(frame);
    const first = await steps(frame);
    await frame.waitForFunction((after) => Number(/Step (\d+)/.exec(document.getElementById('progress')!.textContent!)?.[1]) > after + 5, first, { timeout: patience });
    await workbench.screenshot('studio running');

    await frame.locator('#pause').click();
    await frame.waitForSelector('body[data-state="paused"]');
    const paused = await standing(frame);
    const total = frame.locator('#parameter-steps');
    if (await total.isDisabled()) await frame.locator('[data-parameter="steps"] vscode-checkbox').click(); // the recipe's own number, until one is asked for
    await total.fill(String(paused + 6));
    assert.equal(await steps(frame), paused, 'a paused run stands still');
    await frame.locator('#resume').click();
    const done = await studio('result');
    assert.equal(await done.locator('#progress').innerText(), `Step ${paused + 6} of ${paused + 6}`);
    assert.ok(differ(early, await pixels(done)) > 2, 'the picture has grown');
    assert.match(await done.locator('#outcome').innerText(), /goldfish/);
    await workbench.screenshot('studio done');

    await workbench.settleState(); // what the window notes from now on may be lost
    await done.locator('#more-steps').fill('4');
    await done.locator('#continue').click();
    await done.waitForFunction((total) => document.getElementById('progress')!.textContent === `Step ${total} of ${total}`, paused + 10, { timeout: patience });

    const made = await pixels(await studio('result'));
    await done.waitForSelector('body[data-state="idle"]');
    await workbench.reload();
    const restored = await studio('result');
    assert.deepEqual(await pixels(restored), made, 'what had ended just before, and nothing is made anew');
    assert.equal(await restored.locator('#progress').innerText(), `Step ${paused + 10} of ${paused + 10}`);
    await restored.waitForFunction(() => (document.getElementById('class') as HTMLInputElement).value.startsWith('goldfish'));
    await restored.locator('#loss').waitFor();
    await workbench.screenshot('studio restored');
    await restored.locator('#more-steps').fill('2');
    await restored.locator('#continue').click();
    await restored.waitForFunction((total) => document.getElementById('progress')!.textContent === `Step ${total} of ${total}`, paused + 12, { timeout: patience });
    await (await studio('result')).getByText(`Continued at step ${paused + 10} from the picture as kept`).waitFor();
  });

  it('makes a fooling image from the context menu of a picture', async () => {
    await workbench.explorerMenu('espresso.jpg', 'Make a Fooling Image', 'Fovea');
    await workbench.pick('Any other class');
    const frame = await studio('result');
    assert.deepEqual(await frame.locator('.figure-caption').allInnerTexts(), ['Before', 'After', 'Difference × 10']);
    assert.match(await frame.locator('#verdict').innerText(), /The saved picture is classified as/);
    const made = await pixels(frame);
    assert.ok(differ(await pixels(frame, 'content'), made) < 12, 'hardly to be seen');
    await workbench.screenshot('studio fooling');

    const file = (name: string): string => path.join(session.folder, name);
    await workbench.command('Fovea: Save Recipe…');
    await workbench.saveAs(file('fooled.fovea-run.json'));
    await workbench.command('Fovea: Export Report…');
    await workbench.saveAs(file('fooled.html'));
    await workbench.command('View: Show Explorer');
    await workbench.file('fooled.html').waitFor();
    assert.equal((await readFile(file('fooled.html'), 'utf8')).split('src="data:image/png').length, 4, 'before, after and the difference');

    await workbench.command('View: Close All Editors');
    await workbench.openFile('fooled.fovea-run.json');
    const opened = await studio('result');
    assert.deepEqual(await pixels(opened), made, 'the same recipe, the same picture');
    await workbench.screenshot('studio recipe');
    await workbench.command('View: Close All Editors');

    await workbench.page.locator('.activitybar .action-label[aria-label="Fovea"]').click();
    const runs = workbench.page.locator('.pane').filter({ has: workbench.page.locator('.pane-header[aria-label^="Runs"]') }).locator('.monaco-list-row');
    await runs.filter({ hasText: 'Class Visualization: goldfish' }).first().waitFor();
    await runs.filter({ hasText: 'PGD: espresso.jpg' }).first().click();
    const again = await studio('result');
    assert.deepEqual(await pixels(again), made);
    assert.match(await again.locator('#verdict').innerText(), /The saved picture is classified as/);
    await workbench.screenshot('studio run');
    await workbench.command('View: Show Explorer');
  });

  it('dreams into a photograph what a layer sees, steered by a slider while it runs', async () => {
    await workbench.explorerMenu('chelsea-cat.png', 'Deep Dream', 'Fovea');
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click();
    const frame = await studio('frame');
    await frame.locator('[data-parameter="stepSize"] .slider').focus();
    await frame.locator('[data-parameter="stepSize"] .slider').press('ArrowRight');
    await frame.locator('#stop').click();
    const stopped = await studio('result');
    assert.match(await stopped.locator('#made').innerText(), /1 change while it ran/);
    assert.ok(differ(await pixels(stopped, 'content'), await pixels(stopped)) > 0.5, 'the photograph has changed');
    await workbench.screenshot('studio dream');
  });

  it('transfers a style with its preview, and stops', async () => {
    await workbench.explorerMenu('chelsea-cat.png', 'Use as Content', 'Fovea');
    await workbench.explorerMenu('cat-and-espresso.jpg', 'Use as Style', 'Fovea');
    const frame = await studio('frame');
    await frame.locator('#picture-style[data-painted]').waitFor();
    assert.deepEqual(await frame.locator('.figure-caption').allInnerTexts(), ['Photograph', 'Result', 'Style']);
    await frame.locator('#stop').click();
    const stopped = await studio('result');
    assert.match(await stopped.locator('#made').innerText(), /stopped/);
    assert.ok(await stopped.locator('.legend li').count() > 2, 'a curve for each term');
    await workbench.screenshot('studio style');

    await workbench.drag('espresso.jpg', stopped.locator('#style'));
    await stopped.locator('#style .picture-name:has-text("espresso.jpg")').waitFor();
  });

  it('sweeps two parameters of a style transfer; a cell opens as a run, and the grid is there after a reload', async () => {
    await workbench.explorerMenu('chelsea-cat.png', 'Use as Content', 'Fovea'); // the style of before is still chosen
    const frame = await studio('frame');
    await frame.locator('#stop').click();
    await frame.waitForSelector('body[data-state="idle"]', { timeout: patience });
    for (const [name, value] of [['steps', 3], ['size', 48], ['styleSize', 48]]) await frame.locator(`#parameter-${name}`).fill(String(value));
    await frame.locator('#sweep').click();

    const sweep = await workbench.webview('body[data-state="idle"] #cost:has-text("9 pictures × 3 steps = 27 steps")');
    await sweep.locator('#columns-values').fill('0.01, 10');
    await sweep.locator('#rows-values').fill('1, 1000');
    await sweep.locator('#run').click();
    await sweep.waitForSelector('body[data-state="result"] .sweep-cell[data-state="done"]', { timeout: patience });
    assert.deepEqual(await sweep.locator('.sweep-cell').evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label'))), [
      'Content: 0.01 · Style, first layer: 1, done', 'Content: 10 · Style, first layer: 1, done',
      'Content: 0.01 · Style, first layer: 1000, done', 'Content: 10 · Style, first layer: 1000, done',
    ]);
    const cell = (index: number, of = sweep): Promise<number[]> => of.locator(`#cell-${index} canvas`).evaluate((canvas) => {
      const small = new OffscreenCanvas(32, 32).getContext('2d')!;
      small.drawImage(canvas as HTMLCanvasElement, 0, 0, 32, 32);
      return [...small.getImageData(0, 0, 32, 32).data];
    });
    assert.ok(differ(await cell(1), await cell(2)) > 0.2, 'another weight, another picture');
    await workbench.screenshot('sweep');
    await sweep.getByRole('button', { name: 'Export' }).click();
    await sweep.getByRole('menuitem', { name: /HTML/ }).click();
    await workbench.saveAs(path.join(session.folder, 'sweep.html'));
    await workbench.file('sweep.html').waitFor();
    const page = await readFile(path.join(session.folder, 'sweep.html'), 'utf8');
    assert.equal(page.split('src="data:image/png').length - 1, 4);

    const chosen = await cell(1);
    await sweep.locator('#cell-0').focus();
    await sweep.locator('#cell-0').press('ArrowRight');
    await sweep.locator('#cell-1').press('Enter');
    const opened = await studio('result');
    assert.ok(differ(chosen, await pixels(opened)) < 0.5, 'the cell\'s picture, not made again');
    assert.equal(await opened.locator('#parameter-contentWeight').inputValue(), '10');

    await workbench.page.locator('.tab').filter({ hasText: 'Sweep' }).click();
    const again = await workbench.webview('body[data-state="result"] #cell-3[data-state="done"]');
    assert.equal(await again.locator('#cell-1').getAttribute('aria-selected'), 'true', 'as it was left');
    await workbench.settleState();
    await workbench.reload();
    const restored = await workbench.webview('body[data-state="result"] #cell-3[data-state="done"]');
    assert.equal(await restored.locator('#rows-values').inputValue(), '1, 1000');
    assert.deepEqual(await cell(1, restored), chosen, 'not made again');
    await workbench.screenshot('sweep restored');
  });

  it('stops what is under way when the window is left, and shows after the reload how far it had come', async () => {
    await workbench.command('Visualize a Class');
    await workbench.page.locator('.quick-input-widget input[aria-controls]').fill('goldfish');
    await workbench.pick('goldfish');
    const frame = await studio('frame');
    await frame.locator('#pause').click();
    await frame.waitForSelector('body[data-state="paused"]');
    await workbench.settleState();
    const before = await standing(frame);
    await workbench.reload();
    const restored = await studio('result');
    assert.ok(await steps(restored) >= before);
    assert.match(await restored.locator('#made').innerText(), /stopped/);
    await workbench.screenshot('studio left and restored');
  });
});
