import assert from 'node:assert/strict';
import { didYouMean, nearest } from '../../../src/engine/nearest.ts';

describe('nearest names', () => {
  const layers = ['block1/relu', 'block2/relu', 'block10/relu', 'head/conv', 'head/relu6'];

  it('puts names that contain what was typed first, the shortest before the others', () => {
    assert.deepEqual(nearest('head', layers), ['head/conv', 'head/relu6', 'block1/relu']);
  });

  it('orders the rest by edit distance, in any case of letters', () => {
    assert.deepEqual(nearest('BLOCK3/relu', layers).slice(0, 2), ['block1/relu', 'block2/relu']);
  });

  it('gives examples where nothing is like what was typed', () => {
    assert.equal(didYouMean('', layers), 'For example: "block1/relu", "block2/relu", "block10/relu".');
    assert.equal(didYouMean('12345', layers), 'For example: "block1/relu", "block2/relu", "block10/relu".');
    assert.equal(didYouMean('12', ['17', '21']), 'For example: "17", "21".');
    assert.equal(didYouMean('head/rlu6', layers), 'Nearest: "head/relu6", "head/conv".');
    assert.equal(didYouMean('10', layers), 'Nearest: "block10/relu".');
  });

  it('says nothing where there are no names', () => {
    assert.equal(didYouMean('x', []), '');
    assert.equal(didYouMean('hed/conv', ['head/conv']), 'Nearest: "head/conv".');
  });
});
