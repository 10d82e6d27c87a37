/** Pictures made in the real window: seen while they are made, steered, stopped, kept. */
import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { Session } from './rig/session.ts';
import type { Workbench } from './rig/workbench.ts';

/** The first run loads the model and builds its programs. */
const patience = 120_000;

describe('the studio', () => {
  let session: Session;
  let workbench: Workbench;

  before(async () => {
    session = await Session.start();
    workbench = session.workbench;
  });
  after(() => session?.stop());
  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.command('View: Close All Editors');
  });

  /** The visible studio, once it shows something. */
  const studio = (shows: 'frame' | 'result'): Promise<Frame> => workbench.webview(`body[data-shown="${shows}"] #picture-made[data-painted]`, patience);
  const steps = async (frame: Frame): Promise<number> => Number(/Step (\d+)/.exec(await frame.locator('#progress').innerText())?.[1]);
  const pixels = (frame: Frame, id = 'made'): Promise<number[]> => frame.locator(`#picture-${id}`).evaluate((canvas) => {
    const small = new OffscreenCanvas(32, 32).getContext('2d')!;
    small.drawImage(canvas as HTMLCanvasElement, 0, 0, 32, 32);
    return [...small.getImageData(0, 0, 32, 32).data];
  });
  const differ = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0) / a.length;

  it('paints a class from the palette, frame by frame; is steered, paused and stopped, and comes back after a reload without running', async () => {
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
    const paused = await steps(frame);
    await frame.locator('#parameter-steps').fill(String(paused + 6)).catch(async () => {
      await frame.locator('[data-parameter="steps"] vscode-checkbox').click(); // the recipe's own number, until one is asked for
      await frame.locator('#parameter-steps').fill(String(paused + 6));
    });
    assert.equal(await steps(frame), paused, 'a paused run stands still');
    await frame.locator('#resume').click();
    const done = await studio('result');
    assert.equal(await done.locator('#progress').innerText(), `Step ${paused + 6} of ${paused + 6}`);
    assert.ok(differ(early, await pixels(done)) > 2, 'the picture has grown');
    assert.match(await done.locator('#outcome').innerText(), /goldfish/);
    await workbench.screenshot('studio done');

    await done.locator('#more-steps').fill('4');
    await done.locator('#continue').click();
    await done.waitForFunction((total) => document.getElementById('progress')!.textContent === `Step ${total} of ${total}`, paused + 10, { timeout: patience });

    await workbench.settleState();
    await workbench.reload();
    const restored = await workbench.webview('body[data-state="idle"] #run');
    await restored.locator('#class').waitFor();
    assert.equal(await restored.locator('body').getAttribute('data-shown'), 'nothing', 'nothing runs before it is asked for');
    await restored.waitForFunction(() => (document.getElementById('class') as HTMLInputElement).value.startsWith('goldfish'));
  });

  it('makes a fooling image from the context menu of a picture', async () => {
    await workbench.explorerMenu('espresso.jpg', 'Make a Fooling Image', 'Fovea');
    await workbench.pick('Any other class');
    const frame = await studio('result');
    assert.deepEqual(await frame.locator('.figure-caption').allInnerTexts(), ['Before', 'After', 'Difference × 10']);
    assert.match(await frame.locator('#verdict').innerText(), /The saved picture is classified as/);
    assert.ok(differ(await pixels(frame, 'content'), await pixels(frame)) < 12, 'hardly to be seen');
    await workbench.screenshot('studio fooling');
  });

  it('dreams into a photograph what a layer sees, steered by a slider while it runs', async () => {
    await workbench.explorerMenu('chelsea-cat.png', 'Deep Dream', 'Fovea');
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click();
    const frame = await studio('frame');
    await frame.locator('[data-parameter="stepSize"] .slider').focus();
    await frame.locator('[data-parameter="stepSize"] .slider').press('ArrowRight');
    await frame.locator('#stop').click();
    const stopped = await studio('result');
    assert.match(await stopped.locator('#outcome').innerText(), /1 change while it ran/);
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
    assert.match(await stopped.locator('#outcome').innerText(), /stopped/);
    assert.ok(await stopped.locator('.legend li').count() > 2, 'a curve for each term');
    await workbench.screenshot('studio style');
  });
});
