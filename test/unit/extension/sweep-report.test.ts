import assert from 'node:assert/strict';
import { sweepReportHtml } from '../../../src/extension/reports/sweep-report.ts';
import type { Swept } from '../../../src/protocol/sweep-panel.ts';
import { seedControl } from '../../../src/protocol/sweep-plan.ts';

const swept: Swept = { kind: 'make', work: { generator: 'paint', model: 'bundled:net', classes: [], parameters: {}, seed: 0 } };
const png = new Uint8Array([1, 2, 3]);
const citation = { authors: 'A', title: 'Paper', year: 2016, url: 'https://example.org/paper' };

const html = sweepReportHtml(
  {
    swept, title: 'Paint', subject: '<img src=x>.png', model: 'Net', controls: [seedControl(0)],
    plan: { columns: { parameter: 'seed', values: [1, 2] }, rows: { parameter: 'mode', values: ['<b>', 'y'] } },
  },
  [0, 3].map((index) => ({ index, png, recipe: { version: '1.2.3', seed: index } })), { citation } as never, new Date('2020-02-03'),
);

describe('report of a sweep', () => {
  it('makes no markup of names from files', () => {
    assert.ok(!html.includes('<img src=x>') && !html.includes('<b>'));
    assert.ok(html.includes('&lt;img src=x&gt;.png – Paint') && html.includes('&lt;b&gt;'));
  });

  it('needs nothing from outside', () => {
    assert.ok(html.includes("default-src 'none'"));
    for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^(data:image\/png;base64,|https:\/\/example\.org\/paper$)/);
  });

  it('has the values along both sides, the cells in their places, their recipes and the paper', () => {
    const rows = [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) => row);
    assert.match(rows[0], /Seed/);
    assert.deepEqual([...rows[1].matchAll(/<th[^>]*>(.*?)<\/th>/g)].map(([, value]) => value), ['1', '2']);
    const pictured = rows.slice(2).map((row) => [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell.startsWith('<img')));
    assert.deepEqual(pictured, [[true, false], [false, true]]);
    assert.match(html, /&quot;seed&quot;: 3/);
    assert.match(html, /Net\. Made 2020-02-03 with Fovea 1\.2\.3/);
    assert.match(html, /Paper/);
  });
});
