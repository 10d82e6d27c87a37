import assert from 'node:assert/strict';
import { interpolateInferno, interpolateMagma, interpolateRdBu, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic';
import fc from 'fast-check';
import {
  blend, colorTable, displayRange, displaySchema, formatValue, paint, reduceChannels, sampleOnto, scalePlacement, ticks, valueAt,
  type ColorMap, type Plane,
} from '../../src/protocol/display.ts';

function planeOf(rows: readonly (readonly number[])[], signed = false): Plane {
  return { values: Float32Array.from(rows.flat()), width: rows[0].length, height: rows.length, signed };
}

/** Bilinear value at a continuous place of the grid, from the formula of PyTorch's interpolate(mode='bilinear', align_corners=False). */
function bilinear({ values, width, height }: Plane, u: number, v: number): number {
  const [x, y] = [Math.min(Math.max(u - 0.5, 0), width - 1), Math.min(Math.max(v - 0.5, 0), height - 1)];
  let sum = 0;
  // Every cell with its tent weight: another way to write it than the code under test.
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) sum += values[j * width + i] * Math.max(0, 1 - Math.abs(i - x)) * Math.max(0, 1 - Math.abs(j - y));
  }
  return sum;
}

const everything = { x: 0, y: 0, width: 4, height: 4 };
const opaque = displaySchema.parse({ opacity: 1 });

describe('reduceChannels', () => {
  it('leaves one channel as it is, with its sign', () => {
    const values = Float32Array.from([1, -2]);
    assert.deepEqual(reduceChannels({ values, channels: 1, height: 1, width: 2, signed: true }), { values, width: 2, height: 1, signed: true });
  });

  it('takes the largest magnitude of several, which has no sign', () => {
    const plane = reduceChannels({ values: Float32Array.from([1, -2, 0, -3, 1, NaN]), channels: 3, height: 1, width: 2, signed: true });
    assert.deepEqual(plane, { values: Float32Array.from([1, NaN]), width: 2, height: 1, signed: false });
    const two = reduceChannels({ values: Float32Array.from([1, -2, -4, 0]), channels: 2, height: 1, width: 2, signed: true });
    assert.deepEqual(two.values, Float32Array.from([4, 2]));
  });
});

describe('displayRange', () => {
  it('goes from zero to the largest value, or to both sides of zero as far as the largest magnitude', () => {
    assert.deepEqual(displayRange(Float32Array.from([1, -5, 3]), false), { min: 0, max: 3 });
    assert.deepEqual(displayRange(Float32Array.from([1, -5, 3]), true), { min: -5, max: 5 });
  });

  it('leaves out what is not finite, and is zero where nothing differs from it', () => {
    assert.deepEqual(displayRange(Float32Array.from([NaN, Infinity, 2]), false), { min: 0, max: 2 });
    for (const signed of [true, false]) assert.deepEqual(displayRange(Float32Array.from([0, NaN, -Infinity]), signed), { min: 0, max: 0 });
  });
});

describe('colorTable', () => {
  const theirs = { turbo: interpolateTurbo, viridis: interpolateViridis, inferno: interpolateInferno, magma: interpolateMagma };
  const hex = (colorMap: ColorMap, i: number): string => {
    const [r, g, b] = colorTable(colorMap).subarray(3 * i, 3 * i + 3);
    return `rgb(${r}, ${g}, ${b})`;
  };
  const css = (color: string): string => {
    if (!color.startsWith('#')) return color;
    const number = parseInt(color.slice(1), 16);
    return `rgb(${number >> 16}, ${(number >> 8) & 255}, ${number & 255})`;
  };

  it('has d3\'s colours', () => {
    for (const [name, interpolate] of Object.entries(theirs)) {
      for (let i = 0; i < 256; i++) assert.equal(hex(name as keyof typeof theirs, i), css(interpolate(i / 255)), `${name} ${i}`);
    }
    for (let i = 0; i < 256; i++) assert.equal(hex('red-blue', i), css(interpolateRdBu(1 - i / 255)));
    for (let i = 0; i < 256; i++) assert.equal(hex('grey', i), `rgb(${i}, ${i}, ${i})`);
  });

  it('is blue for evidence against, red for evidence for, and almost white at zero', () => {
    const table = colorTable('red-blue');
    assert.ok(table[2] > 1.5 * table[0] && table[765] > 1.5 * table[767]);
    assert.ok(Math.min(...table.subarray(3 * 127, 3 * 129)) > 230);
  });
});

describe('sampleOnto', () => {
  it('gives values worked out by hand', () => {
    // Two cells over four pixels: centres at 0.25, 0.75, 1.25, 1.75 cells, of which the outer two lie beyond the cells' own centres.
    assert.deepEqual([...sampleOnto(planeOf([[0, 8]]), { width: 4, height: 1, placement: { x: 0, y: 0, width: 4, height: 1 } })], [0, 2, 6, 8]);
    const square = sampleOnto(planeOf([[0, 4], [8, 12]]), { width: 4, height: 4, placement: everything });
    assert.deepEqual([...square], [0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12]);
  });

  it('agrees with the formula for any grid and placement, and has no value outside', () => {
    const side = fc.integer({ min: 1, max: 6 });
    const place = fc.double({ min: -5, max: 5, noNaN: true });
    const length = fc.double({ min: 0.5, max: 12, noNaN: true });
    fc.assert(fc.property(side, side, side, side, place, place, length, length, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
      (cols, rows, width, height, x, y, across, down, random) => {
        const values = Float32Array.from({ length: cols * rows }, () => random.next().value);
        const plane: Plane = { values, width: cols, height: rows, signed: true };
        const sampled = sampleOnto(plane, { width, height, placement: { x, y, width: across, height: down } });
        sampled.forEach((value, i) => {
          const [u, v] = [((i % width) + 0.5 - x) / across, (Math.floor(i / width) + 0.5 - y) / down];
          if (u < 0 || u > 1 || v < 0 || v > 1) assert.ok(Number.isNaN(value));
          // Results are rounded to float32, of values up to 1.
          else assert.ok(Math.abs(value - bilinear(plane, u * cols, v * rows)) < 1e-6);
        });
      }));
  });

  it('is the same map, scaled, when the picture is shown at another size', () => {
    const plane = planeOf([[1, 2, 3], [4, 5, 7]]);
    const placement = { x: 2, y: -1, width: 6, height: 10 };
    const large = sampleOnto(plane, { width: 30, height: 30, placement: scalePlacement(placement, 3) });
    // The middle pixel of each block of 3 x 3 has the place of the pixel itself.
    const small = sampleOnto(plane, { width: 10, height: 10, placement });
    small.forEach((value, i) => {
      const same = large[(3 * Math.floor(i / 10) + 1) * 30 + 3 * (i % 10) + 1];
      assert.ok(Object.is(value, same) || Math.abs(value - same) < 1e-6); // float32 of values up to 7, placed by slightly different sums
    });
  });
});

describe('valueAt', () => {
  it('is the value painted at the pixel', () => {
    const plane = planeOf([[0, 8], [4, 2]]);
    const placement = { x: 1, y: 2, width: 5, height: 7 };
    const sampled = sampleOnto(plane, { width: 8, height: 10, placement });
    sampled.forEach((value, i) => {
      const found = valueAt(plane, placement, (i % 8) + 0.5, Math.floor(i / 8) + 0.5);
      if (Number.isNaN(value)) assert.equal(found, undefined);
      else assert.ok(Math.abs(found! - value) < 1e-5);
    });
  });
});

describe('paint', () => {
  const target = { width: 4, height: 4, placement: everything };

  it('colours each pixel by its value, with the opacity as alpha', () => {
    const plane = planeOf([[0, 1], [2, 4]]);
    const painted = paint(plane, { min: 0, max: 4 }, displaySchema.parse({ colorMap: 'grey', opacity: 0.5 }), target);
    const expected = [...sampleOnto(plane, target)].flatMap((value) => [...Array<number>(3).fill(Math.round((value / 4) * 255)), 128]);
    assert.deepEqual([...painted], expected);
  });

  it('is clear outside the placement, below the threshold and where values are not finite', () => {
    const alphas = (values: number[], width: number, placement = { x: 0, y: 0, width, height: 1 }): number[] => {
      const display = displaySchema.parse({ opacity: 1, threshold: 0.25 });
      const painted = paint(planeOf([values], true), { min: -4, max: 4 }, display, { width, height: 1, placement });
      return Array.from({ length: width }, (_, i) => painted[4 * i + 3]);
    };
    assert.deepEqual(alphas([-3, 0.9, 1], 5, { x: 1, y: 0, width: 3, height: 1 }), [0, 255, 0, 255, 0]);
    assert.deepEqual(alphas([3, 3, NaN], 3)[0], 255);
    assert.deepEqual(alphas([3, 3, NaN], 3)[2], 0);
    assert.deepEqual(alphas([Infinity], 1), [0]);
  });

  it('never leaves the range of colours', () => {
    const plane = planeOf([[-9, 9]]);
    const painted = paint(plane, { min: 0, max: 1 }, { ...opaque, colorMap: 'grey' }, { width: 2, height: 1, placement: { x: 0, y: 0, width: 2, height: 1 } });
    assert.deepEqual([...painted], [0, 0, 0, 255, 255, 255, 255, 255]);
  });

  it('paints a map of zeros in the colour of zero', () => {
    for (const signed of [false, true]) {
      const painted = paint(planeOf([[0]], signed), { min: 0, max: 0 }, opaque, target);
      const at = signed ? 3 * 128 : 0;
      assert.deepEqual(painted.subarray(0, 3), new Uint8ClampedArray(colorTable(signed ? 'red-blue' : 'turbo').subarray(at, at + 3)));
    }
  });
});

describe('blend', () => {
  const byte = fc.nat(255);
  const color = fc.tuple(byte, byte, byte, byte);

  it('puts one colour over another as the Porter-Duff formula says', () => {
    fc.assert(fc.property(color, color, (base, over) => {
      const result = Uint8Array.from(base);
      blend(result, Uint8Array.from(over));
      const [below, above] = [base[3] / 255, over[3] / 255];
      const alpha = above + below * (1 - above);
      assert.ok(Math.abs(result[3] - alpha * 255) <= 0.5 + 1e-9);
      for (let c = 0; c < 3 && alpha > 0; c++) {
        const exact = (over[c] * above + base[c] * below * (1 - above)) / alpha;
        assert.ok(Math.abs(result[c] - exact) <= 0.5 + 1e-9, `${result[c]} for ${exact}`);
      }
    }));
  });

  it('leaves what lies beneath nothing, and replaces what lies beneath an opaque colour', () => {
    const base = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 255]);
    blend(base, Uint8Array.from([9, 9, 9, 0, 20, 30, 40, 255]));
    assert.deepEqual([...base], [1, 2, 3, 4, 20, 30, 40, 255]);
  });
});

describe('ticks', () => {
  it('are round values inside the range, evenly spaced, where they belong', () => {
    const double = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(fc.property(double, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.integer({ min: 2, max: 10 }), (min, span, count) => {
      // Below that share of its ends a range has no digits left to place marks by.
      fc.pre(span > 1e-6 * Math.abs(min));
      const range = { min, max: min + span };
      const marks = ticks(range, count);
      assert.ok(marks.length >= 1 && marks.length <= count + 1, `${marks.length} marks`);
      const step = marks.length > 1 ? marks[1].value - marks[0].value : 0;
      for (const [i, { value, position }] of marks.entries()) {
        assert.ok(position >= 0 && position <= 1);
        assert.ok(Math.abs(position - (value - min) / span) < 1e-5);
        if (i > 0) assert.ok(Math.abs(value - marks[i - 1].value - step) < 1e-4 * step);
      }
    }));
  });

  it('have the marks and labels that a person would write', () => {
    const labels = (min: number, max: number): string[] => ticks({ min, max }).map(({ label }) => label);
    assert.deepEqual(labels(0, 1), ['0', '0.2', '0.4', '0.6', '0.8', '1']);
    assert.deepEqual(labels(-3, 3), ['-2', '0', '2']);
    assert.deepEqual(labels(0, 0.00047), ['0', '1e-4', '2e-4', '3e-4', '4e-4']);
    assert.deepEqual(labels(2, 2), ['2']);
    assert.deepEqual(labels(0, Infinity), ['0']);
  });
});

describe('formatValue', () => {
  it('writes three significant digits', () => {
    const said: [number, string][] = [[0, '0'], [-0, '0'], [1, '1'], [0.123456, '0.123'], [-12.345, '-12.3'], [9999, '10000'], [12345, '1.23e4'], [10000, '1e4'],
      [0.00012, '1.2e-4'], [NaN, 'NaN'], [Infinity, 'Infinity']];
    for (const [value, text] of said) assert.equal(formatValue(value), text);
  });
});
