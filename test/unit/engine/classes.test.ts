import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resolveClass } from '../../../src/engine/classes.ts';
import { hasReason } from '../../support/errors.ts';

const labels = ['tabby, tabby cat', 'tiger cat', 'tiger, Panthera tigris', 'crane', 'crane'];

describe('which class a request means', () => {
  it('takes an index as a number or as text', () => {
    assert.equal(resolveClass(2, 5, labels), 2);
    assert.equal(resolveClass(' 2 ', 5, labels), 2);
  });

  it('takes a whole name, a synonym before a part of another name, and an unambiguous part', () => {
    assert.equal(resolveClass('Tiger Cat', 5, labels), 1);
    assert.equal(resolveClass('tiger', 5, labels), 2);
    assert.equal(resolveClass('panthera', 5, labels), 2);
  });

  it('lists the classes that an ambiguous name may mean', () => {
    assert.throws(() => resolveClass('cat', 5, labels), hasReason('class-unknown', /2 classes: 0 tabby, tabby cat; 1 tiger cat/));
    assert.throws(() => resolveClass('crane', 5, labels), hasReason('class-unknown', /3 crane; 4 crane/));
  });

  it('offers the nearest names for one that is not there', () => {
    assert.throws(() => resolveClass('taby', 5, labels), (error: { help: string }) => error.help.includes('"tabby"'));
  });

  it('refuses every number that is no index', () => {
    fc.assert(fc.property(fc.oneof(fc.integer(), fc.double()), fc.integer({ min: 1, max: 50 }), (index, count) => {
      if (Number.isInteger(index) && index >= 0 && index < count) assert.equal(resolveClass(index, count, []), index);
      else assert.throws(() => resolveClass(index, count, []), hasReason('class-out-of-range'));
    }));
  });
});
