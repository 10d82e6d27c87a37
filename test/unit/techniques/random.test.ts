import assert from 'node:assert/strict';
import { RandomStream } from '../../../src/techniques/random.ts';
import { RunningMean } from '../../../src/techniques/running-mean.ts';

const count = 200_000;

describe('random numbers by counter', () => {
  it('are functions of seed, stream and index alone', () => {
    const forwards = Array.from({ length: 100 }, (_, i) => new RandomStream(7, 3).bits(i));
    const stream = new RandomStream(7, 3);
    const backwards = Array.from({ length: 100 }, (_, i) => stream.bits(99 - i)).reverse();
    assert.deepEqual(forwards, backwards);
    assert.notDeepEqual(forwards, Array.from({ length: 100 }, (_, i) => new RandomStream(7, 4).bits(i)));
    assert.notDeepEqual(forwards, Array.from({ length: 100 }, (_, i) => new RandomStream(8, 3).bits(i)));
    // Seeds beyond 32 bits are not cut off.
    assert.notDeepEqual(forwards, Array.from({ length: 100 }, (_, i) => new RandomStream(7 + 2 ** 32, 3).bits(i)));
  });

  it('stay what they are, since recipes name nothing but the seed', () => {
    // From an implementation in Python of what the file says; another generator would make other pictures of old recipes.
    const [stream, other] = [new RandomStream(7, 3), new RandomStream(2 ** 40 + 1, 0)];
    assert.deepEqual([0, 1, 2, 3].map((i) => stream.bits(i)), [1215412231, 2475364341, 1126973708, 3125637093]);
    assert.deepEqual([0, 2 ** 31].map((i) => other.bits(i)), [1701117206, 1158541915]);
    const normal = new Float32Array(3071);
    new RandomStream(1, 0).gaussian(new Float32Array(3071), 1, normal);
    // Of the ziggurat's inside, after a refusal, at the edge of a layer, and of both tails; float32.
    const expected = [
      [0, -0.06344017237877259], [1, 0.8808751605867582], [77, 0.5094333053676514], [81, -0.212158579753811],
      [1437, -3.519894213378758], [3070, 3.5304385804386045],
    ];
    for (const [i, value] of expected) assert.ok(Math.abs(normal[i] - value) < 2 ** -23 * Math.abs(value), `${i}: ${normal[i]}`);
    // Of all of them, of which 90 need more than a look at the table; one that was refused or taken wrongly changes these sums by far more.
    const [sum, moment] = normal.reduce(([a, b], value, i) => [a + value, b + i * value], [0, 0]);
    assert.ok(Math.abs(sum + 13.11903) < 1e-4 && Math.abs(moment - 4791.303) < 0.1, `${sum} ${moment}`);
  });

  it('have every bit set half of the time, whatever the others are', () => {
    const stream = new RandomStream(1, 0);
    const set = new Float64Array(32);
    const pairs = new Float64Array(32);
    for (let i = 0; i < count; i++) {
      const bits = stream.bits(i);
      const next = stream.bits(i + 1);
      for (let k = 0; k < 32; k++) {
        set[k] += (bits >>> k) & 1;
        pairs[k] += ((bits ^ next) >>> k) & 1;
      }
    }
    // Five standard deviations of a mean of fair coins: one bit in 1.7 million lies outside by chance, and the numbers are always the same.
    const tolerance = (5 * 0.5) / Math.sqrt(count);
    for (let k = 0; k < 32; k++) {
      assert.ok(Math.abs(set[k] / count - 0.5) < tolerance, `bit ${k}: ${set[k] / count}`);
      assert.ok(Math.abs(pairs[k] / count - 0.5) < tolerance, `bit ${k} of neighbours: ${pairs[k] / count}`);
    }
  });

  it('do not go together in neighbouring streams and seeds', () => {
    for (const [one, other] of [[[0, 0], [0, 1]], [[0, 5], [1, 5]], [[3, 0], [0, 3]]]) {
      const [a, b] = [new RandomStream(one[0], one[1]), new RandomStream(other[0], other[1])];
      let product = 0;
      for (let i = 0; i < count; i++) product += (a.uniform(i) - 0.5) * (b.uniform(i) - 0.5);
      // The product of two independent uniform numbers has the standard deviation 1/12.
      assert.ok(Math.abs(product / count) < 5 / 12 / Math.sqrt(count), `${one.join()} and ${other.join()}: ${product / count}`);
    }
  });

  it('are uniform: 256 classes by the χ² test', () => {
    const stream = new RandomStream(42, 9);
    const classes = new Float64Array(256);
    for (let i = 0; i < count; i++) classes[stream.below(256, i)] += 1;
    const expected = count / 256;
    const chi = classes.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, standard deviation √510; both tails at five of them.
    assert.ok(Math.abs(chi - 255) < 5 * Math.sqrt(510), `χ² = ${chi}`);
  });

  it('are normal where asked for: moments and tails', () => {
    const values = new Float32Array(count);
    new RandomStream(5, 1).gaussian(new Float32Array(count), 1, values);
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / count;
    // Moments of the normal distribution: 0, 1, 0, 3, with standard deviations 1, √2, √15, √96.
    for (const [power, mean, deviation] of [[1, 0, 1], [2, 1, Math.SQRT2], [3, 0, Math.sqrt(15)], [4, 3, Math.sqrt(96)]]) {
      assert.ok(Math.abs(moment(power) - mean) < (5 * deviation) / Math.sqrt(count), `moment ${power}: ${moment(power)}`);
    }
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / count;
    assert.ok(Math.abs(beyond - 0.05) < 5 * Math.sqrt(0.05 * 0.95 / count), `${beyond} beyond 1.96`);
    assert.ok(values.every(Number.isFinite));
  });

  it('have the quantiles of the normal distribution', () => {
    const values = new Float32Array(count);
    new RandomStream(11, 4).gaussian(new Float32Array(count), 1, values);
    // Python's statistics.NormalDist().inv_cdf(p): within layers, at the start of the tail (3.4426) and beyond it.
    const quantiles = [
      [1e-4, -3.719016485455709], [2.8805e-4, -3.4426198], [0.001, -3.090232306167813], [0.02425, -1.9729610513118845], [0.074, -1.4466320671589785],
      [0.3, -0.5244005127080407], [0.45, -0.12566134685507402], [0.5, 0], [0.77, 0.7388468491852137], [0.93, 1.4757910281791708],
      [0.999, 3.090232306167813], [0.9999, 3.719016485455709],
    ];
    for (const [p, value] of quantiles) {
      const below = values.filter((x) => x < value).length / count;
      // Five standard deviations of a share.
      assert.ok(Math.abs(below - p) < 5 * Math.sqrt(p * (1 - p) / count), `${below} below ${value} instead of ${p}`);
    }
  });

  it('add up to centre and deviation, also for an odd number of them', () => {
    const [five, six] = [new Float32Array(5), new Float32Array(6)];
    new RandomStream(1, 2).gaussian(new Float32Array(6), 1, six);
    new RandomStream(1, 2).gaussian(Float32Array.of(1, 2, 3, 4, 5), 0.5, five);
    // Rounded to float32 after and before the sum.
    five.forEach((value, i) => assert.ok(Math.abs(value - (i + 1 + six[i] / 2)) < 1e-6));
  });
});

describe('running mean', () => {
  it('has mean, variance and standard error of what was added', () => {
    const mean = new RunningMean(2);
    mean.add([1, 10]);
    assert.equal(mean.standardError(), undefined);
    mean.add([3, 10]);
    mean.add([4, 10], 2);
    assert.deepEqual([...mean.mean()], [4, Math.fround(40 / 3)]);
    // Of 1, 3, 8: variance 26/3, standard error √(26/3/2).
    assert.deepEqual([...mean.variance()].map((value) => value.toFixed(5)), [(26 / 3).toFixed(5), (200 / 9).toFixed(5)]);
    assert.equal(mean.standardError()![0], Math.fround(Math.sqrt(26 / 3 / 2)));
  });
});
