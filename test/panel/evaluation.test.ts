/** The section Evaluation in a real browser: what it asks for and when, measures as they come, curves and what the model saw, keyboard. */
import assert from 'node:assert/strict';
import { metricIds, type Evaluation, type MetricId, type PlannedMeasure } from '../../src/protocol/measures.ts';
import type { EvaluationState, HostMessage } from '../../src/protocol/result-panel.ts';
import { measures } from '../../src/metrics/measures.ts';
import * as canned from './rig/canned.ts';
import { panelBrowser, themes } from './rig/panel-browser.ts';
import type { PanelPage } from './rig/panel-page.ts';

const side = 8;
const seconds: Record<MetricId, number | undefined> = { deletion: 0.42, insertion: 0.42, completeness: 0.02, 'sensitivity-max': 3.1, infidelity: 0.9, sparseness: 0 };
const why = 'The values of Grad-CAM are not shares of the score, so they cannot be complete.';
const plan = metricIds.map((id): PlannedMeasure => ({ id, ...measures[id], seconds: seconds[id], unsuitable: id === 'completeness' ? why : undefined }));

const grey = (level: number) => ({ width: side, height: side, data: new Uint8Array(4 * side * side).map((_, i) => (i % 4 === 3 ? 255 : level)) });
const positions = Array.from({ length: 51 }, (_, i) => i / 50);

function taken(id: MetricId, value: number): Evaluation {
  if (id !== 'deletion' && id !== 'insertion') return { id, ...measures[id], value, milliseconds: 800 };
  const falls = id === 'deletion';
  const values = positions.map((share) => (falls ? 0.61 * Math.exp(-9 * share) : 0.61 * (1 - Math.exp(-6 * share))));
  const pictures = { from: grey(falls ? 200 : 120), to: grey(falls ? 0 : 200), order: Uint32Array.from({ length: side * side }, (_, i) => i) };
  return { id, ...measures[id], value, milliseconds: 430, curve: { positions, values, pictures } };
}
const all = [taken('deletion', 0.0712), taken('insertion', 0.512), taken('sensitivity-max', 0.213), taken('infidelity', 1.93), taken('sparseness', 0.71)];

describe('the evaluation of a map', () => {
  const browser = panelBrowser('result');
  let panel: PanelPage<'result'>;

  const show = (evaluation: EvaluationState | null): Promise<unknown> => panel.send({ type: 'evaluation', evaluation } satisfies HostMessage);
  const summary = () => panel.page.locator('#evaluation');
  const row = (id: MetricId) => panel.page.locator(`.measure[data-measure="${id}"]`);

  async function open(): Promise<void> {
    panel = await browser.show();
    await summary().click();
  }

  it('asks what it would take once somebody looks, and measures when asked', async () => {
    panel = await browser.show();
    assert.deepEqual(await panel.posted('plan-evaluation'), []);
    await summary().focus();
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.posted('plan-evaluation')).length, 1);
    await show({ plan, taken: [] });
    const words = await panel.page.locator('#evaluation-words').innerText();
    assert.match(words, /5 measures, about 4\.8 s/, 'without the one that does not apply');
    assert.deepEqual(await panel.posted('evaluate'), []);
    await panel.page.locator('#evaluate').click();
    assert.equal((await panel.posted('evaluate')).length, 1);
  });

  it('says of each measure its direction, cost, meaning and caveat before anything is run', async () => {
    await open();
    await show({ plan, taken: [] });
    assert.match(await row('deletion').innerText(), /lower is better[^]*about 0\.4 s|about 0\.4 s[^]*lower is better/);
    assert.match(await row('insertion').innerText(), /higher is better/);
    assert.match(await row('completeness').innerText(), /nearer to zero is better[^]*|does not apply/);
    assert.match(await row('sparseness').innerText(), /at once/);
    await row('sensitivity-max').locator('summary').click();
    const { description, caveat } = measures['sensitivity-max'];
    const body = await row('sensitivity-max').innerText();
    for (const sentence of [description, caveat, 'It takes the technique 10 times, about 3.1 s.']) assert.ok(body.includes(sentence), sentence);
    await row('sensitivity-max').getByRole('button', { name: 'Measure Only This' }).click();
    assert.deepEqual(await panel.posted('evaluate'), [{ type: 'evaluate', only: 'sensitivity-max' }]);
    await row('completeness').locator('summary').click();
    assert.equal(await row('completeness').getByRole('button', { name: 'Measure' }).count(), 0, 'it does not apply');
    assert.ok((await row('completeness').innerText()).includes(why));
  });

  it('shows measures as they come, says how far it is, and cancels', async () => {
    await open();
    await show({ plan, taken: [], running: { title: 'Deletion', fraction: 0.05 } });
    assert.equal(await row('deletion').getAttribute('data-state'), 'running');
    assert.match(await row('insertion').innerText(), /waiting/);
    await show({ plan, taken: all.slice(0, 1), running: { title: 'Insertion', fraction: 0.3 } });
    assert.match(await row('deletion').innerText(), /0\.0712/);
    assert.match(await summary().innerText(), /30 %/);
    assert.equal(await panel.page.getByRole('progressbar', { name: 'Progress of the evaluation' }).getAttribute('aria-valuenow'), '30');
    await panel.page.locator('.plot path.line.look-0').waitFor();
    assert.equal(await panel.page.locator('.plot path.line.look-1').count(), 0, 'one curve so far');
    await panel.page.locator('#cancel-evaluation').click();
    assert.equal((await panel.posted('cancel-evaluation')).length, 1);
    await show({ plan, taken: all.slice(0, 1) });
    assert.match(await summary().innerText(), /1 of 5 measures/);
    await panel.page.locator('#evaluate').click();
    assert.equal((await panel.posted('evaluate')).length, 1);
  });

  it('is shown by a command, and tells a screen reader what was found', async () => {
    panel = await browser.show();
    await show({ plan, taken: [], running: { title: 'Deletion', fraction: 0 } });
    assert.equal(await row('deletion').isVisible(), false);
    await panel.send({ type: 'reveal', part: 'evaluation' });
    assert.ok(await row('deletion').isVisible());
    await show({ plan, taken: all });
    assert.match(await panel.page.locator('#announcement').innerText(), /Evaluated\. Deletion 0\.0712, Insertion 0\.512/);
    assert.equal(await panel.page.locator('#evaluate').isVisible(), false, 'nothing is left to be measured');
  });

  it('draws the curves, and what the model saw at the place that is pointed at or chosen by keyboard', async () => {
    await open();
    await show({ plan, taken: all });
    await panel.page.locator('.plot path.line.look-1').waitFor();
    const black = (id: MetricId) => panel.page.locator(`.curve-picture[data-measure="${id}"] canvas`).evaluate((canvas: HTMLCanvasElement) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 0 && value === 0).length;
    });
    // 64 places; the curve's points are 2 % apart.
    assert.equal(await black('deletion'), Math.round(0.2 * side * side));
    assert.equal(await black('insertion'), 0, 'nothing there is black');
    await panel.page.locator('#curve-share').fill('60');
    assert.equal(await black('deletion'), Math.round(0.6 * side * side));
    assert.match(await panel.page.locator('.curve-picture[data-measure="deletion"]').innerText(), /Deletion: 0\.3 %/);
    const plot = (await panel.page.locator('.plot').boundingBox())!;
    await panel.page.mouse.move(plot.x + plot.width - 12, plot.y + 40);
    assert.equal(await black('deletion'), side * side, 'at the right end everything is gone');
    assert.equal(await panel.page.locator('#curve-share').inputValue(), '100');
  });

  it('says why it failed, beside what it has, and tries again', async () => {
    await open();
    await show({ plan, taken: all.slice(0, 2), error: { message: 'The runtime failed.', help: 'Choose another one.' } });
    assert.match(await panel.page.locator('.evaluation-head + .evaluation-error').first().innerText(), /The runtime failed\.\s+Choose another one\./);
    assert.match(await row('insertion').innerText(), /0\.512/);
    await panel.page.getByRole('button', { name: 'Try Again' }).click();
    assert.equal((await panel.posted('evaluate')).length, 1);
  });

  it('asks anew for another map, and nothing while that is being made', async () => {
    await open();
    await show({ plan, taken: all });
    await panel.send({ type: 'busy', message: 'Explaining…' }, { type: 'evaluation', evaluation: null }, { type: 'partial', subject: canned.subject, result: canned.result({ samples: { done: 1, total: 9 } }) });
    const before = (await panel.posted('plan-evaluation')).length;
    assert.match(await summary().innerText(), /^\s*Evaluation\s*$/);
    await panel.send(canned.shown());
    assert.equal((await panel.posted('plan-evaluation')).length, before + 1);
  });

  for (const theme of themes) {
    it(`keeps axe's rules in the theme ${theme}`, async () => {
      panel = await browser.show({ theme, height: 1400 });
      await summary().click();
      await show({ plan, taken: [] });
      await panel.screenshot(`evaluation planned ${theme}`);
      await show({ plan, taken: all.slice(0, 1), running: { title: 'Insertion', fraction: 0.3 } });
      await panel.screenshot(`evaluation running ${theme}`);
      await show({ plan, taken: all });
      await row('infidelity').locator('summary').click();
      await panel.screenshot(`evaluation ${theme}`);
      await show({ plan, taken: all, error: { message: 'The runtime failed.', help: 'Choose another one.' } });
      await panel.assertAccessible(theme, '.sidebar');
    });
  }
});
