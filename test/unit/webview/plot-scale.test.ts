import assert from 'node:assert/strict';
import fc from 'fast-check';
import { axisOf, placeOf, shortNumber } from '../../../webview/ui/plot-scale.ts';

const finite = fc.double({ noNaN: true, min: -1e9, max: 1e9 });

describe('axes of a plot', () => {
  it('hold every value, and mark a few round ones in order', () => {
    fc.assert(fc.property(fc.array(finite, { maxLength: 40 }), (values) => {
      const axis = axisOf(values, false);
      // Ticks are rounded to 12 digits.
      for (const value of values) assert.ok(placeOf(axis, value) >= -1e-9 && placeOf(axis, value) <= 1 + 1e-9, `${value} in ${JSON.stringify(axis)}`);
      assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 6, String(axis.ticks));
      assert.ok(axis.ticks.every((tick, index) => index === 0 || tick > axis.ticks[index - 1]));
    }));
  });

  it('are logarithmic for losses of very different sizes, over no more than six decades and the rest of one', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e12 }), { minLength: 1, maxLength: 40 }), (values) => {
      const axis = axisOf(values, true);
      const positive = values.filter((value) => value > 0);
      const isWide = positive.length > 0 && Math.max(...positive) / Math.min(...positive) >= 100;
      assert.equal(axis.logarithmic, isWide);
      for (const value of values) assert.ok(placeOf(axis, value) >= -1e-9 && placeOf(axis, value) <= 1 + 1e-9);
      if (isWide) assert.ok(Math.log10(axis.high / axis.low) <= 8);
    }));
  });

  it('are linear for scores, and bear values that are none', () => {
    const close = axisOf([999999999996.5, 999999999996.5009], true); // closer than ticks of twelve digits
    assert.ok(close.low <= 999999999996.5 && close.high >= 999999999996.5009 && close.ticks.length >= 2);
    assert.equal(axisOf([0.001, 30], false).logarithmic, false);
    assert.deepEqual(axisOf([0, 100], false).ticks, [0, 50, 100]);
    assert.deepEqual(axisOf([NaN, Infinity], true).ticks, axisOf([0, 1], false).ticks);
    assert.ok(axisOf([3, 3], false).ticks.length >= 2, 'a value that never changes');
  });

  it('say numbers in few characters', () => {
    assert.deepEqual([0, 0.00012, 0.5, 3.14159, -28.66, 12_345, 1e6, NaN].map(shortNumber), ['0', '1.2e-4', '0.5', '3.14', '-28.7', '12300', '1e6', '–']);
  });
});
