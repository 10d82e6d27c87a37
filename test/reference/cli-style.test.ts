/** `fovea style` as a process: files, JSON and exit codes. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import { fovea } from '../support/command.ts';
import { convolutional, writeModel } from '../support/small-models.ts';

const root = findPackageRoot();
const content = path.join(root, 'media/samples/espresso.jpg');
const style = path.join(root, 'media/samples/cat-and-espresso.jpg');

interface Line {
  ended: string;
  curves: { step: number; values: Record<string, number> }[];
  files: string[];
  cells: { parameters: Record<string, unknown>; losses: Record<string, number> }[];
}

describe('fovea style', () => {
  let folder: string;
  let model: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-style-'));
    model = await writeModel(convolutional(), path.join(folder, 'net.onnx'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const small = ['--set', 'size=32', '--set', 'styleSize=32', '--set', 'steps=4', '--json'];

  it('writes the picture at the working size, and the curves of its losses', async () => {
    const out = path.join(folder, 'one');
    const { code, stdout, stderr } = await fovea('style', content, style, '--model', model, ...small, '--out', out);
    assert.equal(code, 0, stderr);
    const line = JSON.parse(stdout) as Line;
    assert.deepEqual(line.files, [path.join(out, 'espresso.style-transfer.png')]);
    const { width = 0, height = 0 } = await sharp(line.files[0]).metadata();
    assert.equal(Math.min(width, height), 32);
    assert.deepEqual([line.ended, line.curves.length], ['done', 4]);
    assert.ok('style relu' in line.curves[0].values);
  });

  it('draws a grid over two parameters, with a file for each cell', async () => {
    const out = path.join(folder, 'grid');
    const { code, stdout, stderr } = await fovea('style', content, style, '--model', model, ...small, '--out', out, '--sweep', 'rate=0.1,1', '--sweep', 'statistic=gram,moments');
    assert.equal(code, 0, stderr);
    const { cells } = JSON.parse(stdout) as Line;
    assert.deepEqual(cells.map(({ parameters }) => [parameters.statistic, parameters.rate]), [['gram', 0.1], ['gram', 1], ['moments', 0.1], ['moments', 1]]);
    const names = ['1-1', '1-2', '2-1', '2-2'].flatMap((cell) => [`espresso.style-transfer.${cell}.json`, `espresso.style-transfer.${cell}.png`]);
    assert.deepEqual((await readdir(out)).sort(), [...names, 'espresso.style-transfer.sweep.png']);
    const cell = JSON.parse(await readFile(path.join(out, names[2]), 'utf8')) as { recipe: { parameters: Record<string, unknown> }; curves: unknown[] };
    assert.deepEqual([cell.recipe.parameters.rate, cell.curves.length], [1, 4]);
  });

  it('ends with 2 for wrong usage and with 1 for a picture that is missing', async () => {
    const wrong = await fovea('style', content, style, '--set', 'sise=3');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /"sise".*size/);
    const missing = await fovea('style', content, '--model', model, ...small);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /needs a style/);
  });
});
