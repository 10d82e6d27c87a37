/** `fovea visualize` and `fovea fool` as processes: output, files and exit codes. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { findPackageRoot } from '../../src/engine/package-root.ts';
import type { Prediction } from '../../src/protocol/engine.ts';
import { fovea } from '../support/command.ts';
import { convolutional, writeModel } from '../support/small-models.ts';

const root = findPackageRoot();
const espresso = path.join(root, 'media/samples/espresso.jpg');

interface Line {
  step: number;
  layer: string | null;
  ended: string;
  files: string[];
  predictions: { before: Prediction[]; after: Prediction[]; asSaved: Prediction[] };
  foolingAsSaved: boolean;
  distances: Record<string, number>;
  recipe: Record<string, unknown>;
}

describe('the command line that makes pictures', function () {
  // Each command is a process that loads a runtime; there are many of them here.
  this.timeout(240_000);
  let folder: string;
  let small: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fovea-cli-'));
    small = await writeModel(convolutional(), path.join(folder, 'net.onnx'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string): string => path.join(folder, name);

  async function line(...args: string[]): Promise<Line> {
    const { code, stdout, stderr } = await fovea(...args, '--json');
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim().split('\n').length, 1);
    return JSON.parse(stdout) as Line;
  }

  it('visualizes classes and channels into files named after them', async () => {
    const sheet = await line('visualize', '--class', '1,3', '-m', small, '--set', 'steps=3', '--set', 'pictures=2', '--out', at('sheet'));
    assert.deepEqual([sheet.step, sheet.ended, sheet.files.length], [3, 'done', 5]);
    const each = [1, 3].flatMap((index) => [1, 2].map((n) => `class-${index}-${n}.class-visualization.png`));
    assert.deepEqual((await readdir(at('sheet'))).sort(), [...each, 'contact-sheet.class-visualization.png']);
    const [one, all] = await Promise.all([0, 4].map(async (n) => sharp(sheet.files[n]).metadata()));
    assert.deepEqual([one.width, one.height, all.width, all.height], [8, 8, 28, 28], 'two by two, with gaps of 4');
    await line('visualize', '--layer', 'features/relu', '--channel', '2', '-m', small, '--set', 'steps=2', '--set', 'recipe=classic', '--out', at('channel'));
    assert.deepEqual(await readdir(at('channel')), ['features-relu-2.class-visualization.png']);
    await line('visualize', espresso, '-t', 'deep-dream', '--layer', 'conv', '-m', small, '--set', 'steps=2', '--out', at('dream'));
    assert.deepEqual(await readdir(at('dream')), ['espresso.deep-dream.png']);
    assert.equal((await line('visualize', espresso, '-t', 'deep-dream', '-m', small, '--set', 'steps=1')).layer, 'relu', 'the last before the maps are halved');
    await line('visualize', espresso, '-t', 'deep-dream', '--class', '1,3', '-m', small, '--set', 'steps=2', '--out', at('dreams'));
    assert.deepEqual(await readdir(at('dreams')), ['contact-sheet.deep-dream.png', 'espresso-class-1.deep-dream.png', 'espresso-class-3.deep-dream.png']);
  });

  it('fools, and writes the picture, the difference and the triptych', async () => {
    const predicted = JSON.parse((await fovea('predict', espresso, '-m', small, '--json')).stdout) as { predictions: Prediction[] };
    const [, second] = predicted.predictions;
    const { files, predictions, foolingAsSaved, distances } = await line('fool', espresso, '--class', String(second.index), '-m', small, '--out', at('fooled'));
    assert.deepEqual(files.map((file) => path.basename(file)), ['espresso.pgd.png', 'espresso.pgd.difference.png', 'espresso.pgd.triptych.png']);
    assert.deepEqual(Object.keys(distances), ['l2', 'linf', 'psnr']);
    assert.equal((await sharp(files[2]).metadata()).width, 3 * 8 + 2 * 8);
    const opened = JSON.parse((await fovea('predict', files[0], '-m', small, '--json')).stdout) as { predictions: Prediction[] };
    assert.deepEqual(opened.predictions, predictions.asSaved);
    assert.equal(foolingAsSaved, opened.predictions[0].index === second.index);
    const noise = await line('fool', '--class', '2', '-t', 'from-noise', '-m', small, '--out', at('noise'));
    assert.deepEqual([noise.predictions.before, await readdir(at('noise'))], [[], ['2.from-noise.png']]);
  });

  it('gives classes of one name files of their own, and says which settings mean nothing beside the others', async () => {
    await writeFile(at('net.fovea.json'), JSON.stringify({ labels: ['crane', 'cup', 'crane', 'cat'] }));
    const args = ['visualize', '--class', '0,2', '-m', small, '--set', 'steps=1', '--set', 'jitter=3', '--set', 'shift=2', '--out', at('cranes')];
    const { code, stderr } = await fovea(...args);
    await rm(at('net.fovea.json'));
    assert.equal(code, 0, stderr);
    assert.deepEqual((await readdir(at('cranes'))).slice(1), ['crane-0.class-visualization.png', 'crane-2.class-visualization.png']);
    assert.match(stderr, /jitter is not used\. Used only where “Recipe” is Classic\./);
    assert.doesNotMatch(stderr, /(steps|shift) is not used/);
  });

  it('ends with 2 for wrong usage and with 1 where the input does not fit', async () => {
    const fails = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
      const ended = await fovea(...args, '-m', small);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
    };
    await fails(2, /class or a layer|--class or --layer/, 'visualize');
    await fails(2, /either a class or a layer/, 'visualize', '--class', '1', '--layer', 'conv');
    await fails(2, /starts from noise/, 'visualize', espresso, '--class', '1');
    await fails(2, /needs a photograph/, 'visualize', '-t', 'deep-dream', '--class', '1');
    await fails(2, /"pgd" visualizes nothing/, 'visualize', '-t', 'pgd', '--class', '1');
    await fails(2, /channel belongs to a layer/, 'visualize', '--class', '1', '--channel', '1');
    await fails(2, /recipe/, 'visualize', '--class', '1', '--set', 'recipe=ancient');
    await fails(2, /no attack "cat"/, 'fool', espresso, '--class', '1', '-t', 'cat');
    await fails(2, /needs a picture/, 'fool', '--class', '1');
    await fails(2, /starts from noise/, 'fool', espresso, '--class', '1', '-t', 'from-noise');
    await fails(1, /no class 9/, 'visualize', '--class', '9');
    const { predictions: [top] } = JSON.parse((await fovea('predict', espresso, '-m', small, '--json')).stdout) as { predictions: Prediction[] };
    await fails(1, /already/, 'fool', espresso, '--class', String(top.index));
    await fails(1, /cannot be written/, 'visualize', '--class', '1', '--set', 'steps=1', '--out', path.join(small, 'x'));
  });
});
