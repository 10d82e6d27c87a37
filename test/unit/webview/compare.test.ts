import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExplainResult } from '../../../src/protocol/engine.ts';
import type { Plane } from '../../../src/protocol/display.ts';
import type { Subject } from '../../../src/protocol/result-panel.ts';
import { differenceOf, hasDifference, type Difference, type Refusal, type Term } from '../../../webview/compare/difference.ts';
import { arrangeCells } from '../../../webview/compare/grid.ts';
import { commonScale } from '../../../webview/ui/common-scale.ts';

const plane = (values: number[], signed = false): Plane => ({ values: Float32Array.from(values), width: values.length, height: 1, signed });
const placement = { x: 0, y: 0, width: 10, height: 10 };

/** The part of a result that matters here: a map of one row. */
const result = (values: number[], patch: object = {}, unit = 'score'): ExplainResult => ({
  map: { values: Float32Array.from(values), channels: 1, height: 1, width: values.length, signed: false, unit, resolution: 'layer' }, placement,
  recipe: { picture: { hash: 'picture' } }, ...patch,
} as unknown as ExplainResult);
const signed = (values: number[]): ExplainResult => {
  const unsigned = result(values);
  return { ...unsigned, map: { ...unsigned.map, signed: true } };
};

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

    it('is shown unasked for two models, layers or settings, never for two techniques or pictures', () => {
      assert.ok(hasDifference([subject, { ...subject, model: 'd' }]));
      assert.ok(!hasDifference([subject, { ...subject, technique: 'd' }]));
      assert.ok(!hasDifference([subject, { ...subject, picture: 'd' }]));
      assert.ok(!hasDifference([subject]) && !hasDifference([subject, subject, subject]));
    });

    const term = (name: string, one: ExplainResult): Term => ({ name, result: one });
    const plainly = { magnitudes: false, scaled: false };
    const found = (from: ExplainResult, less: ExplainResult, kind: Partial<typeof plainly> = {}): Difference => {
      const difference = differenceOf(term('A', from), term('B', less), { ...plainly, ...kind });
      assert.ok('result' in difference, 'reason' in difference ? difference.reason : '');
      return difference;
    };

    it('is the first minus the second, signed, and says so with its unit and its size', () => {
      const { result: { map }, facts, name, sentence } = found(result([3, 1]), result([1, 4]));
      assert.deepEqual([...map.values], [2, -3]);
      assert.deepEqual([map.signed, map.unit, name], [true, 'score', 'A − B']);
      assert.deepEqual(facts.map(({ value }) => value), ['signed values', 'more in A', '2.5', '3']);
      assert.match(sentence, /^A − B: values, in score\. Above zero: more in A; below zero: more in B\.$/);
    });

    it('is of magnitudes where that is wanted', () => {
      const { result: { map }, name } = found(signed([-3, 1]), signed([1, -4]), { magnitudes: true });
      assert.deepEqual([...map.values], [2, -3]);
      assert.equal(name, '|A| − |B|');
      assert.deepEqual([...found(signed([-3, 1]), signed([1, -4])).result.map.values], [-4, 5]);
    });

    it('is of maps scaled by their largest magnitude, whatever their units, and names the scales', () => {
      const { result: { map }, facts } = found(signed([-4, 2]), result([10, 5], {}, 'activation'), { scaled: true });
      assert.deepEqual([...map.values], [-2, 0]);
      assert.equal(map.unit, 'share of the largest magnitude');
      assert.equal(facts[1].value, '4; 10');
    });

    it('of two techniques in one unit says that values mean different things', () => {
      assert.match(found(result([1], { technique: 'a' }), result([2], { technique: 'b' })).sentence, /techniques differ/);
      assert.doesNotMatch(found(result([1], { technique: 'a' }), result([2], { technique: 'b' }), { scaled: true }).sentence, /techniques differ/);
    });

    it('is refused where pictures, places, resolutions or units differ, and says so', () => {
      const refusal = (a: ExplainResult, b: ExplainResult, kind: Partial<typeof plainly> = {}): Refusal => {
        const difference = differenceOf(term('A', a), term('B', b), { ...plainly, ...kind });
        assert.ok('reason' in difference);
        return difference;
      };
      assert.match(refusal(result([1, 2]), result([1, 2, 3])).reason, /2 × 1 and 3 × 1/);
      assert.match(refusal(result([1]), result([1], { placement: { ...placement, x: 2 } })).reason, /different parts/);
      assert.match(refusal(result([1]), result([1], { recipe: { picture: { hash: 'other' } } })).reason, /different pictures/);
      const units = refusal(result([1]), result([1], {}, 'activation'));
      assert.match(units.reason, /units: score; activation/);
      assert.equal(units.canScale, true, 'there is a way out');
      assert.match(refusal(result([1]), result([0], {}, 'activation'), { scaled: true }).reason, /map of B is zero/);
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
