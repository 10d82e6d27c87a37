import assert from 'node:assert/strict';
import { compareReportHtml } from '../../../src/extension/reports/compare-report.ts';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import type { TechniqueDescription } from '../../../src/protocol/techniques.ts';

const hostile = '<img src=x onerror="alert(1)">&\'';
const technique = { id: 'rise', title: 'RISE', citation: { authors: hostile, title: 'T', year: 2018, url: 'javascript:alert(1)' } } as TechniqueDescription;
const result = {
  technique: 'rise', class: { name: hostile, index: 3, probability: 0.25 }, score: { kind: 'logit', value: 2 }, layer: { name: hostile },
  model: { title: hostile }, milliseconds: { total: 12.4 }, map: { unit: hostile }, recipe: { version: '0.1.0', picture: { name: hostile } },
  metrics: [{ id: 'm', title: hostile, value: 0.5, better: 'lower' }],
} as unknown as ExplainResult;

describe('report of a comparison', () => {
  const png = Uint8Array.from([1, 2, 3]);
  const scale = { min: -0.25, max: 0.25, colorMap: 'red-blue' as const, unit: hostile };
  const html = compareReportHtml(hostile, [
    { label: hostile, png, result, scale }, { label: 'A − B', png, note: `A − B: values. ${hostile}`, scale },
  ], new Map([['red-blue', Uint8Array.from([7, 8, 9])]]), [technique], new Date(0));

  it('makes no markup of names from files', () => {
    assert.ok(!html.includes('<img src=x') && !html.includes('onerror="'));
    assert.ok(!html.includes('href="javascript'));
    assert.ok(html.includes('&lt;img src=x'));
  });

  it('needs nothing from outside', () => {
    assert.ok(html.includes("default-src 'none'"));
    assert.deepEqual(html.match(/src="(?!data:image\/png;base64,)/g), null);
    assert.equal(html.match(/data:image\/png;base64,AQID/g)?.length, 2);
  });

  it('says what is known of each result, and nothing of a difference', () => {
    for (const words of ['25.0 %', '2 (logit)', '12 ms', '0.5', '(lower is better)', '1970-01-01']) assert.ok(html.includes(words), words);
    assert.equal(html.match(/<details>/g)?.length, 1);
  });

  it('says what the colours of each picture mean, and what was subtracted', () => {
    assert.equal(html.match(/<span>-0\.25<\/span><img class="bar" alt="" src="data:image\/png;base64,BwgJ">/g)?.length, 2);
    assert.match(html, /<figcaption><b>A − B<\/b> · A − B: values\./);
  });
});
