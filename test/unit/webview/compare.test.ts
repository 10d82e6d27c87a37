import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import type { Plane } from '../../../src/protocol/display.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';
import { differenceOf, hasDifference } from '../../../webview/compare/difference.ts';
import { arrangeCells } from '../../../webview/compare/grid.ts';
import { commonScale } from '../../../webview/ui/common-scale.ts';

const plane = (values: number[], signed = false): Plane => ({ values: Float32Array.from(values), width: values.length, height: 1, signed });
const placement = { x: 0, y: 0, width: 10, height: 10 };

/** The part of a result that matters here: a map of one row. */
const result = (values: number[], patch: object = {}, unit = 'score'): ExplainResult => ({
  map: { values: Float32Array.from(values), channels: 1, height: 1, width: values.length, signed: false, unit, resolution: 'layer' }, placement, ...patch,
} as unknown as ExplainResult);

describe('comparing maps', () => {
  describe('one scale', () => {
    it('spans every map from zero, or about zero where one has a sign', () => {
      assert.deepEqual(commonScale([{ plane: plane([0, 1]), unit: 'a' }, { plane: plane([0.5, 3]), unit: 'a' }]), { range: { min: 0, max: 3 }, signed: false });
      assert.deepEqual(commonScale([{ plane: plane([0, 1]), unit: 'a' }, { plane: plane([-4, 2], true), unit: 'a' }]), { range: { min: -4, max: 4 }, signed: true });
    });

    it('is refused for different units, naming them, and for a single map', () => {
      const refused = commonScale([{ plane: plane([1]), unit: 'score' }, { plane: plane([1]), unit: 'activation' }]);
      assert.ok('reason' in refused && refused.reason.includes('score; activation'));
      assert.ok('reason' in commonScale([{ plane: plane([1]), unit: 'a' }]));
    });

    it('holds every finite value, whatever the maps', () => {
      const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
      fc.assert(fc.property(fc.array(values, { minLength: 2 }), fc.boolean(), (maps, signed) => {
        const planes = maps.map((map) => plane(signed ? map : map.map(Math.abs), signed));
        const scale = commonScale(planes.map((one) => ({ plane: one, unit: 'a' })));
        assert.ok('range' in scale);
        for (const one of planes) for (const value of one.values) assert.ok(value >= scale.range.min && value <= scale.range.max);
      }));
    });
  });

  describe('the difference', () => {
    const subject = { picture: 'a', technique: 'b', model: 'c' } as Subject;

    it('is of two models, layers or settings, never of two techniques or pictures', () => {
      assert.ok(hasDifference([subject, { ...subject, model: 'd' }]));
      assert.ok(!hasDifference([subject, { ...subject, technique: 'd' }]));
      assert.ok(!hasDifference([subject, { ...subject, picture: 'd' }]));
      assert.ok(!hasDifference([subject]) && !hasDifference([subject, subject, subject]));
    });

    it('is second minus first, signed, with its size in words', () => {
      const found = differenceOf(result([1, 4]), result([3, 1]));
      assert.ok('result' in found);
      assert.deepEqual([...found.result.map.values], [2, -3]);
      assert.equal(found.result.map.signed, true);
      assert.deepEqual(found.facts.map(({ value }) => value), ['2.5', '3']);
    });

    it('is refused where places, resolutions or units differ, and says so', () => {
      const reason = (a: ExplainResult, b: ExplainResult): string => {
        const found = differenceOf(a, b);
        assert.ok('reason' in found);
        return found.reason;
      };
      assert.match(reason(result([1, 2]), result([1, 2, 3])), /2 × 1 and 3 × 1/);
      assert.match(reason(result([1]), result([1], {}, 'activation')), /units/);
      assert.match(reason(result([1]), result([1], { placement: { ...placement, x: 2 } })), /different parts/);
    });
  });

  describe('the grid', () => {
    const room = { width: 1200, height: 700, gap: 12, frame: { width: 18, height: 46 }, words: { beneath: 144, beside: 196 }, least: 220 };

    it('fits the window, or scrolls with as many columns as have room', () => {
      const sizes = fc.record({
        count: fc.integer({ min: 1, max: 24 }), aspect: fc.double({ min: 0.5, max: 2, noNaN: true }),
        width: fc.integer({ min: 240, max: 3000 }), height: fc.integer({ min: 200, max: 2000 }),
      });
      fc.assert(fc.property(sizes, ({ count, aspect, width, height }) => {
        const { columns, picture, beside } = arrangeCells(count, aspect, { ...room, width, height });
        assert.ok(columns >= 1 && columns <= count && picture > 0);
        const across = columns * (picture * aspect + 18 + (beside ? 196 : 0)) + (columns - 1) * 12;
        assert.ok(across <= width + 1e-6, 'never wider than the window');
        const rows = Math.ceil(count / columns);
        const down = rows * (picture + 46 + (beside ? 0 : 144)) + (rows - 1) * 12;
        const most = Math.max(1, Math.min(count, Math.floor((width + 12) / 232)));
        assert.ok(down <= height + 1e-6 || columns === most, 'within the window, or all columns used');
      }));
    });

    it('keeps to the columns that rows mean something by', () => {
      assert.equal(arrangeCells(6, 1, room, 2).columns, 2);
    });

    it('puts words beside the picture where that makes it larger', () => {
      assert.deepEqual(arrangeCells(4, 1, room).beside, true);
      assert.deepEqual(arrangeCells(2, 1, { ...room, width: 600, height: 400 }).beside, false);
    });
  });
});
