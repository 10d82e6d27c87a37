/** What is explained and what goes wrong, in a real browser with a test in the place of the host. */
import assert from 'node:assert/strict';
import { guessNote } from '../../src/protocol/preprocessing.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const { subject } = canned;

describe('the result panel: what is explained', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  const state = (): Promise<string | null> => panel.page.locator('body').getAttribute('data-state');

  describe('what is explained', () => {
    it('another prediction, by Enter; it is marked at once and the result is said', async () => {
      panel = await browser.show();
      const second = panel.page.locator('.prediction').nth(1);
      await second.focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual((await panel.posted('explain')).map((message) => message.subject), [{ ...subject, class: 967 }]);
      assert.equal(await panel.page.locator('.prediction[aria-current="true"]').getAttribute('data-class'), '967');
      assert.equal(await panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.class), '967', 'the focus stays');
      const answer = canned.result({ class: canned.predictions[1] });
      await panel.repaint(() => panel.send({ type: 'result', subject: { ...subject, class: 967 }, result: answer }));
      assert.match(await panel.page.locator('#announcement').innerText(), /espresso, 20\.4 %.*strongest at the right of/);
      assert.equal(await panel.page.locator('#class').inputValue(), 'espresso');
    });

    it('any class, found by typing', async () => {
      panel = await browser.show();
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
      panel = await browser.show();
      await panel.page.locator('#layer').click();
      const rows = await panel.page.getByRole('option').allInnerTexts();
      assert.equal(rows.length, canned.layers.length);
      assert.match(rows[0], /Clip\s+16 × 112 × 112/);
      await panel.page.keyboard.press('ArrowUp');
      await panel.page.keyboard.press('Enter');
      assert.equal((await panel.posted('explain'))[0].subject.layer, canned.layers[5].name);

      await panel.page.locator('#strip-toggle').click();
      await panel.whenPosted('request-strip');
      await panel.send({ type: 'strip', subject, entries: canned.strip });
      const items = panel.page.locator('.strip-item');
      assert.equal(await items.count(), canned.layers.length);
      await items.nth(2).click();
      assert.equal((await panel.posted('explain'))[1].subject.layer, canned.layers[2].name);
      assert.equal(await items.nth(2).getAttribute('aria-pressed'), 'true');
      assert.equal((await panel.posted('request-strip')).length, 1);
    });

    it('a class among no best is listed apart; a technique without layers hides them', async () => {
      const unlikely = { index: 17, name: 'class 17', logit: -3, probability: 1e-7 };
      panel = await browser.show({}, [{ type: 'result', subject: { ...subject, class: 17 }, result: canned.result({ class: unlikely }) }]);
      assert.equal(await panel.page.locator('.prediction').count(), 6);
      assert.match(await panel.page.locator('.apart').innerText(), /class 17\s+< 0\.1 %/);
      await panel.page.locator('#technique').click();
      await panel.page.getByRole('option', { name: 'Saliency' }).click();
      assert.equal((await panel.posted('explain'))[0].subject.technique, 'saliency');
      assert.equal(await panel.page.locator('#layer').isVisible(), false);
    });

    it('another technique, which begins with its own parameters', async () => {
      const tuned = { ...subject, parameters: { relu: false }, seed: 3 };
      panel = await browser.show({}, [{ type: 'subject', subject: tuned, pictureName: 'shapes.png' }, { type: 'result', subject: tuned, result: canned.result() }]);
      await panel.page.locator('.prediction').nth(1).click();
      assert.deepEqual((await panel.posted('explain'))[0].subject, { ...tuned, class: 967 });
      await panel.page.locator('#technique').click();
      await panel.page.getByRole('option', { name: 'Saliency' }).click();
      assert.deepEqual((await panel.posted('explain'))[1].subject.parameters, {});
    });

    it('another score', async () => {
      panel = await browser.show();
      await panel.page.locator('#score').click();
      await panel.page.getByRole('option', { name: 'Log-probability' }).click();
      assert.equal((await panel.posted('explain'))[0].subject.score, 'log-probability');
    });
  });

  describe('when not all is well', () => {
    it('an error stands over the last result, with its help and its buttons', async () => {
      panel = await browser.show();
      const error = { reason: 'engine-crashed' as const, message: 'The engine stopped.', help: 'Try again.' };
      await panel.send({ type: 'error', error, actions: [{ id: 'retry', title: 'Try Again' }] });
      assert.equal(await state(), 'error');
      const card = panel.page.getByRole('alert');
      assert.match(await card.innerText(), /The engine stopped\.\s+Try again\./);
      assert.equal(await panel.page.locator('#map').isVisible(), true);
      await card.getByRole('button', { name: 'Try Again' }).click();
      assert.deepEqual(await panel.posted('action'), [{ type: 'action', id: 'retry' }]);
      await panel.repaint(() => panel.send(canned.shown()));
      assert.equal(await card.isVisible(), false);
    });

    it('an error is closed by its button or by Escape, wherever the focus is, and what was there before is seen again', async () => {
      panel = await browser.show();
      const card = panel.page.getByRole('alert');
      const fail = () => panel.send({ type: 'error', error: { reason: 'picture-corrupt', message: 'x.jpg is damaged.', help: '' }, actions: [] });
      await fail();
      await panel.screenshot('error closable');
      const close = card.getByRole('button', { name: /^Close/ });
      await close.focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual([await card.isVisible(), await state()], [false, 'result']);
      assert.equal(await panel.page.evaluate(() => document.activeElement?.id), 'map', 'the keyboard goes on at the picture');
      await fail();
      await panel.page.keyboard.press('Escape');
      assert.deepEqual([await card.isVisible(), await state()], [false, 'result']);
      await fail();
      await panel.page.locator('#class').click();
      await panel.page.keyboard.press('Escape');
      assert.equal(await card.isVisible(), true, 'the first Escape closes the list');
      await panel.page.keyboard.press('Escape');
      assert.equal(await card.isVisible(), false);
    });

    it('a result that was kept is said to be cached, and how long a fresh one took', async () => {
      panel = await browser.show();
      assert.match(await panel.page.locator('.facts').innerText(), /34 ms$/);
      await panel.repaint(() => panel.send(canned.shown({ cached: true, milliseconds: { picture: 1, build: 0, run: 0, total: 2 } })));
      assert.match(await panel.page.locator('.facts').innerText(), /cached$/);
      assert.match(await panel.page.locator('.facts-list').innerText(), /Time\s+cached/);
    });

    it('a layer whose map is zero everywhere says so; names are cut between their parts', async () => {
      const [first, ...rest] = canned.strip;
      const long = { ...first.layer, name: '/features/stage_four/blocks.11/depthwise/conv/Conv_output_0' };
      const zero = { layer: long, map: { ...first.map, values: new Float32Array(first.map.values.length) } };
      panel = await browser.show({ width: 300, height: 700 });
      await panel.page.locator('#strip-toggle').click();
      await panel.send({ type: 'strip', subject, entries: [zero, ...rest] });
      const items = panel.page.locator('.strip-item');
      assert.match(await items.nth(0).innerText(), /no evidence/);
      assert.match((await items.nth(0).getAttribute('aria-label'))!, /Conv_output_0, Clip, .*no evidence/);
      assert.equal(await items.nth(0).locator('.strip-name').innerText(), '…11/depthwise/conv/Conv');
      assert.doesNotMatch(await items.nth(1).innerText(), /no evidence|…/);
      for (const name of await panel.page.locator('.strip-name').all()) assert.equal(await name.evaluate((node) => node.scrollHeight > node.clientHeight + 1), false);
      await panel.page.locator('#strip').scrollIntoViewIfNeeded();
      await panel.screenshot('strip 300');
    });

    it('work is shown as it goes on, and can be stopped', async () => {
      panel = await browser.open();
      assert.equal(await state(), 'empty');
      assert.match(await panel.page.locator('#empty').innerText(), /Right-click a picture/);
      await panel.send(...canned.introduction(), { type: 'busy', message: 'Building the program', fraction: 0.42 });
      assert.equal(await state(), 'busy');
      assert.match(await panel.page.locator('#busy').innerText(), /Building the program 42 %/);
      assert.equal(await panel.page.getByRole('progressbar').getAttribute('aria-valuenow'), '42');
      const again = panel.page.locator('#try-again');
      assert.ok(await again.isHidden());
      await panel.page.locator('#cancel').click();
      assert.equal((await panel.posted('cancel')).length, 1);
      assert.equal(await state(), 'empty');
      assert.match(await panel.page.locator('#empty').innerText(), /no heat map yet/);
      await panel.assertAccessible('stopped');
      await again.click();
      assert.deepEqual((await panel.posted('explain')).at(-1)!.subject, subject);
      await panel.send({ type: 'busy', message: 'Explaining…' });
      assert.ok(await again.isHidden());
    });

    it('a result so far is painted while work goes on, with its number of samples and its uncertainty', async () => {
      panel = await browser.show();
      await panel.send({ type: 'busy', message: 'SmoothGrad', fraction: 0.4 });
      const standardError = new Float32Array(49).fill(0.0025);
      const milliseconds = { picture: 0, build: 0, run: 2000, total: 2000 };
      const [, other] = canned.predictions;
      const partial = canned.result({ pixels: undefined, class: other, samples: { done: 10, total: 25 }, standardError, milliseconds });
      const espresso = { ...subject, class: 967 };
      await panel.repaint(() => panel.send({ type: 'partial', subject: espresso, result: partial }));
      assert.equal(await state(), 'busy');
      assert.match(await panel.page.locator('.facts').innerText(), /10 of 25 samples, about 3\.0 s left/);
      await panel.page.locator('#map').hover();
      assert.match(await panel.page.locator('.probe-value').innerText(), /^[\d.e-]+ ± 0\.0025 logit$/);
      await panel.repaint(() => panel.send({ type: 'result', subject: espresso, result: { ...partial, samples: { done: 25, total: 25 } } }));
      assert.equal(await state(), 'result');
    });

    it('a partial result is told to a screen reader only once it is whole', async () => {
      panel = await browser.open();
      await panel.send(...canned.introduction(), { type: 'busy', message: 'SmoothGrad', fraction: 0.1 });
      await panel.repaint(() => panel.send({ type: 'partial', subject, result: canned.result({ samples: { done: 8, total: 25 } }) }));
      assert.equal(await panel.page.locator('#announcement').innerText(), '');
      await panel.repaint(() => panel.send(canned.shown({ samples: { done: 25, total: 25 } })));
      assert.equal(await panel.page.locator('.facts').innerText().then((facts) => facts.includes('left')), false);
      assert.match(await panel.page.locator('#announcement').innerText(), /tabby/);
    });

    it('the standard error is shown in the place of the values on demand, in their unit', async () => {
      panel = await browser.show();
      const choice = panel.page.locator('#standard-error');
      assert.equal(await choice.isVisible(), false, 'this result has none');
      const standardError = Float32Array.from({ length: 49 }, (_, i) => (i === 0 ? 0.008 : 0.001));
      await panel.repaint(() => panel.send(canned.shown({ samples: { done: 25, total: 25 }, standardError })));
      await panel.repaint(() => choice.click());
      assert.match(await panel.page.locator('#unit').innerText(), /standard error/);
      assert.match(await panel.page.locator('.colour-bar-ticks').innerText(), /0\.008/);
      assert.equal((await panel.kept()).view.standardError, true);
      await panel.screenshot('standard error');
      await panel.repaint(() => choice.click());
      assert.equal(await panel.page.locator('#unit').innerText(), 'logit');
    });

    it('a guessed preprocessing is named a guess, corrected by what it predicts, and saved', async () => {
      const model = { ...canned.model, reference: '/models/mine.onnx' };
      const mine = { ...subject, model: model.reference };
      const source = { reference: model.reference, title: 'mine', preprocessingSource: 'guess' as const };
      panel = await browser.show({}, [
        { type: 'subject', subject: mine, pictureName: 'shapes.png' }, { type: 'model', model },
        { type: 'result', subject: mine, result: canned.result({ notes: [guessNote, 'Tokens are read as a map.'], model: source }) },
      ]);
      assert.match(await panel.page.locator('#preprocessing-source').innerText(), /guess/);
      assert.equal((await panel.page.locator('.attention').innerText()).match(/a guess/g)?.length, 1, 'said once');
      assert.match(await panel.page.locator('#notes').innerText(), /Tokens are read as a map/);
      await panel.page.locator('#correct-preprocessing').click();
      assert.equal((await panel.posted('request-preprocessing-trials')).length, 1);
      await panel.send({ type: 'preprocessing-trials', trials: canned.trials });
      const choices = panel.page.getByRole('radiogroup', { name: 'Choose the preprocessing' }).getByRole('radio');
      assert.equal(await choices.count(), 3);
      assert.equal(await choices.nth(0).isChecked(), true, 'the present one');
      await choices.nth(2).check();
      await panel.page.locator('#trial-save').click();
      assert.deepEqual(await panel.posted('use-preprocessing'), [{ type: 'use-preprocessing', preprocessing: canned.trials[2].preprocessing, save: true }]);
      assert.equal(await panel.page.getByRole('dialog').count(), 0);
    });
  });
});
