import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Picture } from '../../src/pictures/decode.ts';
import { preprocess } from '../../src/pictures/preprocess.ts';
import { resample } from '../../src/pictures/resample.ts';
import { restorePixels } from '../../src/pictures/restore.ts';
import { preprocessingSchema, type Preprocessing } from '../../src/protocol/preprocessing.ts';

/** A picture whose pixels are given by a function of their place. */
function draw(width: number, height: number, color: (x: number, y: number) => readonly number[]): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(color(x, y), 4 * (y * width + x));
  return { name: 'drawn.png', path: '/drawn.png', hash: '', width, height, data, notes: [] };
}

function settings(over: Partial<Preprocessing>): Preprocessing {
  return preprocessingSchema.parse({ width: 8, height: 8, ...over });
}

const interpolations = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;

describe('preprocess', () => {
  const plain = draw(8, 8, (x, y) => [x, 10 * y, 200, 255]);
  const at = ({ data }: { data: ArrayLike<unknown> }, c: number, x: number, y: number): number => Number(data[(c * 8 + y) * 8 + x]);

  it('scales, subtracts the mean and divides by the standard deviation, per channel', () => {
    const { input } = preprocess(plain, settings({ scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }));
    assert.deepEqual(input.dims, [1, 3, 8, 8]);
    // Rounded to float32 once: half a unit in the last place of values below 4.
    for (const [c, pixel, mean, std] of [[0, 3, 0.485, 0.229], [1, 50, 0.456, 0.224], [2, 200, 0.406, 0.225]]) {
      assert.ok(Math.abs(at(input, c, 3, 5) - (pixel / 255 - mean) / std) < 2 ** -22);
    }
  });

  it('orders channels as the model wants them, means in that order', () => {
    const { input } = preprocess(plain, settings({ channels: 'bgr', scale: 1, mean: [103, 116, 123] }));
    assert.deepEqual([0, 1, 2].map((c) => at(input, c, 3, 5)), [200 - 103, 50 - 116, 3 - 123]);
  });

  it('gives alpha as the fourth channel where it is wanted, and drops it otherwise', () => {
    const clear = draw(8, 8, (x) => [10, 20, 30, x]);
    const { input } = preprocess(clear, settings({ channels: 'rgba', scale: 1 }));
    assert.deepEqual(input.dims, [1, 4, 8, 8]);
    assert.deepEqual([0, 1, 2, 3].map((c) => at(input, c, 6, 0)), [10, 20, 30, 6]);
    assert.deepEqual([0, 1, 2].map((c) => at(preprocess(clear, settings({ scale: 1 })).input, c, 0, 0)), [10, 20, 30]);
  });

  it('takes one mean and one deviation for all channels', () => {
    const { input } = preprocess(plain, settings({ scale: 1, mean: [100], std: [50] }));
    assert.deepEqual([0, 1, 2].map((c) => at(input, c, 0, 5)), [-2, -1, 2]);
  });

  it('pads a letterbox with the grey asked for, normalised like pixels', () => {
    const white = draw(16, 8, () => [255, 255, 255, 255]);
    const { input, placement } = preprocess(white, settings({ fit: 'letterbox', scale: 1, pad: 114, mean: [14, 14, 14] }));
    const column = Array.from({ length: 8 }, (_, y) => at(input, 0, 4, y));
    assert.deepEqual(column, [100, 100, 241, 241, 241, 241, 100, 100]);
    assert.deepEqual(placement, { x: 0, y: -4, width: 16, height: 16 });
  });

  it('covers an input that is not square', () => {
    const { placement } = preprocess(draw(100, 100, () => [0, 0, 0, 255]), settings({ width: 8, height: 4 }));
    assert.deepEqual(placement, { x: 0, y: 25, width: 100, height: 50 });
  });

  it('keeps one colour one colour, whatever the fit and the filter', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(255), fc.constantFrom(...interpolations),
      fc.constantFrom('crop' as const, 'squash' as const, 'letterbox' as const), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }),
      (w, h, value, interpolation, fit, width, height) => {
        const picture = draw(w, h, () => [value, value, value, 255]);
        const { input } = preprocess(picture, settings({ width, height, fit, interpolation, scale: 1, pad: value }));
        assert.ok((input.data as Float32Array).every((one) => one === value));
      }));
  });

  it('finds a bright square where the placement says that it lies', () => {
    // The centre of brightness, seen in the input plane and sent back through the placement, is the middle of the square. The square is
    // small and central enough to lie inside every crop: of 150 px at least 22 are seen.
    fc.assert(fc.property(
      fc.integer({ min: 60, max: 150 }), fc.integer({ min: 60, max: 150 }), fc.constantFrom(...interpolations),
      fc.constantFrom('crop' as const, 'squash' as const, 'letterbox' as const), fc.integer({ min: 24, max: 64 }), fc.integer({ min: 24, max: 64 }),
      (w, h, interpolation, fit, width, height) => {
        const side = 8;
        const [left, top] = [Math.floor(w / 2) - side / 2 - 1, Math.floor(h / 2) - side / 2 + 2];
        const inside = (x: number, y: number): boolean => x >= left && x < left + side && y >= top && y < top + side;
        const picture = draw(w, h, (x, y) => (inside(x, y) ? [255, 255, 255, 255] : [0, 0, 0, 255]));
        const { input, placement } = preprocess(picture, settings({ width, height, fit, interpolation, scale: 1, pad: 0, channels: 'grey' }));
        let [sum, sumX, sumY] = [0, 0, 0];
        (input.data as Float32Array).forEach((value, i) => {
          sum += value;
          sumX += value * ((i % width) + 0.5);
          sumY += value * (Math.floor(i / width) + 0.5);
        });
        const cell = { x: placement.width / width, y: placement.height / height };
        const center = { x: placement.x + (sumX / sum) * cell.x, y: placement.y + (sumY / sum) * cell.y };
        // Nearest sampling moves edges by up to half a cell each, and that within rounding; filters and 8-bit rounding by far less.
        const tolerance = (size: number): number => (interpolation === 'nearest' ? size / 2 + 1e-9 : 0.1 * Math.max(size, 1));
        assert.ok(Math.abs(center.x - (left + side / 2)) <= tolerance(cell.x), `x: ${center.x} for ${left + side / 2}, cell ${cell.x}`);
        assert.ok(Math.abs(center.y - (top + side / 2)) <= tolerance(cell.y), `y: ${center.y} for ${top + side / 2}, cell ${cell.y}`);
      }), { numRuns: 300 });
  });

  it('resizes a window to the same bytes as the whole', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(...interpolations), fc.infiniteStream(fc.nat(1 << 20)),
      (w, h, width, height, interpolation, random) => {
        const next = (below: number): number => random.next().value % below;
        const source = { data: Uint8Array.from({ length: 3 * w * h }, () => next(256)), width: w, height: h, channels: 3 };
        const whole = resample(source, { width, height }, { left: 0, top: 0, width, height }, interpolation);
        const [left, top] = [next(width), next(height)];
        const window = { left, top, width: 1 + next(width - left), height: 1 + next(height - top) };
        const part = resample(source, { width, height }, window, interpolation);
        for (let y = 0; y < window.height; y++) {
          const from = ((top + y) * width + left) * 3;
          const row = part.data.subarray(y * window.width * 3, (y + 1) * window.width * 3);
          assert.deepEqual(row, whole.data.subarray(from, from + window.width * 3));
        }
      }));
  });

  it('takes extreme shapes without the memory of the picture resized whole', () => {
    // Resized whole, this would be 8192 x 163,840,000 pixels.
    const { input } = preprocess(draw(1, 20_000, (_, y) => [y % 256, 0, 0, 255]), settings({ width: 64, height: 64, resize: 8192 }));
    assert.deepEqual(input.dims, [1, 3, 64, 64]);
  });
});

describe('restorePixels', () => {
  it('gives back the pixels that a model input was made from', () => {
    fc.assert(fc.property(
      fc.constantFrom('rgb' as const, 'bgr' as const, 'rgba' as const), fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 3 }), fc.double({ min: 0.1, max: 3, noNaN: true }),
      (channels, scale, mean, std) => {
        const picture = draw(8, 8, (x, y) => [x * 36, y * 36, 255 - x * y, channels === 'rgba' ? 100 + x : 255]);
        const chosen = settings({ channels, scale, mean, std: [std] });
        assert.deepEqual(restorePixels(preprocess(picture, chosen).input, chosen), { width: 8, height: 8, data: picture.data });
      }));
  });

  it('shows grey as grey and clamps what no picture can hold', () => {
    const chosen = settings({ width: 3, height: 1, channels: 'grey', scale: 1, mean: [10], std: [2] });
    const input = { type: 'float32' as const, dims: [1, 1, 3], data: Float32Array.from([20, -20, 1000]) };
    assert.deepEqual([...restorePixels(input, chosen).data], [50, 50, 50, 255, 0, 0, 0, 255, 255, 255, 255, 255]);
  });
});
