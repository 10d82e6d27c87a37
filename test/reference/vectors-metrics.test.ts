/** Measures of maps, as the tests of other projects state them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pearson, spearman } from '../../src/metrics/correlation.ts';
import { areaUnder, changedPlaces, rankPlaces, replacePlaces } from '../../src/metrics/deletion-insertion.ts';
import { euclideanDistance, euclideanNorm, maximumDistance, peakSignalToNoise } from '../../src/metrics/distance.ts';
import { hog } from '../../src/metrics/hog.ts';
import { gini } from '../../src/metrics/sparseness.ts';
import { ssim } from '../../src/metrics/ssim.ts';
import { RunningMean } from '../../src/techniques/running-mean.ts';

/** [row0, row1, col0, col1, value], ends exclusive */
type Box = readonly [number, number, number, number, number];
interface Boxes {
  readonly shape: readonly [number, number];
  readonly fill: number;
  readonly boxes: readonly Box[];
}
type Described = readonly number[] | readonly (readonly number[])[] | Boxes;

interface Case {
  readonly id: string;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Described>> & { readonly rotate90?: number };
  readonly expected: number | readonly number[];
  readonly tolerance: { readonly abs: number };
}

interface Picture {
  readonly values: Float64Array;
  readonly width: number;
  readonly height: number;
}

const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'data', 'metrics.json'), 'utf8')) as { cases: Case[] };

function read(map: Described): Picture {
  if (!('shape' in map)) {
    const rows = (Array.isArray(map[0]) ? map : [map]) as readonly (readonly number[])[];
    return { values: Float64Array.from(rows.flat()), width: rows[0].length, height: rows.length };
  }
  const [height, width] = map.shape;
  const values = new Float64Array(height * width).fill(map.fill);
  for (const [top, bottom, left, right, value] of map.boxes) {
    for (let y = top; y < bottom; y++) values.fill(value, y * width + left, y * width + right);
  }
  return { values, width, height };
}

/** A quarter turn. */
function turned({ values, width, height }: Picture): Picture {
  return { width: height, height: width, values: values.map((_, i) => values[(i % height) * width + (width - 1 - Math.floor(i / height))]) };
}

/** Curves of the score Σ x with the picture as its own map and a baseline of zero. */
function curves(x: Picture, steps: number): { positions: number[]; deletion: number[]; insertion: number[] } {
  const [from, zero] = [Float32Array.from(x.values), new Float32Array(x.values.length)];
  const order = rankPlaces(from);
  const counts = changedPlaces(order.length, steps);
  const score = (start: Float32Array, end: Float32Array, count: number): number => {
    const input = new Float32Array(from.length);
    replacePlaces(start, end, order, count, input);
    return input.reduce((sum, value) => sum + value, 0);
  };
  return {
    positions: counts.map((count) => count / order.length),
    deletion: counts.map((count) => score(from, zero, count)), insertion: counts.map((count) => score(zero, from, count)),
  };
}

const curvesOf = ({ inputs: { x }, params }: Case) => curves(read(x), params!.steps as number);

function runningMean({ inputs: { samples } }: Case): RunningMean {
  const rows = samples as readonly (readonly number[])[];
  const mean = new RunningMean(rows[0].length);
  rows.forEach((row) => mean.add(row));
  return mean;
}

const methods: Readonly<Record<string, (one: Case) => number | readonly number[]>> = {
  runningMean: (one) => [...runningMean(one).mean()],
  runningVariance: (one) => [...runningMean(one).variance()],
  l2Norm: ({ inputs: { a } }) => euclideanNorm(read(a).values),
  linfNorm: ({ inputs: { a } }) => maximumDistance(read(a).values, new Float64Array(read(a).values.length)),
  euclideanDistance: ({ inputs: { a, b } }) => euclideanDistance(read(a).values, read(b).values),
  chebyshevDistance: ({ inputs: { a, b } }) => maximumDistance(read(a).values, read(b).values),
  pearson: ({ inputs: { a, b } }) => pearson(read(a).values, read(b).values),
  spearman: ({ inputs: { a, b } }) => spearman(read(a).values, read(b).values),
  attributionGini: ({ inputs: { map } }) => gini(read(map).values),
  deletionInsertionFractions: (one) => curvesOf(one).positions,
  deletionCurve: (one) => curvesOf(one).deletion,
  insertionCurve: (one) => curvesOf(one).insertion,
  deletionAuc: (one) => areaUnder(curvesOf(one).positions, curvesOf(one).deletion),
  insertionAuc: (one) => areaUnder(curvesOf(one).positions, curvesOf(one).insertion),
  riseAuc: ({ inputs: { curve } }) => areaUnder([...read(curve).values].map((_, i, { length }) => i / (length - 1)), [...read(curve).values]),
  ssim: ({ inputs: { a, b }, params }) => ssim(read(a), read(b), params!.dataRange as number, { kind: 'uniform', side: params!.window as number }),
  hog: ({ inputs: { image }, params }) => {
    return [...hog(read(image), { orientations: params!.orientations as number, cell: (params!.cell as number[])[0] })];
  },
  hogMaxPerOrientation: ({ inputs: { image, rotate90 }, params }) => {
    const orientations = params!.orientations as number;
    const values = hog(rotate90 === 1 ? turned(read(image)) : read(image), { orientations, cell: (params!.cell as number[])[0] });
    return Array.from({ length: orientations }, (_, bin) => Math.max(...values.filter((_, i) => i % orientations === bin)));
  },
};

describe('measures of maps: the numbers of Quantus, scikit-image, torch-cam, xplique and RISE', () => {
  for (const one of cases) {
    it(one.id, () => {
      const got = [methods[one.method](one)].flat();
      const wanted = [one.expected].flat();
      assert.equal(got.length, wanted.length);
      // The tolerance is the source's own; where it is zero, single precision of the pictures is left.
      wanted.forEach((value, i) => assert.ok(Math.abs(got[i] - value) <= Math.max(one.tolerance.abs, 1e-7), `${got[i]} is not ${value}`));
    });
  }

  describe('on a photograph and its noisy copy', () => {
    const data = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors', 'data');
    const photograph = (name: string): Picture => {
      return { values: Float64Array.from(gunzipSync(readFileSync(path.join(data, `${name}.u8.gz`)))), width: 512, height: 512 };
    };

    before(function () {
      if (existsSync(data)) return;
      console.log('      skipped: the photographs of ../shared/vectors are not here');
      this.skip();
    });

    // scikit-image@cd0a3d22:tests/skimage/metrics/test_structural_similarity.py:test_mssim_vs_legacy
    it('structural similarity with uniform windows is that of scikit-image to its seven digits', () => {
      const value = ssim(photograph('camera-512x512'), photograph('camera-noisy-512x512'), 255, { kind: 'uniform', side: 7 });
      assert.ok(Math.abs(value - 0.3674518327910367) <= 1.5e-7, String(value));
    });

    // tests/skimage/metrics/test_simple_metrics.py:test_PSNR_vs_IPOL, four decimals
    it('the peak signal-to-noise ratio is that of the IPOL program to its four decimals', () => {
      const [one, noisy] = ['camera-512x512', 'camera-noisy-512x512'].map((name) => photograph(name).values);
      const value = peakSignalToNoise(one, noisy, 255);
      assert.ok(Math.abs(value - 22.409353363576034) <= 0.00015, String(value));
    });

    // test_gaussian_mssim_vs_IPOL: an independent program, three decimals
    it('with Gaussian windows it is that of the IPOL program to its three decimals', () => {
      const value = ssim(photograph('camera-512x512'), photograph('camera-noisy-512x512'), 255);
      assert.ok(Math.abs(value - 0.357959091663361) <= 0.0015, String(value));
    });
  });
});
