import assert from 'node:assert/strict';
import { rankOptions } from '../../../webview/ui/option-search.ts';

const names = ['bullfrog, Rana catesbeiana', 'tabby, tabby cat', 'catamaran', 'lynx, catamount', 'oscilloscope', 'Category 5 storm', 'cat', 'éclair, cat’s tongue'];
const options = names.map((label, index) => ({ value: label, label, detail: String(index + 280) }));
const found = (query: string): string[] => rankOptions(options, query).map(({ label }) => label);

describe('searching options', () => {
  it('shows all of them for nothing', () => {
    assert.deepEqual(found('  '), names);
  });

  it('ranks the name itself, whole words, the start of the name, starts of words, and anything else', () => {
    assert.deepEqual(found('CAT'), [
      'cat', 'tabby, tabby cat', 'éclair, cat’s tongue', 'catamaran', 'Category 5 storm', 'bullfrog, Rana catesbeiana', 'lynx, catamount',
    ]);
    assert.deepEqual(found('scope'), ['oscilloscope']);
  });

  it('finds by the detail, exactly first', () => {
    assert.deepEqual(found('282'), ['catamaran']);
    assert.equal(found('28').length, 8);
  });

  it('takes every sign as itself', () => {
    assert.deepEqual(found('.*'), []);
    assert.deepEqual(found('(cat'), []);
  });
});
