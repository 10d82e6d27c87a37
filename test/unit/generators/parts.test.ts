/** The parts of generators: spectra, views, Adam, blur, pixels; each against a definition written out, or a property that makes it what it is. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { N } from '../../../src/graph/graph.ts';
import { tensorOf } from '../../../src/graph/tensor.ts';
import { loadNative } from '../../../src/runtimes/onnxruntime/native.ts';
import { Adam } from '../../../src/techniques/adam.ts';
import { blurPlane } from '../../../src/techniques/blur.ts';
import { hartleyMatrix, synthesisGradientGraph, synthesisGraph } from '../../../src/techniques/fourier-image.ts';
import { projectEuclidean, projectMaximum } from '../../../src/techniques/perturb.ts';
import { fromShares, roundToPixels, toShares } from '../../../src/techniques/pixel-range.ts';
import { runSteps } from '../../../src/techniques/steps.ts';
import { Sampling, viewOf } from '../../../src/techniques/view.ts';
import { randomStream } from '../../support/random.ts';

function noise(size: number, seed: number): Float32Array {
  const next = randomStream(seed);
  return Float32Array.from({ length: size }, () => 2 * next() - 1);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

describe('Fourier images', () => {
  const frame = { channels: 3, height: 6, width: 9 };
  const ranges = [{ low: -1, high: 1 }, { low: -2, high: 2.5 }, { low: 0, high: 255 }];
  const size = 3 * 6 * 9;

  it('have a transform that is symmetric and its own inverse, whatever the size', () => {
    for (const n of [1, 2, 5, 8, 14]) {
      const { data } = hartleyMatrix(n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          assert.equal(data[i * n + j], data[j * n + i]);
          let product = 0;
          for (let k = 0; k < n; k++) product += Number(data[i * n + k]) * Number(data[k * n + j]);
          // float32 entries up to √2/√n, n products
          assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-6);
        }
      }
    }
  });

  it('are mid grey for a spectrum of zeros, and one wave for one frequency', async () => {
    const program = await (await loadNative()).compile(synthesisGraph(frame, 'rgba', ranges));
    const spectrum = new Float32Array(size);
    const zero = (await program.run({ spectrum: tensorOf('float32', spectrum, [1, 3, 6, 9]) })).image.data as Float32Array;
    // sigmoid(0) = 1/2 in float32; the widest range has 255 units
    ranges.forEach(({ low, high }, c) => assert.ok(Math.abs(zero[c * 54 + 7] - (low + high) / 2) < 1e-4));
    // Frequency 2 of 6 downwards and 1 of 9 across in the first channel ('rgba': colours are not mixed).
    spectrum[2 * 9 + 1] = 3;
    const { image } = await program.run({ spectrum: tensorOf('float32', spectrum, [1, 3, 6, 9]) });
    const cas = (angle: number): number => Math.cos(angle) + Math.sin(angle);
    const amplitude = (3 * (Math.SQRT2 / 4)) / Math.hypot(2 / 6, 1 / 9) / Math.sqrt(54);
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 9; x++) {
        const wave = amplitude * cas((2 * Math.PI * 2 * y) / 6) * cas((2 * Math.PI * x) / 9);
        // float32 products of sums of 9 terms
        assert.ok(Math.abs(Number(image.data[y * 9 + x]) - (-1 + 2 / (1 + Math.exp(-wave)))) < 2e-6);
      }
    }
    await program.dispose();
  });

  for (const order of ['rgb', 'bgr', 'rgba'] as const) {
    it(`have the gradient that differences show (${order})`, async () => {
      const runtime = await loadNative();
      const forward = await runtime.compile(synthesisGraph(frame, order, ranges));
      const backward = await runtime.compile(synthesisGradientGraph(frame, order, ranges));
      const dims = [1, 3, 6, 9];
      const [spectrum, gradient, direction] = [noise(size, 1), noise(size, 2), noise(size, 3)];
      const imageAt = async (step: number) => {
        const moved = spectrum.map((value, i) => value + step * direction[i]);
        return (await forward.run({ spectrum: tensorOf('float32', moved, dims) })).image;
      };
      const slope = (await backward.run({ image: await imageAt(0), gradient: tensorOf('float32', gradient, dims) })).spectrum.data as Float32Array;
      const step = 1e-2;
      const [ahead, behind] = [(await imageAt(step)).data as Float32Array, (await imageAt(-step)).data as Float32Array];
      const wanted = (dot(ahead, gradient) - dot(behind, gradient)) / (2 * step);
      // Central differences: the third derivative leaves about step² = 1e-4; float32 rounding of 255 units over the step as much.
      assert.ok(Math.abs(dot(slope, direction) - wanted) < 1e-3 * Math.abs(wanted) + 1e-2, `${dot(slope, direction)} ${wanted}`);
      await Promise.all([forward.dispose(), backward.dispose()]);
    });
  }

  it('know the batch', () => {
    assert.deepEqual(synthesisGraph(frame, 'rgb', ranges).inputs[0].shape, [N, 3, 6, 9]);
  });
});

describe('Views of a picture', () => {
  const [width, height] = [7, 5];

  it('show it as it is where nothing is turned, scaled or shifted', () => {
    const plane = noise(35, 1);
    const seen = new Float32Array(35);
    new Sampling(viewOf(1, 0, 0, 0), width, height, 'grey').see(plane, seen, 9);
    assert.deepEqual(seen, plane);
  });

  it('shift by whole pixels, with grey or the mirror image coming in', () => {
    const plane = noise(35, 1);
    for (const outside of ['grey', 'mirror'] as const) {
      const seen = new Float32Array(35);
      new Sampling(viewOf(1, 0, 2, -1), width, height, outside).see(plane, seen, 9);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [fromX, fromY] = [x - 2, y + 1];
          const inside = fromX >= 0 && fromY < height;
          const [mirroredX, mirroredY] = [fromX < 0 ? -1 - fromX : fromX, fromY >= height ? 2 * height - 1 - fromY : fromY];
          assert.equal(seen[y * width + x], inside || outside === 'mirror' ? plane[mirroredY * width + mirroredX] : 9);
        }
      }
    }
  });

  it('turn a quarter as an exchange of rows and columns does', () => {
    const plane = noise(25, 1);
    const seen = new Float32Array(25);
    new Sampling(viewOf(1, Math.PI / 2, 0, 0), 5, 5, 'grey').see(plane, seen, 0);
    for (let y = 0; y < 5; y++) {
      // cos(π/2) is 6e-17, which moves the samples by as much
      for (let x = 0; x < 5; x++) assert.ok(Math.abs(seen[y * 5 + x] - plane[(4 - x) * 5 + y]) < 1e-6);
    }
  });

  it('shift what is turned and enlarged already', () => {
    const plane = noise(25, 1);
    const [turned, shifted, both] = [new Float32Array(25), new Float32Array(25), new Float32Array(25)];
    for (const [scale, angle] of [[1, Math.PI / 2], [2, -Math.PI / 2]]) {
      new Sampling(viewOf(scale, angle, 0, 0), 5, 5, 'grey').see(plane, turned, 0);
      new Sampling(viewOf(1, 0, -2, 1), 5, 5, 'grey').see(turned, shifted, 0);
      new Sampling(viewOf(scale, angle, -2, 1), 5, 5, 'grey').see(plane, both, 0);
      // What comes in from outside of the window is there only where both are done at once; elsewhere they differ by the rounding of cos(π/2).
      for (let y = 1; y < 5; y++) for (let x = 0; x < 3; x++) assert.ok(Math.abs(both[y * 5 + x] - shifted[y * 5 + x]) < 1e-6);
    }
  });

  it('have the transpose as the way back, so that gradients are right', () => {
    fc.assert(fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: -9, max: 9 }),
      fc.constantFrom('grey' as const, 'mirror' as const), (scale, angle, shift, outside) => {
        const sampling = new Sampling(viewOf(scale, angle, shift, shift / 2), width, height, outside);
        const [plane, weights] = [noise(35, 1), noise(35, 2)];
        const [seen, back] = [new Float32Array(35), new Float32Array(35)];
        sampling.see(plane, seen, 0);
        sampling.spread(weights, back);
        // float32 sums of at most 140 terms below 1
        assert.ok(Math.abs(dot(seen, weights) - dot(plane, back)) < 1e-4);
      }));
  });
});

describe('Steps and bounds', () => {
  it('a run ends with its goal, be it stopped at the same step, and before its first step where it is stopped at once', async () => {
    const picture = async () => tensorOf('float32', [0], [1, 1, 1, 1]);
    const run = async (stopAt: number, reachedAt: number) => {
      const { step, ended } = await runSteps({ report: async (progress) => (progress.step === stopAt ? 'stop' : 'continue') }, {
        from: 0, total: () => 5, picture, advance: async (at) => ({ curves: {}, ...(at + 1 === reachedAt && { end: 'reached' as const }) }),
      });
      return [step, ended];
    };
    assert.deepEqual(await run(3, 3), [3, 'reached']);
    assert.deepEqual(await run(2, 3), [2, 'stopped']);
    assert.deepEqual(await run(0, 3), [0, 'stopped']);
    assert.deepEqual(await run(9, 9), [5, 'done']);
  });

  it('Adam goes as far as the sums over all earlier gradients say', () => {
    const gradients = Array.from({ length: 7 }, (_, t) => noise(5, t + 1));
    const values = noise(5, 99);
    const expected = Array.from(values);
    const adam = new Adam(5);
    for (let t = 1; t <= gradients.length; t++) {
      adam.step(values, gradients[t - 1], 0.3);
      for (let i = 0; i < 5; i++) {
        let [mean, square] = [0, 0];
        for (let s = 1; s <= t; s++) {
          mean += (0.1 * 0.9 ** (t - s) * gradients[s - 1][i]) / (1 - 0.9 ** t);
          square += (0.001 * 0.999 ** (t - s) * gradients[s - 1][i] ** 2) / (1 - 0.999 ** t);
        }
        expected[i] -= (0.3 * mean) / (Math.sqrt(square) + 1e-8);
      }
    }
    // Moments and values are float32; each step rounds at 1e-7 of its length.
    values.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5));
  });

  it('Adam goes on from its moments as if it had not paused', () => {
    const [whole, parted] = [noise(4, 5), noise(4, 5)];
    const [one, first] = [new Adam(4), new Adam(4)];
    for (let t = 0; t < 3; t++) one.step(whole, noise(4, t), -0.1);
    first.step(parted, noise(4, 0), -0.1);
    const second = new Adam(4, first.moments);
    for (let t = 1; t < 3; t++) second.step(parted, noise(4, t), -0.1);
    assert.deepEqual(parted, whole);
  });

  it('a blur keeps the sum, leaves a constant alone and spreads a point as the Gaussian says', () => {
    const plane = new Float32Array(21 * 21);
    plane[10 * 21 + 10] = 1;
    blurPlane(plane, 21, 21, 1.2);
    const weight = (d: number): number => Math.exp(-0.5 * (d / 1.2) ** 2);
    const total = Array.from({ length: 11 }, (_, i) => weight(i - 5)).reduce((a, b) => a + b); // radius ⌊4 · 1.2 + 0.5⌋ = 5
    for (const [dy, dx] of [[0, 0], [1, 0], [2, 3], [-5, 5]]) {
      assert.ok(Math.abs(plane[(10 + dy) * 21 + 10 + dx] - (weight(dy) * weight(dx)) / total ** 2) < 1e-8); // float32 of values below 0.2
    }
    assert.ok(Math.abs(plane.reduce((a, b) => a + b) - 1) < 1e-6);
    const flat = new Float32Array(12).fill(3);
    blurPlane(flat, 4, 3, 2);
    flat.forEach((value) => assert.ok(Math.abs(value - 3) < 1e-6));
  });

  it('projections end within the ball, and leave alone what is in it', () => {
    fc.assert(fc.property(fc.double({ min: 0.01, max: 3, noNaN: true }), fc.integer({ min: 1, max: 50 }), (radius, seed) => {
      const [centre, values] = [noise(6, seed), noise(6, seed + 100)];
      const [box, ball] = [values.slice(), values.slice()];
      projectMaximum(box, centre, radius);
      projectEuclidean(ball, centre, radius);
      const distance = (to: Float32Array): number => Math.sqrt(to.reduce((sum, v, i) => sum + (v - centre[i]) ** 2, 0));
      box.forEach((v, i) => assert.ok(Math.abs(v - centre[i]) <= radius + 1e-6)); // float32 rounding of the sum
      assert.ok(distance(ball) <= radius + 1e-5);
      if (distance(values) < radius) assert.deepEqual(ball, values);
    }));
  });

  it('pixels round to the nearest of 256 values and go to shares and back', () => {
    const ranges = [{ low: -2, high: 2 }, { low: 0, high: 1 }];
    const pictures = tensorOf('float32', [-2, -1.99, 0.005, 2.5, 0, 0.5, 0.503, 1], [1, 2, 2, 2]);
    const pixel = (value: number, { low, high }: { low: number; high: number }): number => low + ((high - low) * value) / 255;
    const expected = [0, 1, 128, 255].map((p) => pixel(p, ranges[0])).concat([0, 128, 128, 255].map((p) => pixel(p, ranges[1])));
    roundToPixels(pictures, ranges).data.forEach((value, i) => assert.ok(Math.abs(Number(value) - expected[i]) < 1e-6));
    const again = tensorOf('float32', new Float32Array(8), [1, 2, 2, 2]);
    fromShares(toShares(pictures, ranges), again, ranges);
    again.data.forEach((value, i) => assert.ok(Math.abs(Number(value) - Number(pictures.data[i])) < 1e-6));
  });
});
