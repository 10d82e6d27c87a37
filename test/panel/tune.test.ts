/** The side panel *Tune* in a real browser: controls from a schema, what is sent and what is not, keyboard, axe in every theme. */
import assert from 'node:assert/strict';
import * as z from 'zod';
import type { TechniqueDescription } from '../../src/protocol/techniques.ts';
import type { TuneState } from '../../src/protocol/tune-panel.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser, themes } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const parameters = z.object({
  samples: z.int().min(1).max(1000).default(25).meta({ title: 'Samples', description: 'Noisy copies of the picture whose gradients are averaged', unit: 'pictures' }),
  noise: z.number().min(0).max(1).default(0.15).meta({ title: 'Noise', description: 'Standard deviation, as a share of the range of the input' }),
  relu: z.boolean().default(true).meta({ title: 'Positive evidence only', description: 'Sets values below zero to zero' }),
  baseline: z.enum(['black', 'blur', 'mean']).default('black').meta({
    title: 'Baseline', description: 'The picture that stands for the absence of everything', choices: { blur: 'The picture, strongly blurred', black: 'All pixels black' },
  }),
  steps: z.union([z.literal('auto'), z.int().min(8).max(1024)]).default('auto').meta({ title: 'Steps', description: 'Of the path; more for a smaller error' }),
  blur: z.number().min(0).max(50).default(5).meta({ title: 'Blur', description: 'Standard deviation', unit: 'px', when: { baseline: 'blur' } }),
  window: z.array(z.int()).default([3, 3]).meta({ title: 'Window', description: 'Height and width', unit: 'px' }),
});
const technique: TechniqueDescription = { ...canned.techniques[0], id: 'smooth-grad', title: 'SmoothGrad', parameters: z.toJSONSchema(parameters, { io: 'input' }) };
const { hash, labels, layers, defaultLayer } = canned.model;

const state = (patch: Partial<TuneState> = {}): TuneState => ({
  subject: { ...canned.subject, technique: technique.id }, pictureName: 'shapes.png', technique, explainedClass: 281, canUndo: false, canRedo: false,
  presets: [{ id: 'captum', title: 'captum', description: 'As Captum has it', own: false }, { id: 'own:mine', title: 'mine', description: 'Saved in this workspace', own: true }],
  live: true, pending: false, busy: false, serial: 0, milliseconds: 84, cached: false, failed: false, ...patch,
});

describe('the side panel Tune', () => {
  const browser = panelBrowser('tune');
  let panel: PanelPage<'tune'>;

  async function show(patch: Partial<TuneState> = {}, options = {}): Promise<void> {
    panel = await browser.open({ width: 300, height: 900, ...options });
    await panel.send({ type: 'model', model: { hash, labels, layers, defaultLayer } }, { type: 'state', state: state(patch) });
  }
  const last = async () => (await panel.posted('change')).at(-1)?.tuned;
  const field = (name: string) => panel.page.locator(`[data-parameter="${name}"]`);

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      panel = await browser.open({ theme, width: 300, height: 900 });
      await panel.send({ type: 'state', state: null });
      await panel.screenshot(`tune empty ${theme}`);
      await panel.assertAccessible('empty');
      await panel.send(
        { type: 'model', model: { hash, labels, layers, defaultLayer } },
        { type: 'state', state: state({ canUndo: true, subject: { ...state().subject, parameters: { noise: 0.4, baseline: 'blur' }, seed: 7 } }) });
      await panel.screenshot(`tune ${theme}`);
      await panel.assertAccessible('controls');
      await panel.page.locator('#parameter-noise').fill('7');
      await panel.screenshot(`tune invalid ${theme}`);
      await panel.assertAccessible('invalid');
      await panel.send({ type: 'state', state: state({ live: false, pending: true, milliseconds: 4200, serial: 99 }) });
      await panel.screenshot(`tune pending ${theme}`);
      await panel.assertAccessible('pending');
    });
  }

  it('says what to do where there is no result, and explains the sample', async () => {
    panel = await browser.open({ width: 300 });
    await panel.send({ type: 'state', state: null });
    await panel.page.locator('#explain-sample').click();
    assert.equal((await panel.posted('explain-sample')).length, 1);
  });

  it('sends what a slider, a check box, a list and a field say, and only what differs from the defaults', async () => {
    await show();
    await field('samples').locator('.slider').fill('200');
    assert.deepEqual(await last(), { parameters: { samples: 1000 } });
    await field('relu').getByRole('checkbox').click();
    assert.deepEqual(await last(), { parameters: { samples: 1000, relu: false } });
    await field('baseline').locator('vscode-dropdown').click();
    await panel.page.getByRole('option', { name: 'Blur' }).click();
    assert.deepEqual(await last(), { parameters: { samples: 1000, relu: false, baseline: 'blur' } });
    assert.match(await field('baseline').innerText(), /strongly blurred/);
    await field('samples').getByRole('button', { name: 'Reset Samples' }).click();
    assert.deepEqual(await last(), { parameters: { relu: false, baseline: 'blur' } });
    assert.equal(await panel.page.locator('#parameter-samples').inputValue(), '25');
    await panel.page.locator('#parameter-window').fill('[5, 5]');
    await panel.page.keyboard.press('Tab');
    assert.deepEqual(await last(), { parameters: { relu: false, baseline: 'blur', window: [5, 5] } });
  });

  it('says where a parameter means nothing beside the others, and lets it be set where it means something', async () => {
    await show();
    assert.match(await field('blur').innerText(), /Used only where “Baseline” is Blur\./);
    assert.equal(await panel.page.locator('#parameter-blur').isVisible(), false);
    await field('baseline').locator('vscode-dropdown').click();
    await panel.page.getByRole('option', { name: 'Blur' }).click();
    await panel.page.locator('#parameter-blur').fill('8');
    assert.deepEqual(await last(), { parameters: { baseline: 'blur', blur: 8 } });
    await panel.send({ type: 'state', state: state({ serial: 9 }) });
    assert.equal(await panel.page.locator('#parameter-blur').isVisible(), false);
  });

  it('has a number or a word', async () => {
    await show();
    assert.equal(await panel.page.locator('#parameter-steps').isDisabled(), true);
    await field('steps').getByRole('checkbox', { name: 'Auto' }).click();
    await panel.page.locator('#parameter-steps').fill('64');
    assert.deepEqual(await last(), { parameters: { steps: 64 } });
    await field('steps').getByRole('checkbox', { name: 'Auto' }).click();
    assert.deepEqual(await last(), { parameters: {} });
  });

  it('explains in place what it refuses, and sends nothing of it', async () => {
    await show();
    for (const [name, text, words] of [['samples', '2.5', 'Enter a whole number from 1 to 1000.'], ['noise', '1.5', 'Enter a number from 0 to 1.'], ['noise', 'much', 'Enter a number from 0 to 1.']]) {
      await panel.page.locator(`#parameter-${name}`).fill(text);
      assert.equal(await field(name).getByRole('alert').innerText(), words);
      assert.equal(await panel.page.locator(`#parameter-${name}`).getAttribute('aria-invalid'), 'true');
    }
    await panel.page.locator('#seed').fill('-1');
    assert.match(await panel.page.locator('.parameter-seed').getByRole('alert').innerText(), /whole number from 0/);
    assert.deepEqual(await panel.posted('change'), []);
    await panel.page.locator('#parameter-noise').fill('0.5');
    assert.deepEqual(await last(), { parameters: { noise: 0.5 } });
    assert.equal(await field('noise').getByRole('alert').count(), 0);
  });

  it('explains a value that another one limits, and sends nothing that contradicts itself', async () => {
    const side = z.union([z.int().min(1).max(100), z.literal('auto')]).default('auto');
    const limited = z.object({ extent: side.meta({ title: 'Extent', unit: 'px' }), stride: side.meta({ title: 'Stride', unit: 'px', atMost: 'extent' }) });
    await show({ technique: { ...technique, parameters: z.toJSONSchema(limited, { io: 'input' }) }, subject: { ...state().subject, parameters: { stride: 9 } } });
    assert.match(await field('stride').getByRole('status').innerText(), /^Cut to the automatic extent/);
    await field('extent').getByRole('checkbox', { name: 'Auto' }).click();
    await panel.page.locator('#parameter-extent').fill('8');
    assert.equal(await field('stride').getByRole('alert').innerText(), 'It is at most the extent, 8 px.');
    assert.notEqual((await last())?.parameters?.extent, 8, 'it is held back');
    await panel.page.locator('#parameter-stride').fill('4');
    assert.deepEqual(await last(), { parameters: { extent: 8, stride: 4 } });
    assert.equal(await field('stride').getByRole('alert').count(), 0);
  });

  it('is worked by keyboard: arrows in a field, undo and redo', async () => {
    await show({ canUndo: true, canRedo: true });
    await panel.page.locator('#parameter-samples').focus();
    await panel.page.keyboard.press('ArrowUp');
    assert.deepEqual(await last(), { parameters: { samples: 26 } });
    await field('noise').locator('.slider').focus();
    await panel.page.keyboard.press('ArrowLeft');
    assert.deepEqual(await last(), { parameters: { samples: 26, noise: 0.14 } });
    await panel.page.keyboard.press('Control+z');
    await panel.page.keyboard.press('Control+Shift+z');
    assert.deepEqual([(await panel.posted('undo')).length, (await panel.posted('redo')).length], [1, 1]);
  });

  it('keeps what was just moved although the host has not heard of it yet', async () => {
    await show();
    await panel.page.locator('#parameter-samples').fill('90');
    await panel.send({ type: 'state', state: state({ busy: true }) });
    assert.equal(await panel.page.locator('#parameter-samples').inputValue(), '90');
    await panel.send({ type: 'state', state: state({ serial: 1, subject: { ...state().subject, parameters: { samples: 80 } } }) });
    assert.equal(await panel.page.locator('#parameter-samples').inputValue(), '80', 'undone meanwhile');
  });

  it('throws a seed, finds a class and a layer, loads and deletes presets, runs and cancels', async () => {
    await show({ live: false, pending: true, milliseconds: 3100 });
    await panel.page.locator('#seed-dice').click();
    const thrown = (await last())!.seed!;
    assert.ok(Number.isInteger(thrown) && thrown >= 0);
    assert.equal(await panel.page.locator('#seed').inputValue(), String(thrown));
    await panel.page.locator('#class').fill('espresso');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await last(), { class: 967 });
    await panel.page.locator('#layer').click();
    await panel.page.getByRole('option').first().click();
    assert.deepEqual(await last(), { layer: layers[0].name });
    await panel.page.locator('#preset').click();
    await panel.page.getByRole('option', { name: 'mine' }).click();
    assert.deepEqual(await panel.posted('load-preset'), [{ type: 'load-preset', id: 'own:mine' }]);
    await panel.page.locator('#preset-delete').click();
    assert.deepEqual(await panel.posted('delete-preset'), [{ type: 'delete-preset', id: 'own:mine' }]);
    assert.match(await panel.page.locator('#outcome').innerText(), /press Run.*3\.1 s/);
    await panel.page.locator('#run').click();
    await panel.send({ type: 'state', state: state({ busy: true, serial: 99 }) });
    await panel.page.locator('#run').click();
    assert.deepEqual([(await panel.posted('run')).length, (await panel.posted('cancel')).length], [1, 1]);
  });

  it('says what came of the last run: its time, that nothing was run, or that it failed', async () => {
    await show();
    const outcome = panel.page.locator('#outcome');
    assert.equal(await outcome.innerText(), 'Live · 84 ms');
    await panel.send({ type: 'state', state: state({ cached: true }) });
    assert.equal(await outcome.innerText(), 'Live · cached');
    await panel.send({ type: 'state', state: state({ cached: true, live: false, milliseconds: 4200 }) });
    assert.equal(await outcome.innerText(), 'Cached; a run takes 4.2 s. Changes wait for Run.');
    await panel.send({ type: 'state', state: state({ failed: true }) });
    assert.equal(await outcome.innerText(), 'It failed; the result says why.');
  });

  it('has room for everything at 200 px', async () => {
    await show({}, { width: 200 });
    await panel.assertFits();
    await panel.screenshot('tune narrow');
  });
});
