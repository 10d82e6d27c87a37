/** `fovea check` and `fovea evaluate` as processes: their arguments, output and files. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { fovea } from '../support/command.ts';
import { convolutional, writeModel } from '../support/small-models.ts';

const root = findPackageRoot();
const espresso = path.join(root, 'media/samples/espresso.jpg');

describe('the command line: can a map be trusted', () => {
  let folder: string;
  let small: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-cli-'));
    small = await writeModel(convolutional({ side: 32 }), path.join(folder, 'net.onnx'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('checks: one JSON object, a film strip and the numbers', async () => {
    const { code, stdout, stderr } = await fovea('check', espresso, '-t', 'saliency', '-m', small, '--seed', '3', '--json', '--out', folder);
    assert.equal(code, 0, stderr);
    const line = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([line.image, line.model, line.technique, line.mode, line.layer, line.layers], [espresso, small, 'saliency', 'cascading', null, 3]);
    const steps = line.steps as Record<string, unknown>[];
    assert.deepEqual(steps.map(({ layers }) => layers), [1, 2, 3]);
    assert.deepEqual(Object.keys(steps[0]), ['title', 'layers', 'spearman', 'absoluteSpearman', 'ssim', 'hog']);
    const { level, sentence } = line.verdict as Record<string, string>;
    assert.ok(['passed', 'mixed', 'failed'].includes(level) && sentence.startsWith('Saliency\'s map'));
    assert.equal((line.recipe as Record<string, unknown>).seed, 3);
    const files = ['png', 'json'].map((extension) => path.join(folder, `espresso.saliency.cascading.${extension}`));
    assert.deepEqual(line.files, files);
    const { width, height } = await sharp(files[0]).metadata();
    assert.deepEqual([width, height], [5 * 128 + 4 * 4, 128], 'the map, three steps and the edges');
    assert.deepEqual((JSON.parse(await readFile(files[1], 'utf8')) as Record<string, unknown>).steps, steps);
    assert.match(stderr, /Adebayo/);
  });

  it('checks for people: a table, the verdict and its rule', async () => {
    const { code, stdout } = await fovea('check', espresso, '-t', 'grad-cam', '-m', small, '--mode', 'random-logit');
    assert.equal(code, 0);
    assert.match(stdout, /class +Spearman +magnitudes +SSIM +HOG/);
    assert.match(stdout, /Sanity check (passed|unclear|failed)\. Grad-CAM's map/);
    assert.match(stdout, /Passed below 0\.6, failed from 0\.75/);
  });

  it('evaluates: one JSON object, and the curves in a file', async () => {
    const { code, stdout, stderr } = await fovea(
      'evaluate', espresso, '-t', 'grad-cam', '-m', small, '--metrics', 'insertion,deletion', '--json', '--out', folder);
    assert.equal(code, 0, stderr);
    const line = JSON.parse(stdout) as { evaluations: Record<string, unknown>[]; files: string[]; layer: string };
    assert.deepEqual(line.evaluations.map(({ id, better }) => [id, better]), [['deletion', 'lower'], ['insertion', 'higher']]);
    assert.deepEqual(line.files, [path.join(folder, 'espresso.grad-cam.measures.json')]);
    assert.equal(line.layer, 'features/relu');
    const kept = JSON.parse(await readFile(line.files[0], 'utf8')) as { evaluations: { curve: { positions: number[]; values: number[] } }[] };
    assert.equal(kept.evaluations[0].curve.values.length, kept.evaluations[0].curve.positions.length);
  });

  it('ends with 2 for wrong usage', async () => {
    for (const [text, ...args] of [
      [/--technique/, 'check', espresso],
      [/cannot be judged/, 'check', 'x.npy', '-t', 'saliency'],
      [/no measure "rise"/, 'evaluate', espresso, '-t', 'saliency', '--metrics', 'rise'],
      [/one class/, 'evaluate', espresso, '-t', 'saliency', '-c', '1,2'],
      [/technique "salience"/, 'check', espresso, '-t', 'salience'],
    ] as [RegExp, ...string[]][]) {
      const { code, stderr } = await fovea(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, text);
    }
  });
});
