/** The studio in a real browser: what is painted, what is posted, the triptych, keyboard, axe in every theme. */
import assert from 'node:assert/strict';
import type { Pixels } from '../../src/protocol/engine.ts';
import type { StudioHostMessage, StudioMessage, StudioState } from '../../src/protocol/studio-panel.ts';
import * as canned from './rig/canned-studio.ts';
import { panelBrowser, themes, type PanelOptions } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const fooled: StudioHostMessage[] = [
  ...canned.introduction({ work: canned.foolingWork, names: { content: 'cat.png' }, canContinue: true }), canned.sources,
  canned.result({
    generator: 'pgd', pictures: [canned.picture(155)], fooling: canned.fooling(), predictions: [], ended: 'reached', step: 12, total: 40,
    metrics: { l2: 1.43, linf: 0.031, psnr: 38.2 }, notes: ['The picture was cropped to what the model sees.'],
  }, [canned.curve('probability', 12, (step) => step / 13)]),
];
const styled: StudioHostMessage[] = [
  ...canned.introduction({ work: canned.styleWork, phase: 'running', names: { content: 'tower.jpg', style: 'waves.jpg' } }), canned.sources,
  canned.frame({ step: 120, total: 200, curves: canned.losses }),
];
const sheet: StudioHostMessage[] = [
  ...canned.introduction({ phase: 'paused', work: { ...canned.work, classes: [281, 967], parameters: { pictures: 2 } } }),
  canned.frame({ pictures: [20, 90, 160, 250].map((level) => canned.picture(level)) }),
];

const failed: StudioHostMessage[] = [...canned.introduction(), {
  type: 'error', error: { reason: 'picture-missing', message: 'The picture "cat.png" is not there.', help: 'Choose another.' }, actions: [{ id: 'retry', title: 'Try Again' }],
}];

describe('the studio', () => {
  const browser = panelBrowser('studio');
  let panel: PanelPage<'studio'>;

  async function show(messages: StudioHostMessage[], options: PanelOptions<StudioState> = {}): Promise<void> {
    panel = await browser.open({ height: 900, ...options });
    await panel.send(...messages);
    await panel.settle(); // pictures are painted with the next frame of the screen
  }
  const last = async () => (await panel.posted('change')).at(-1)?.change;
  const posted = async (type: StudioMessage['type']) => (await panel.posted(type)).length;
  const button = (name: string) => panel.page.getByRole('button', { name, exact: true });

  /** RGBA of a figure's own pixel. */
  const pixel = (id: string, x: number, y: number): Promise<number[]> => panel.page.evaluate(([name, left, top]) => {
    const copy = new OffscreenCanvas(1, 1).getContext('2d')!;
    copy.drawImage(document.getElementById(`picture-${name}`) as HTMLCanvasElement, -left, -top);
    return [...copy.getImageData(0, 0, 1, 1).data];
  }, [id, x, y] as const);

  function own({ data, width }: Pixels, x: number, y: number): number[] {
    const at = (y * width + x) * 4;
    return [...data.subarray(at, at + 4)];
  }

  for (const theme of themes) {
    for (const [what, messages] of Object.entries({ empty: canned.introduction(), sheet, fooled, styled, failed })) {
      it(`keeps axe's rules in the theme ${theme}: ${what}`, async () => {
        await show(messages, { theme });
        await panel.screenshot(`studio ${what} ${theme}`);
        await panel.assertAccessible(what);
      });
    }
  }

  it('paints a frame as it is, and says that it has shown it', async () => {
    await show([...canned.introduction({ phase: 'running' }), canned.frame({ frame: 7 })]);
    const picture = canned.picture(40);
    for (const [x, y] of [[0, 0], [95, 0], [31, 77]]) assert.deepEqual(await pixel('made', x, y), own(picture, x, y));
    assert.deepEqual(await panel.posted('shown'), [{ type: 'shown', frame: 7 }]);
    assert.equal(await panel.page.locator('#progress').innerText(), 'Step 40 of 100');
    assert.match((await panel.page.locator('.plot').getAttribute('aria-label'))!, /^Score from .* to 28\.7 at step 40\.$/);
    await panel.screenshot('studio frame');
  });

  it('paints the newest of several frames that come at once, and confirms that one alone', async () => {
    await show(canned.introduction({ phase: 'running' }));
    await panel.page.evaluate(([first, second]) => {
      for (const encoded of [first, second]) {
        const data = JSON.parse(encoded) as { pictures: { data: unknown }[] };
        for (const picture of data.pictures) picture.data = Uint8Array.from(picture.data as number[]);
        window.dispatchEvent(new MessageEvent('message', { data }));
      }
    }, [10, 200].map((level, frame) => {
      const picture = canned.picture(level);
      return JSON.stringify({ ...canned.frame({ frame }), pictures: [{ ...picture, data: [...picture.data] }] });
    }) as [string, string]);
    await panel.settle();
    assert.deepEqual(await pixel('made', 5, 5), own(canned.picture(200), 5, 5));
    assert.deepEqual(await panel.posted('shown'), [{ type: 'shown', frame: 1 }]);
  });

  it('shows enlarged pixels as squares, and small enlargements smoothly', async () => {
    await show([...canned.introduction(), canned.frame({ pictures: [canned.picture(40, 64)] })]);
    const rendering = () => panel.page.locator('#picture-made').evaluate((canvas) => getComputedStyle(canvas).imageRendering);
    assert.equal(await rendering(), 'pixelated');
    await panel.send(canned.frame({ frame: 2, pictures: [canned.picture(40, 400)] }));
    await panel.settle();
    assert.equal(await rendering(), 'auto');
  });

  it('is run, paused, resumed, stopped and cancelled', async () => {
    await show(canned.introduction());
    await button('Run').click();
    await panel.send(canned.state({ phase: 'preparing', message: 'Building the programs' }));
    assert.equal(await panel.page.locator('#progress').innerText(), 'Building the programs');
    await button('Cancel').click();
    await panel.send(canned.state({ phase: 'running' }), canned.frame());
    await button('Pause').click();
    await panel.send(canned.state({ phase: 'paused' }));
    await button('Resume').click();
    await button('Stop').click();
    assert.deepEqual([await posted('run'), await posted('cancel'), await posted('pause'), await posted('resume'), await posted('stop')], [1, 1, 1, 1, 1]);
    await panel.send(canned.state({ phase: 'ending' }));
    assert.match(await panel.page.locator('#progress').innerText(), /ending after this step/);
    assert.equal(await button('Run').count(), 0);
  });

  it('says what is to be chosen before it can run', async () => {
    await show(canned.introduction({ work: { ...canned.styleWork, style: undefined } }));
    assert.equal(await button('Run').isDisabled(), true);
    assert.equal(await panel.page.locator('#progress').innerText(), 'Choose a style first.');
    await panel.send(canned.state({ work: canned.styleWork }));
    await panel.settle();
    assert.equal(await button('Run').isDisabled(), false);
  });

  it('goes on for as many steps as are asked for, and begins anew with another seed', async () => {
    await show([...canned.introduction({ canContinue: true }), canned.result()]);
    await panel.page.locator('#more-steps').fill('0');
    assert.equal(await panel.page.locator('#more-steps').getAttribute('aria-invalid'), 'true');
    await panel.page.locator('#more-steps').press('Enter');
    await panel.page.locator('#more-steps').fill('75');
    await button('Continue').click();
    assert.deepEqual(await panel.posted('continue'), [{ type: 'continue', steps: 75 }]);
    await button('Run with another seed').click();
    assert.ok(Number.isInteger((await last())!.seed));
    assert.equal(await posted('run'), 1);
  });

  it('posts what a slider says while a run goes on, and holds fast what is fixed', async () => {
    await show([...canned.introduction({ phase: 'running' }), canned.frame()]);
    const slider = panel.page.locator('[data-parameter="stepSize"] .slider');
    await slider.focus();
    await panel.page.keyboard.press('ArrowRight');
    assert.deepEqual(await last(), { parameters: { stepSize: 26 } });
    await panel.page.locator('#parameter-jitter').fill('900');
    assert.match(await panel.page.locator('[data-parameter="jitter"]').getByRole('alert').innerText(), /whole number from 0 to 64/);
    assert.deepEqual(await last(), { parameters: { stepSize: 26 } }, 'what is refused is not sent');
    assert.equal(await panel.page.locator('#fixed .parameter-group').evaluate((group: HTMLElement) => group.inert), true);
    assert.equal(await panel.page.locator('.chooser').evaluate((chooser: HTMLElement) => chooser.inert), true);
    await panel.send(canned.state({ phase: 'running' }));
    assert.equal(await panel.page.locator('#parameter-stepSize').inputValue(), '26', 'the host has not heard of it yet');
  });

  it('shows the parameters of the recipe that is chosen', async () => {
    await show(canned.introduction());
    const noise = panel.page.locator('[data-parameter="noise"]');
    assert.equal(await noise.isVisible(), false);
    await panel.page.locator('#parameter-recipe').click();
    await panel.page.getByRole('option', { name: 'Classic' }).click();
    assert.deepEqual(await last(), { parameters: { recipe: 'classic' } });
    assert.equal(await noise.isVisible(), true);
  });

  it('has a contact sheet of which one picture is shown large, and keeps which', async () => {
    await show(sheet);
    assert.deepEqual(await panel.page.locator('.thumb-name').allInnerTexts(), ['tabby, tabby cat, 1', 'tabby, tabby cat, 2', 'espresso, 1', 'espresso, 2']);
    await panel.page.locator('.thumb').nth(2).focus();
    await panel.page.keyboard.press('Enter');
    await panel.settle();
    assert.deepEqual(await pixel('made', 5, 5), own(canned.picture(160), 5, 5));
    assert.equal(await panel.page.locator('.thumb').nth(2).getAttribute('aria-pressed'), 'true');
    const kept = await panel.kept() as unknown as { chosen: number; work: { classes: number[] } };
    assert.deepEqual([kept.chosen, kept.work.classes], [2, [281, 967]]);
    await button('Export').click();
    await panel.page.getByRole('menuitem', { name: 'Picture (PNG)' }).click();
    assert.deepEqual(await panel.posted('export'), [{ type: 'export', what: 'picture', index: 2 }]);
  });

  it('takes several classes, and a layer in their place', async () => {
    await show(canned.introduction());
    await panel.page.locator('#add-class').click();
    await panel.page.keyboard.type('espresso');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await last(), { classes: [281, 967], layer: null });
    await button('Remove tabby, tabby cat').click();
    assert.deepEqual(await last(), { classes: [967] });
    await panel.page.locator('#target-kind').click();
    await panel.page.getByRole('option', { name: 'Layer' }).click();
    const change = await last();
    assert.deepEqual(change, { layer: '/blocks.6/expand/Conv_output_0', classes: [] });
    assert.equal(await panel.page.locator('#layer').isVisible(), true);
  });

  it('shows before, after and ten times the difference, with a verdict in words', async () => {
    await show(fooled);
    assert.deepEqual(await panel.page.locator('.figure-caption').allInnerTexts(), ['Before', 'After', 'Difference × 10']);
    assert.deepEqual(await pixel('content', 3, 3), own(canned.picture(150), 3, 3));
    assert.deepEqual(await pixel('made', 3, 3), own(canned.picture(155), 3, 3));
    const widths = await panel.page.locator('.figure-picture').evaluateAll((all) => all.map((canvas) => Math.round(canvas.getBoundingClientRect().width)));
    assert.equal(new Set(widths).size, 1, 'the three are of one size');
    assert.match(await panel.page.locator('#verdict').innerText(), /The model is fooled\s+The saved picture is classified as “espresso” \(91\.2 %\)/);
    const outcome = await panel.page.locator('.sidebar').innerText();
    for (const words of ['L2 distance', 'PSNR', '38.2 dB', 'As saved']) assert.ok(outcome.toLowerCase().includes(words.toLowerCase()), words);
    await button('Export').click();
    await panel.page.getByRole('menuitem', { name: 'Difference × 10 (PNG)' }).click();
    assert.deepEqual(await panel.posted('export'), [{ type: 'export', what: 'difference', index: 0 }]);
  });

  it('says so where saving undoes it, and where the model is not fooled', async () => {
    const cat = canned.fooling().before;
    await show([...fooled.slice(0, -1), canned.result({ fooling: canned.fooling({ fooledAsSaved: false, asSaved: cat }), predictions: [] })]);
    assert.match(await panel.page.locator('#verdict').innerText(), /not once it is saved.*“tabby, tabby cat”/s);
    await panel.send(canned.result({ fooling: canned.fooling({ fooled: false, fooledAsSaved: false, asSaved: cat, after: cat }), predictions: [] }));
    assert.match(await panel.page.locator('#verdict').innerText(), /The model is not fooled/);
    assert.equal(await panel.page.locator('#verdict').getAttribute('data-kind'), 'not-fooled');
  });

  it('tells of a dead unit instead of showing grey without a word', async () => {
    await show([...canned.introduction(), canned.result({ ended: 'dead', notes: ['Channel 5 does not respond to any of the pictures tried.'] })]);
    assert.match(await panel.page.locator('#outcome').innerText(), /Channel 5 does not respond/);
    assert.equal(await panel.page.locator('#outcome .codicon-warning').count(), 1);
  });

  it('shows both sources beside the picture, and asks for others', async () => {
    await show([...canned.introduction({ work: canned.styleWork, names: { content: 'tower.jpg', style: 'waves.jpg' } }), canned.sources, canned.frame({ curves: canned.losses })]);
    assert.deepEqual(await panel.page.locator('.figure-caption').allInnerTexts(), ['Photograph', 'Result', 'Style']);
    assert.equal(await panel.page.locator('.legend li').count(), canned.losses.length);
    await panel.page.locator('#choose-style').click();
    assert.deepEqual(await panel.posted('choose-picture'), [{ type: 'choose-picture', role: 'style' }]);
    await panel.page.locator('#preset').click();
    await panel.page.getByRole('option', { name: 'The Starry Night' }).click();
    assert.deepEqual(await last(), { parameters: { size: 192, contentWeight: 6 } });
  });

  it('takes along what was made, once it is made', async () => {
    await show([...canned.introduction({ phase: 'running' }), canned.frame()]);
    await button('Export').click();
    const item = (name: string) => panel.page.getByRole('menuitem', { name });
    assert.ok(await item('Picture (PNG)').isEnabled());
    for (const name of ['Difference', 'Report (HTML)', 'Recipe', 'Copy command line']) assert.ok(await item(name).isDisabled(), name);
    await panel.page.keyboard.press('Escape');
    await panel.send(canned.state({ canContinue: true }), canned.result());
    for (const name of ['Report (HTML)', 'Recipe', 'Copy command line']) {
      await button('Export').click();
      await item(name).click();
    }
    assert.deepEqual((await panel.posted('take')).map(({ what }) => what), ['report', 'recipe', 'command-line']);
  });

  it('says before it goes on from a kept picture what will be lost, and marks a picture that is gone', async () => {
    await show([...canned.introduction({ canContinue: true }), canned.result()]);
    assert.ok(await panel.page.locator('#loss').isHidden());
    const names = { content: 'tower.jpg', style: 'waves.jpg' };
    await panel.send(canned.state({ canContinue: true, fromPictures: true, work: canned.styleWork, names, missing: ['style'] }), canned.sources);
    assert.match(await panel.page.locator('#loss').innerText(), /rounded to 8 bits; the optimiser starts afresh/);
    assert.match(await panel.page.locator('#style').innerText(), /waves\.jpg\s+is not there any more/);
    assert.doesNotMatch(await panel.page.locator('#content').innerText(), /not there/);
    await panel.assertAccessible('a picture is gone');
    await panel.screenshot('studio picture gone');
    await panel.send(canned.state({ canContinue: true, fromPictures: true, work: canned.foolingWork }));
    assert.match(await panel.page.locator('#loss').innerText(), /rounded to 8 bits\.$/, 'an attack has no optimiser');
  });

  it('offers what can be done about an error, over the picture that is there', async () => {
    await show([...canned.introduction(), canned.frame(), {
      type: 'error', error: { reason: 'engine-crashed', message: 'The engine stopped.', help: 'Try again.' }, actions: [{ id: 'retry', title: 'Try Again' }],
    }]);
    await button('Try Again').click();
    assert.deepEqual(await panel.posted('action'), [{ type: 'action', id: 'retry' }]);
    await panel.send(canned.state({ phase: 'preparing' }));
    assert.equal(await panel.page.locator('#error').isVisible(), false);
  });

  for (const width of [320, 480, 720]) {
    it(`has room for everything at ${width} px`, async () => {
      await show(fooled, { width });
      await panel.assertFits('.sheet, .plot');
      await panel.screenshot(`studio ${width}`);
    });
  }
});
